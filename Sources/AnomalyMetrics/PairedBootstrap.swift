/// How sure a difference between two evaluations of the same pictures is: both are measured again on many random choices of
/// the pictures, the same choice for both.
///
/// Pictures are drawn with replacement within their stratum, so each class keeps its number of pictures. The interval runs
/// between the quantiles of the differences (Efron's percentile interval). It says what other pictures of the same kind
/// would change; it knows nothing of other seeds, prompts or classes.
///
/// **Matches:** Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), sections 13.3 and 16.4.
public struct PairedBootstrap: Hashable, Sendable {
    /// What became of one measure.
    public struct Difference: Hashable, Sendable {
        /// Of the first run on all pictures.
        public let first: Double
        /// Of the second run on all pictures.
        public let second: Double
        /// Between which values the second minus the first lies with the chosen confidence.
        public let interval: ClosedRange<Double>
        /// In which share of the choices the second is above the first; equal ones count half.
        public let shareAbove: Double
    }

    /// What became of the measures; nil where one of the runs has no value.
    public struct Differences: Sendable {
        /// Over the pixels of all pictures together.
        public let pooled: RankMeasures<Difference>?
        /// Of the means over the strata, each of which counts alike.
        public let mean: RankMeasures<Difference>?
    }

    /// How many choices are made, one at least.
    public let count: Int
    /// The same seed gives the same choices.
    public let seed: UInt64
    /// The share of the differences that lies in the interval, 0...1.
    public let confidence: Double

    /// A bootstrap that has not been run.
    public init(count: Int = 1000, seed: UInt64 = 0, confidence: Double = 0.95) {
        self.count = max(1, count)
        self.seed = seed
        self.confidence = confidence.isNaN ? 0.95 : min(1, max(0, confidence))
    }

    /// Compares two runs.
    ///
    /// - Parameters:
    ///   - first: the pictures under the first run.
    ///   - second: the same pictures in the same order under the second.
    ///   - strata: for each picture the number of its class.
    /// - Returns: nil unless there is one stratum for each picture, and as many pictures in both runs.
    public func differences(_ first: LevelCounts, _ second: LevelCounts, strata: [Int]) -> Differences? {
        guard first.pictures == second.pictures, strata.count == first.pictures else { return nil }
        let groups = Dictionary(grouping: strata.indices) { strata[$0] }.sorted { $0.key < $1.key }.map(\.value)
        let all = Choice(groups.map { $0.map { ($0, 1) } }, first, second)
        var random = SplitMix(state: seed)
        var pooled: [Pair] = []
        var means: [Pair] = []
        for _ in 0..<count {
            let drawn = groups.map { group -> [(picture: Int, times: Int)] in
                var times = [Int](repeating: 0, count: group.count)
                for _ in group { times[random.next(below: group.count)] += 1 }
                return zip(group, times).map { ($0, $1) }
            }
            let choice = Choice(drawn, first, second)
            if let pair = choice.pooled { pooled.append(pair) }
            if let pair = choice.mean { means.append(pair) }
        }
        return Differences(pooled: summary(all.pooled, pooled), mean: summary(all.mean, means))
    }

    fileprivate typealias Pair = (first: RankMeasures<Double>, second: RankMeasures<Double>)

    private func summary(_ all: Pair?, _ drawn: [Pair]) -> RankMeasures<Difference>? {
        guard let all, !drawn.isEmpty else { return nil }
        func difference(_ measure: KeyPath<RankMeasures<Double>, Double>) -> Difference {
            let sorted = drawn.map { $0.second[keyPath: measure] - $0.first[keyPath: measure] }.sorted()
            let outside = (1 - confidence) / 2
            let above = sorted.reduce(0.0) { $0 + ($1 > 0 ? 1 : $1 == 0 ? 0.5 : 0) }
            return Difference(
                first: all.first[keyPath: measure], second: all.second[keyPath: measure],
                interval: quantile(sorted, outside)...quantile(sorted, 1 - outside),
                shareAbove: above / Double(sorted.count))
        }
        return RankMeasures(
            auroc: difference(\.auroc), averagePrecision: difference(\.averagePrecision),
            f1Maximum: difference(\.f1Maximum))
    }

    /// Between the two neighbours in proportion.
    private func quantile(_ sorted: [Double], _ share: Double) -> Double {
        let place = share * Double(sorted.count - 1)
        let below = min(Int(place), sorted.count - 1)
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
    }

    /// Both runs on one choice of the pictures.
    private struct Choice {
        var pooled: Pair?
        var mean: Pair?

        /// - Parameter strata: for each stratum its pictures, and how often each was drawn.
        init(_ strata: [[(picture: Int, times: Int)]], _ first: LevelCounts, _ second: LevelCounts) {
            var sums = (LevelSum(levels: first.levels), LevelSum(levels: second.levels))
            var pairs: [Pair] = []
            for pictures in strata {
                let (own, other) = (first.sum(of: pictures), second.sum(of: pictures))
                sums.0.add(own)
                sums.1.add(other)
                if let own = own.measures, let other = other.measures { pairs.append((own, other)) }
            }
            if let own = sums.0.measures, let other = sums.1.measures { pooled = (own, other) }
            guard !pairs.isEmpty else { return }
            func mean(_ values: [RankMeasures<Double>]) -> RankMeasures<Double> {
                func of(_ measure: KeyPath<RankMeasures<Double>, Double>) -> Double {
                    values.reduce(0) { $0 + $1[keyPath: measure] } / Double(values.count)
                }
                return RankMeasures(
                    auroc: of(\.auroc), averagePrecision: of(\.averagePrecision), f1Maximum: of(\.f1Maximum))
            }
            self.mean = (mean(pairs.map(\.first)), mean(pairs.map(\.second)))
        }
    }
}

/// Random numbers that are the same on every machine and in every version of Swift.
///
/// **Matches:** Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (OOPSLA 2014).
private struct SplitMix {
    var state: UInt64

    mutating func next(below limit: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return Int(mixed.multipliedFullWidth(by: UInt64(limit)).high)
    }
}
