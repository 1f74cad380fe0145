import Foundation
import KernelInterface
import Tensors

/// A kernel by itself: one row after another, on one thread, in the first cache.
///
/// A file in `Raw` with a subclass of the file's name is all that a new one takes: the files there are found when the program
/// runs.
class RawKernel {
    typealias Source = UnsafePointer<Float>
    typealias Target = UnsafeMutablePointer<Float>

    required init() {}

    /// Elements of the row, and of the result.
    var count: Int { 4096 }
    /// Multiply-adds of one run; 0 where they are not what counts.
    var multiplyAdds: Int { 0 }
    /// How far from the expected value an element may be.
    var tolerance: Double { 1e-5 }

    /// Makes `out` of `row`, whose numbers lie between -1 and 1.
    func run(_ kernels: any KernelSet.Type, _ out: Target, _ row: Source) {}

    /// An element of the result, made plainly.
    func expected(_ row: [Double], _ index: Int) -> Double { .nan }
}

extension RawKernel {
    /// All of `Raw`.
    static func all() throws -> [KernelBenchmark] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Raw")
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            .filter { $0.hasSuffix(".swift") }
            .map { file in
                let name = String(file.dropLast(".swift".count))
                guard let type = NSClassFromString("KernelBenchmarks.\(name)") as? RawKernel.Type else {
                    throw BenchmarkError.noKernel(file: "\(folder.path)/\(file)", name: name)
                }
                return type.init().benchmark(name)
            }
    }

    private func benchmark(_ name: String) -> KernelBenchmark {
        KernelBenchmark(kernel: name, model: "raw", shape: "\(count)", threads: 1) { [self] in
            let row = pattern([count])
            let values = row.values.map { Double($0) }
            let kernels = Kernels.active
            return PreparedKernel(
                cost: KernelCost(operations: 2 * multiplyAdds, bytes: 2 * count * MemoryLayout<Float>.stride),
                run: {
                    Tensor(uninitialized: [self.count]) { out in
                        row.withUnsafeBufferPointer { row in
                            if let out = out.baseAddress, let row = row.baseAddress { self.run(kernels, out, row) }
                        }
                    }
                },
                expected: [0, count / 3, count - 1].map {
                    ExpectedElement($0, expected(values, $0), tolerance: tolerance)
                })
        }
    }
}
