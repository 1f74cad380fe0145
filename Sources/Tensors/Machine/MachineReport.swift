import KernelInterface
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What this machine is and what computation uses of it, for `vitrine doctor`.
public struct MachineReport: Sendable {
    /// The processor's name.
    public let cpuName: String
    /// The instruction sets that both the processor and the kernels know, slowest first.
    public let instructionSets: [String]
    /// The instruction set in use.
    public let kernels: String
    /// Why that one.
    public let kernelsReason: String
    /// How products of bytes are made: in which vectors, and in fours (VNNI) or in pairs. ``Precision/int8`` uses them.
    public let byteProducts: String
    /// How products of bfloat16 numbers are made: in which vectors, and by an instruction for them or widened.
    /// ``Precision/bf16`` uses them.
    public let bfloat16Products: String
    /// The product library, nil if there is none.
    public let blas: BLASReport?
    /// Why there is no product library, nil if there is one.
    public let blasAbsence: String?
    /// The threads that computation uses.
    public let threads: Int
    /// Why that many at the start; `ComputeThreads.set` may have changed it.
    public let threadsReason: String
    /// What to do about anything that is wrong or slow; empty if nothing is.
    public let advice: [String]

    /// The product library in use.
    public struct BLASReport: Sendable {
        /// The library's file.
        public let file: String
        /// Its version, as its configuration tells it.
        public let version: String
        /// Its whole configuration line.
        public let configuration: String
        /// The core whose kernels it runs.
        public let core: String
        /// Who chose the core.
        public let coreReason: String
        /// Threads of its own: 1, because the threads are ours.
        public let threads: Int
    }

    /// Looks at the machine as it is now; loads the product library if that has not happened yet.
    public init() {
        let features = CPUFeatures.current
        cpuName = features.name
        instructionSets = features.instructionSets.map(\.rawValue)
        kernels = Kernels.choice.instructionSet.rawValue
        kernelsReason = Kernels.choice.reason
        byteProducts = ByteKernels.activeName
        bfloat16Products = BFloat16Kernels.activeName
        threads = ComputeThreads.count
        let initial = ComputeThreads.initial
        threadsReason = initial.count == threads ? initial.reason : "ComputeThreads.set"
        switch OpenBLAS.outcome {
        case .loaded(let library):
            let words = library.configuration.split(separator: " ")
            blas = BLASReport(
                file: library.path, version: words.count > 1 && words[0] == "OpenBLAS" ? String(words[1]) : "unknown",
                configuration: library.configuration, core: library.coreName, coreReason: library.coreReason,
                threads: library.threads)
            blasAbsence = nil
        case .absent(let reason):
            blas = nil
            blasAbsence = reason
        }
        advice = MachineReport.advice(
            features: features, kernels: Kernels.choice.instructionSet, core: blas?.core,
            absence: blasAbsence)
    }

    static func advice(
        features: CPUFeatures, kernels: CPUFeatures.InstructionSet, core: String?, absence: String?
    ) -> [String] {
        var advice: [String] = []
        let best = features.instructionSets.last ?? .baseline
        if let absence {
            advice.append(
                "OpenBLAS was not loaded (\(absence)); the package's own matrix product is used. "
                    + "To install it: apt-get install libopenblas0-pthread")
        }
        if let core, best != .baseline, ["Prescott", "Core2", "Generic", "Nehalem"].contains(core) {
            advice.append(
                "OpenBLAS runs its \(core) kernels, several times slower than this processor allows. Start the "
                    + "program with OPENBLAS_CORETYPE=\(OpenBLAS.wantedCore(features) ?? "Haswell"), or unset that "
                    + "variable if it is set.")
        }
        if let core, best == .avx512, ["Haswell", "Zen", "Sandybridge"].contains(core) {
            advice.append(
                "OpenBLAS runs its \(core) kernels, which do not use AVX-512. OPENBLAS_CORETYPE=SkylakeX would.")
        }
        if kernels != best {
            advice.append(
                "The \(kernels.rawValue) kernels are in use, though this processor can run \(best.rawValue): unset "
                    + "VITRINE_KERNELS.")
        }
        return advice
    }

    /// The speed of a large matrix product on all threads, and of multiply-adds alone.
    public struct Speed: Sendable {
        /// 10^9 floating-point operations a second (a multiply-add is two) of 1,024 x 1,024 products as layers run them.
        public let productGigaflops: Double
        /// The same of products of bytes, from Float32 to Float32.
        public let byteProductGigaflops: Double
        /// The same of products of bfloat16.
        public let bfloat16ProductGigaflops: Double
        /// The same unit for multiply-adds on registers alone, all threads at once: what the processor can do at most.
        public let peakGigaflops: Double
    }

    /// Measures for about `seconds` in all.
    public func measureGigaflops(seconds: Double = 2) -> Speed {
        let size = 1024
        let left = Tensor(repeating: 0.5, shape: [size, size])
        let right = Tensor(repeating: 0.25, shape: [size, size])
        func product(_ precision: Precision) -> Double {
            let right = LinearWeight(right, precision: precision)
            return MachineReport.rate(seconds: seconds / 4, amount: 2 * Double(size * size * size)) {
                _ = left.linear(weight: right)
            }
        }
        return Speed(
            productGigaflops: product(.full), byteProductGigaflops: product(.int8),
            bfloat16ProductGigaflops: product(.bf16), peakGigaflops: MachineReport.peak(seconds: seconds / 4))
    }

    /// The best rate at which all threads together did multiply-adds, each timing itself while all of them were at work.
    private static func peak(seconds: Double) -> Double {
        let kernels = Kernels.active
        let threads = ComputeThreads.count
        let rounds = 100_000
        let clock = ContinuousClock()
        let start = clock.now
        var best = 0.0
        repeat {
            let begun = Atomic<Int>(0)
            let total = Mutex(0.0)
            ThreadPool.shared.run(chunks: threads) { claim in
                for _ in claim.chunks {
                    begun.wrappingAdd(1, ordering: .relaxed)
                    let arrival = clock.now
                    // A thread that was given two shares waits in vain for the second, and the round does not count.
                    while begun.load(ordering: .relaxed) < threads && clock.now - arrival < .milliseconds(2) {}
                    if begun.load(ordering: .relaxed) < threads { return }
                    var result: Float = 0
                    let time = clock.measure { result = kernels.peakLoop(rounds: rounds) } / .seconds(1)
                    let operations = result.isFinite ? 2 * Double(kernels.peakRoundOperations * rounds) : 0
                    total.withLock { $0 += operations / time / 1e9 }
                }
            }
            best = max(best, begun.load(ordering: .relaxed) == threads ? total.withLock { $0 } : 0)
        } while (clock.now - start) / .seconds(1) < seconds
        return best
    }

    /// The best rate of any single repetition, 10^9 a second: what the machine can do while others leave it alone.
    ///
    /// - Parameter amount: what a repetition does, operations or bytes.
    static func rate(seconds: Double, amount: Double, _ body: () -> Void) -> Double {
        body()
        let clock = ContinuousClock()
        let start = clock.now
        var best = Double.infinity
        repeat {
            let time = clock.measure(body) / .seconds(1)
            best = min(best, time)
        } while (clock.now - start) / .seconds(1) < seconds
        return amount / best / 1e9
    }
}
