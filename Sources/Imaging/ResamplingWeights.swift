/// The taps of one axis: which source pixels make destination pixel `i`, and their weights with 22 fractional bits.
///
/// Matches: Pillow's `precompute_coeffs` and `normalize_coeffs_8bpc`.
struct ResamplingWeights {
    /// Fractional bits: 32 less 8 for the value and 2 for the overshoot of the filters.
    static let fractionalBits: Int32 = 22

    /// The source indices that have a tap.
    let sources: Range<Int>
    /// First source index of each destination index, counted from the first of `sources`.
    let firsts: [Int]
    /// Number of taps of each destination index.
    let counts: [Int]
    /// `[destination, stride]`; entries past an index's count are zero.
    let weights: [Int32]
    /// Taps reserved for each destination index.
    let stride: Int

    /// - Parameter kept: the destination indices that are wanted.
    init(source: Int, destination: Int, keeping kept: Range<Int>, filter: ResamplingFilter) {
        let scale = Double(source) / Double(destination)
        let widening = max(scale, 1)
        let support = filter.support * widening
        let inverse = 1 / widening
        stride = Int(support.rounded(.up)) * 2 + 1
        var firsts: [Int] = []
        var counts: [Int] = []
        var weights = [Int32](repeating: 0, count: kept.count * stride)
        var taps = [Double](repeating: 0, count: stride)
        for (place, index) in kept.enumerated() {
            let centre = (Double(index) + 0.5) * scale
            let first = max(0, Int(centre - support + 0.5))
            let count = min(source, Int(centre + support + 0.5)) - first
            var total = 0.0
            for tap in 0..<count {
                taps[tap] = filter.weight(at: (Double(tap + first) - centre + 0.5) * inverse)
                total += taps[tap]
            }
            for tap in 0..<count {
                let share = total == 0 ? taps[tap] : taps[tap] / total
                let scaled = share * Double(1 << Self.fractionalBits)
                weights[place * stride + tap] = Int32(scaled < 0 ? scaled - 0.5 : scaled + 0.5)
            }
            firsts.append(first)
            counts.append(count)
        }
        // Both ends of the taps grow with the index.
        let begin = firsts.first ?? 0
        sources = begin..<(firsts.last ?? 0) + (counts.last ?? 0)
        self.firsts = firsts.map { $0 - begin }
        self.counts = counts
        self.weights = weights
    }
}
