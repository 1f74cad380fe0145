import Tensors

/// All figures of a run, as JSON has them.
struct BenchmarkReport: Encodable {
    struct Machine: Encodable {
        var cpu: String
        var instructionSets: [String]
        /// OpenBLAS's version and the core whose kernels it runs; absent where there is none.
        var library, libraryCore: String?
    }

    /// What all shares are shares of.
    struct Reference: Encodable {
        /// Of the multiply-adds.
        var instructionSet: String
        var peakGigaflops: Double
        var memoryGigabytes: Double
    }

    var kind = "kernel-benchmarks"
    var schemaVersion = 1
    var machine: Machine
    var reference: Reference
    var rows: [BenchmarkRow] = []

    init(_ machine: MachineReport, _ limits: BenchmarkWorker.Limits, referenceSet: String) {
        self.machine = Machine(
            cpu: machine.cpuName, instructionSets: machine.instructionSets,
            library: machine.blas.map { "OpenBLAS \($0.version)" }, libraryCore: machine.blas?.core)
        reference = Reference(
            instructionSet: referenceSet, peakGigaflops: limits.peakGigaflops, memoryGigabytes: limits.memoryGigabytes)
    }
}

/// A kernel with one instruction set.
struct BenchmarkRow: Encodable {
    var kernel: String
    var model: String
    var shape: String
    var instructionSet: String
    var threads: Int
    /// Of one run: the median of all samples, and half the middle half of them as a part of it.
    var seconds, spread: Double
    var samples: Int
    var operations, bytes: Int
    /// Absent, as the share of the peak, for kernels without multiply-adds.
    var gigaflops: Double?
    var gigabytes: Double
    var shareOfPeak: Double?
    /// Of the memory's bandwidth; above 1 where operands lie in caches.
    var shareOfMemory: Double
    /// OpenBLAS at the same, where it was run, and how many times as fast this package's kernel is.
    var library: Library?

    struct Library: Encodable {
        var core: String
        var seconds, gigaflops, shareOfPeak, ratio: Double
    }

    init(
        _ benchmark: KernelBenchmark, _ instructionSet: String, threads: Int, _ measured: Measurement,
        _ limits: BenchmarkWorker.Limits, core: String?
    ) {
        (kernel, model, shape) = (benchmark.kernel, benchmark.model, benchmark.shape)
        (self.instructionSet, self.threads) = (instructionSet, threads)
        (seconds, spread, samples) = (measured.seconds, measured.spread, measured.samples)
        (operations, bytes) = (measured.operations, measured.bytes)
        gigaflops = measured.operations > 0 ? measured.gigaflops : nil
        shareOfPeak = gigaflops.map { $0 / limits.peakGigaflops }
        gigabytes = measured.gigabytes
        shareOfMemory = measured.gigabytes / limits.memoryGigabytes
        if let core, let seconds = measured.librarySeconds, let gigaflops = measured.libraryGigaflops {
            library = Library(
                core: core, seconds: seconds, gigaflops: gigaflops, shareOfPeak: gigaflops / limits.peakGigaflops,
                ratio: seconds / measured.seconds)
        }
    }
}
