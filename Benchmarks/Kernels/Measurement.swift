import Tensors

/// A kernel that was checked and timed.
struct Measurement: Codable {
    /// Of one run: the median of all samples.
    var seconds: Double
    /// Half the distance between the first and the third quarter of the samples, as a part of the median.
    var spread: Double
    var samples: Int
    var operations: Int
    var bytes: Int
    /// Of OpenBLAS in the same seconds; nil where it was not run.
    var librarySeconds: Double?

    /// 10^9 floating-point operations a second.
    var gigaflops: Double { Double(operations) / seconds / 1e9 }
    /// 10^9 bytes a second.
    var gigabytes: Double { Double(bytes) / seconds / 1e9 }
    var libraryGigaflops: Double? { librarySeconds.map { Double(operations) / $0 / 1e9 } }
}

/// A result that is not what it should be.
struct WrongResult: Error, CustomStringConvertible {
    let benchmark: String
    let library: Bool
    let index: Int
    let found: Float
    let expected: Double

    var description: String {
        "\(benchmark)\(library ? ", OpenBLAS" : ""): element \(index) is \(found), not \(expected)"
    }
}

extension KernelBenchmark {
    /// Checks the result, then times it, in turn with OpenBLAS where that can do the same.
    ///
    /// - Parameters:
    ///   - seconds: for the samples of one of them.
    ///   - spoiled: an element that is changed before the check, so that one can see it fail.
    func measure(seconds: Double, spoiling spoiled: Int? = nil) throws(WrongResult) -> Measurement {
        let prepared = prepare()
        try check(prepared.run(), prepared.expected, library: false, spoiling: spoiled)
        if let library = prepared.library { try check(library(), prepared.expected, library: true) }
        let runs = [prepared.run] + [prepared.library].compactMap { $0 }
        // Short runs are repeated until a clock can tell.
        let repeats = runs.map { run in
            _ = run()
            return max(1, Int((0.0002 / max(Self.time(1, run), 1e-9)).rounded(.up)))
        }
        var samples = runs.map { _ in [Double]() }
        let start = ContinuousClock.now
        repeat {
            for (index, run) in runs.enumerated() {
                samples[index].append(Self.time(repeats[index], run) / Double(repeats[index]))
            }
        } while (ContinuousClock.now - start) / .seconds(1) < seconds * Double(runs.count) || samples[0].count < 3
        let sorted = samples.map { $0.sorted() }
        let own = sorted[0]
        let median = own[own.count / 2]
        return Measurement(
            seconds: median, spread: (own[own.count * 3 / 4] - own[own.count / 4]) / 2 / median, samples: own.count,
            operations: prepared.cost.operations, bytes: prepared.cost.bytes,
            librarySeconds: sorted.count > 1 ? sorted[1][sorted[1].count / 2] : nil)
    }

    private static func time(_ count: Int, _ run: () -> Tensor) -> Double {
        let start = ContinuousClock.now
        for _ in 0..<count { blackHole(run()) }
        return (ContinuousClock.now - start) / .seconds(1)
    }

    /// Makes the compiler believe that somebody looks at a value.
    @inline(never)
    private static func blackHole(_ value: Tensor) {}

    private func check(
        _ result: Tensor, _ expected: [ExpectedElement], library: Bool, spoiling spoiled: Int? = nil
    ) throws(WrongResult) {
        var values = result.values
        if let spoiled, values.indices.contains(spoiled) { values[spoiled] += 1 }
        for element in expected {
            let found = values[element.index]
            if !(abs(Double(found) - element.value) <= element.tolerance) {
                throw WrongResult(
                    benchmark: name, library: library, index: element.index, found: found, expected: element.value)
            }
        }
    }
}
