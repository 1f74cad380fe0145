import Tensors

/// What `profile` measured.
struct ProfileRecord: OutputRecord {
    static let kind = "profile"

    /// A named work, or the path of a picture.
    var work: String
    /// In which the models computed; absent for the full one.
    var precision: String?
    var machine: MachineRecord
    /// Seconds of all runs, in their order.
    var runs: [Double]
    /// Of the run that the rest is about: the median.
    var seconds: Double
    /// The part of it in which operations ran, 0...1.
    var coverage: Double
    /// In the order of their first runs.
    var operations: [ProfiledOperationRecord]
    /// The same by kind alone.
    var kinds: [ProfiledOperationRecord]

    init(work: String, precision: String?, machine: MachineRecord, runs: [Double], _ profile: Profile) {
        (self.work, self.precision, self.machine, self.runs) = (work, precision, machine, runs)
        (seconds, coverage) = (profile.seconds, profile.coverage)
        operations = profile.entries.map {
            ProfiledOperationRecord($0.kind, layer: $0.path, $0.sum, machine.limits)
        }
        kinds = profile.kinds.map { ProfiledOperationRecord($0.kind, layer: nil, $0.sum, machine.limits) }
    }
}

/// The machine, and what it can do at most.
struct MachineRecord: Encodable {
    var cpu: String
    /// The instruction set.
    var kernels: String
    var threads: Int
    /// 10^9 floating-point operations a second in multiply-adds.
    var peakGigaflops: Double
    /// 10^9 bytes a second in a copy.
    var memoryGigabytes: Double

    init(_ machine: MachineReport, _ limits: MachineLimits) {
        (cpu, kernels, threads) = (machine.cpuName, machine.kernels, machine.threads)
        (peakGigaflops, memoryGigabytes) = (limits.peakGigaflops, limits.memoryGigabytes)
    }

    var limits: MachineLimits {
        MachineLimits(peakGigaflops: peakGigaflops, memoryGigabytes: memoryGigabytes)
    }
}

/// All runs of an operation.
struct ProfiledOperationRecord: Encodable {
    /// What is computed.
    var operation: String
    /// The dotted name of the layer; absent in sums over all layers.
    var layer: String?
    var calls: Int
    var seconds: Double
    /// 10^9 floating-point operations; a multiply-add is two.
    var gigaflop: Double
    var gigaflopsPerSecond: Double?
    var bytes: Int
    var gigabytesPerSecond: Double
    /// Of the peak; absent where nothing is multiplied.
    var shareOfPeak: Double?
    /// Of the memory's bandwidth; above 1 where operands lie in caches.
    var shareOfMemory: Double

    init(_ kind: OperationCost.Kind, layer: String?, _ sum: OperationSum, _ limits: MachineLimits) {
        operation = kind.rawValue
        self.layer = layer
        (calls, seconds, bytes) = (sum.calls, sum.seconds, sum.bytes)
        gigaflop = Double(sum.operations) / 1e9
        (gigaflopsPerSecond, gigabytesPerSecond) = (sum.gigaflops, sum.gigabytes)
        (shareOfPeak, shareOfMemory) = (limits.shareOfPeak(sum), limits.shareOfMemory(sum))
    }
}
