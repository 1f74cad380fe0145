/// Brings the scores of positives and of negatives together, from the highest on.
struct CurveWalk {
    private(set) var sweep: CurveSweep
    private(set) var coarse: CoarseHistogram?
    private(set) var thinning: CurveThinning?

    /// The measures of one score a sample, where no sample belongs to a region.
    ///
    /// - Parameter limit: of the points of a curve; nil makes none.
    static func of(positives: ScoreCounts, negatives: ScoreCounts, limit: Int? = nil) -> CurveWalk {
        var walk = CurveWalk(
            sweep: CurveSweep(positives: positives.total, negatives: negatives.total, regions: 1), coarse: nil,
            thinning: limit.map {
                CurveThinning(positives: positives.total, negatives: negatives.total, limit: $0)
            })
        let all = Double(positives.total)
        walk.run(negatives) { visit in
            for (half, page) in positives.descendingPages {
                var counts = RegionScores.Page()
                page.forEach { low, count in
                    counts.lows.append(low)
                    counts.counts.append(count)
                    counts.shares.append(Double(count) / all)
                }
                visit(half, counts)
            }
        }
        return walk
    }

    /// The curve of pixels.
    ///
    /// - Parameter limit: of its points.
    static func curve(regions: RegionScores, negatives: ScoreCounts, limit: Int) -> ScoreCurve? {
        var walk = CurveWalk(
            sweep: CurveSweep(positives: regions.total, negatives: negatives.total, regions: regions.count),
            coarse: nil,
            thinning: CurveThinning(
                positives: regions.total, negatives: negatives.total, regions: regions.count, limit: limit))
        walk.run(negatives) { visit in regions.forEachPage(visit) }
        return walk.thinning?.curve
    }

    /// The measures of pixels.
    static func of(regions: RegionScores, negatives: ScoreCounts) -> CurveWalk {
        let ends = [regions.keyRange, negatives.keyRange].compactMap(\.self)
        var walk = CurveWalk(
            sweep: CurveSweep(positives: regions.total, negatives: negatives.total, regions: regions.count),
            coarse: CoarseHistogram(
                lowest: ScoreKey.score(ends.map(\.lowerBound).min() ?? 0),
                highest: ScoreKey.score(ends.map(\.upperBound).max() ?? 0)), thinning: nil)
        walk.run(negatives) { visit in regions.forEachPage(visit) }
        return walk
    }

    /// - Parameter forEachPage: hands over the pages of the positives, from the highest scores on.
    private mutating func run(
        _ negatives: ScoreCounts, forEachPage: ((UInt16, RegionScores.Page) -> Void) -> Void
    ) {
        var pages = negatives.descendingPages
        var next = pages.next()
        forEachPage { half, positives in
            while let passed = next, passed.half > half {
                pass(passed.page, half: passed.half)
                next = pages.next()
            }
            if let met = next, met.half == half {
                visit(half, positives, met.page)
                next = pages.next()
            } else {
                visit(half, positives, ScorePage())
            }
        }
        while let passed = next {
            pass(passed.page, half: passed.half)
            next = pages.next()
        }
        sweep.finish()
    }

    private mutating func pass(_ page: ScorePage, half: UInt16) {
        page.forEach { low, count in
            sweep.pass(negatives: count)
            coarse?.addNegatives(ScoreKey.score(UInt32(half) << 16 | UInt32(low)), count: count)
            thinning?.add(UInt32(half) << 16 | UInt32(low), negatives: count)
        }
    }

    private mutating func visit(_ half: UInt16, _ positives: RegionScores.Page, _ negatives: ScorePage) {
        var next = 0
        func step(_ walk: inout CurveWalk, tied: Int) {
            let key = UInt32(half) << 16 | UInt32(positives.lows[next])
            let (count, share) = (positives.counts[next], positives.shares[next])
            walk.sweep.step(key, positives: count, share: share, negatives: tied)
            walk.coarse?.addPositives(ScoreKey.score(key), share: share)
            if tied > 0 { walk.coarse?.addNegatives(ScoreKey.score(key), count: tied) }
            walk.thinning?.add(key, positives: count, share: share, negatives: tied)
            next += 1
        }
        negatives.forEach { low, count in
            while next < positives.lows.count && positives.lows[next] > low { step(&self, tied: 0) }
            if next < positives.lows.count && positives.lows[next] == low {
                step(&self, tied: count)
            } else {
                sweep.pass(negatives: count)
                coarse?.addNegatives(ScoreKey.score(UInt32(half) << 16 | UInt32(low)), count: count)
                thinning?.add(UInt32(half) << 16 | UInt32(low), negatives: count)
            }
        }
        while next < positives.lows.count { step(&self, tied: 0) }
    }
}
