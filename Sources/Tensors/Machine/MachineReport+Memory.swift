extension MachineReport {
    /// Of each of two operands, far more than caches hold: bytes.
    private static let copiedBytes = 96 << 20

    /// The bandwidth of the memory: 10^9 bytes a second, those that are read and those that are written, while all threads
    /// copy. Measures for about `seconds` and takes 192 MB meanwhile.
    public func measureMemoryGigabytes(seconds: Double = 0.4) -> Double {
        let count = MachineReport.copiedBytes / MemoryLayout<Float>.stride
        let source = Tensor(repeating: 1, shape: [count])
        let kernels = Kernels.active
        var target = Tensor(repeating: 0, shape: [count])
        let rate = target.withUnsafeMutableBufferPointer { target in
            guard let out = target.baseAddress else { return 0.0 }
            return source.read { source in
                MachineReport.rate(seconds: seconds, amount: 2 * Double(MachineReport.copiedBytes)) {
                    ParallelRows.forEachDisjoint(WorkSplit(count, least: 65_536)) { range in
                        kernels.copyRow(out + range.lowerBound, source + range.lowerBound, count: range.count)
                    }
                }
            }
        }
        return rate
    }
}
