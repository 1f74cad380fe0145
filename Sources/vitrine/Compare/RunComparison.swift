import AnomalyMetrics
import Imaging
import Manifests

/// Two output folders of `evaluate`, picture by picture.
struct RunComparison {
    /// What is compared of a picture under one run.
    private struct Entry {
        var className: String
        var label: EvaluatedPicture.Label
        var score: Float
        /// IoU of the final mask; 1 where neither marks anything.
        var overlap: Double
        var regions: [RegionOutcome]

        init(_ line: EvaluatedPicture) {
            (className, label, score, regions) = (line.className, line.label, line.score, line.regions)
            overlap = line.intersectionOverUnion ?? 1
        }

        func hasTruth(of other: Entry) -> Bool {
            label == other.label && regions.count == other.regions.count
                && zip(regions, other.regions).allSatisfy { $0.area == $1.area && $0.box == $1.box }
        }
    }

    /// One run, and how it is looked at.
    private struct Side {
        var folder: EvaluatedFolder
        var variant: String
        var entries: [String: Entry] = [:]

        init(_ folder: EvaluatedFolder, variant: String?) throws {
            let variants = folder.settings.variants
            let name = variant ?? variants.last ?? ""
            guard variants.contains(name) else {
                throw ComparisonError.noVariant(name, folder: folder.path, has: variants)
            }
            (self.folder, self.variant) = (folder, name)
            try folder.pictures { entries[$0.picture.name] = Entry($0) }
        }

        /// The pixels of some pictures, each counted on the levels of the curve of all of them.
        func counts(of pictures: [String]) throws -> LevelCounts {
            var all = PixelMetrics()
            for id in pictures {
                try StopRequest.check()
                try all.merge(try folder.pixels(of: id, variant: variant))
            }
            var counts = LevelCounts(thresholds: all.curve(limit: 1000).value?.points.map(\.threshold) ?? [])
            for id in pictures {
                try StopRequest.check()
                counts.add(try folder.pixels(of: id, variant: variant))
            }
            return counts
        }
    }

    private let first: Side
    private let second: Side
    /// In the order of their names.
    private let common: [String]
    private let otherTruth: [String]

    /// - Parameter variant: which variant's pixels are compared; nil takes the whole method of each run.
    /// - Throws: `ComparisonError`.
    init(_ first: EvaluatedFolder, _ second: EvaluatedFolder, variant: String?) throws {
        self.first = try Side(first, variant: variant)
        self.second = try Side(second, variant: variant)
        let (own, other) = (self.first.entries, self.second.entries)
        let shared = own.keys.filter { other[$0] != nil }.sorted { $0.precedesByBytes($1) }
        func isSame(_ id: String) -> Bool { other[id].flatMap { own[id]?.hasTruth(of: $0) } ?? false }
        common = shared.filter(isSame)
        otherTruth = shared.filter { !isSame($0) }
        if common.isEmpty { throw ComparisonError.nothingInCommon(first: first.path, second: second.path) }
    }

    /// Measures both runs over the pictures that they share.
    func record(_ bootstrap: PairedBootstrap) throws -> ComparisonRecord {
        let classes = Set(first.entries.values.map(\.className)).sorted { $0.precedesByBytes($1) }
        let strata = common.map { id in classes.firstIndex { $0 == first.entries[id]?.className } ?? 0 }
        let found = bootstrap.differences(
            try first.counts(of: common), try second.counts(of: common), strata: strata)
        return ComparisonRecord(
            first: .init(folder: first.folder.path, variant: first.variant),
            second: .init(folder: second.folder.path, variant: second.variant), pictures: common.count,
            onlyInFirst: missing(first, from: second), onlyInSecond: missing(second, from: first),
            otherTruth: otherTruth,
            bootstrap: .init(
                count: bootstrap.count, seed: Int(clamping: bootstrap.seed), confidence: bootstrap.confidence),
            pooled: found?.pooled.map(ComparisonRecord.Differences.init),
            mean: found?.mean.map(ComparisonRecord.Differences.init), changedPictures: pictures,
            changedRegions: regions)
    }

    private func missing(_ side: Side, from other: Side) -> [String] {
        side.entries.keys.filter { other.entries[$0] == nil }.sorted { $0.precedesByBytes($1) }
    }

    private var pairs: [(id: String, first: Entry, second: Entry)] {
        common.compactMap { id in
            guard let own = first.entries[id], let other = second.entries[id] else { return nil }
            return (id, own, other)
        }
    }

    private var pictures: [ComparisonRecord.Picture] {
        let changed = pairs.filter { $0.first.overlap != $0.second.overlap }.map { id, own, other in
            ComparisonRecord.Picture(
                name: id, className: own.className, first: own.overlap, second: other.overlap,
                change: other.overlap - own.overlap, firstScore: own.score, secondScore: other.score)
        }
        return sorted(changed) { $0.change }
    }

    private var regions: [ComparisonRecord.Region] {
        let changed = pairs.flatMap { id, own, other in
            zip(own.regions, other.regions).enumerated().compactMap { number, pair -> ComparisonRecord.Region? in
                guard let before = pair.0.found, let now = pair.1.found, before != now else { return nil }
                return ComparisonRecord.Region(
                    picture: id, className: own.className, region: number + 1, box: pair.0.box, area: pair.0.area,
                    first: before, second: now, change: now - before)
            }
        }
        return sorted(changed) { $0.change }
    }

    /// The largest gain first; equal ones stay in the order of their names.
    private func sorted<Element>(_ elements: [Element], by change: (Element) -> Double) -> [Element] {
        elements.enumerated().sorted { one, other in
            let (own, next) = (change(one.element), change(other.element))
            return own == next ? one.offset < other.offset : own > next
        }.map(\.element)
    }
}
