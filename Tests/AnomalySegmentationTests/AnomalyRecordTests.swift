import Foundation
import Imaging
import SegmentAnything
import Testing

@testable import AnomalySegmentation

@Suite("results as JSON")
struct AnomalyRecordTests {
    private let segmenter: AnomalySegmenter
    private let picture = GeneratedModels.picture(width: 150, height: 100)

    init() throws {
        segmenter = try GeneratedModels.segmenter { $0.points.threshold = .percentile(percent: 98) }
    }

    private func again<Value: Codable>(_ value: Value) throws -> Value {
        try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(value))
    }

    @Test("a record says what the result says, and is the same once written and read")
    func whole() throws {
        let result = try segmenter.segment(picture, object: "tile")
        let record = result.record
        #expect(record.score == result.score && record.clipScore == result.clipScore)
        #expect(record.fusedPeak == result.fusedPeak && record.omission == result.omission)
        #expect(record.mask == MaskRecord(result.mask) && record.threshold == result.prompts.threshold)
        #expect(record.regions == MaskRegion.regions(of: result.mask, scores: result.fusedMap))
        #expect(!record.groups.isEmpty && record.groups.count == result.prompts.groups.count)
        for (group, (found, cascade)) in zip(record.groups, zip(result.prompts.groups, result.cascades)) {
            #expect(group.region.box == found.box && group.region.areaMapPixels == found.mask.area)
            #expect(group.points.map(\.position) == found.points.map(\.position))
            #expect(group.points.map(\.reason) == found.points.map(\.reason) && group.ring == found.ring)
            #expect(group.points.map(\.label) == found.points.map(\.label))
            #expect(
                group.points.map { [$0.score, $0.heat, $0.similarity] }
                    == found.points.map { [$0.score, $0.heat, $0.similarity] })
            #expect(group.region.peakHeat == found.peakHeat && group.peakScore == found.peakScore)
            #expect(group.stages.map(\.stage) == cascade.stages.map(\.stage))
            #expect(group.stages.map(\.predictedIoU) == cascade.stages.map(\.predictedIoU))
            #expect(group.stages.map(\.selectionScores) == cascade.stages.map(\.selectionScores))
            #expect(group.stages.map { [$0.chosen, $0.area] } == cascade.stages.map { [$0.chosen, $0.area] })
            #expect(group.stages.map(\.box) == cascade.stages.map(\.box))
            #expect(group.stages.map(\.hasMaskPrompt) == cascade.stages.map(\.hasMaskPrompt))
            #expect(group.stages.map(\.rejection) == cascade.stages.map(\.rejection))
            #expect(group.stages.map(\.positivePoints) == cascade.stages.map { _ in found.positives.count })
            #expect(group.stages.map(\.negativePoints) == cascade.stages.map { _ in found.negatives.count })
            #expect(group.supersededByGroup == cascade.supersededBy)
            #expect(group.outcome == cascade.outcome && group.confidence == cascade.confidence)
            #expect(group.mask == MaskRecord(cascade.mask) && group.tile == nil)
        }
        #expect(record.rejectedRegions.map(\.reason) == result.prompts.rejectedRegions.map(\.reason))
        #expect(record.tiling == nil && record.tiles == nil)
        #expect(try again(record) == record)
        #expect(try again(result.timings) == result.timings)
    }

    @Test("a record of tiles says where each tile lies, with all positions in the picture")
    func tiles() throws {
        let tiling = Tiling(side: 60, overlap: 20)
        var tiles: [AnomalyTile] = []
        let result = try segmenter.segment(picture, object: "tile", tiling: tiling) { tiles.append($0) }
        let record = result.record
        #expect(record.tiling == tiling && record.tiles?.map(\.box) == tiles.map(\.box))
        #expect(record.tiles?.map(\.groups) == tiles.map { $0.result.prompts.groups.count })
        #expect(record.threshold == result.threshold && record.score == result.score)
        let places = tiles.enumerated().flatMap { index, tile in
            tile.result.prompts.groups.map { (index, tile.box, $0) }
        }
        #expect(record.groups.count == places.count && places.contains { $0.0 > 0 })
        for (group, (index, box, found)) in zip(record.groups, places) {
            #expect(group.tile == index)
            #expect(group.region.box.x0 == found.box.x0 + box.x0 && group.region.box.y1 == found.box.y1 + box.y0)
            #expect(group.points.map(\.position.x) == found.points.map { $0.position.x + Double(box.x0) })
            #expect(group.points.map(\.position.y) == found.points.map { $0.position.y + Double(box.y0) })
        }
        #expect(try again(record) == record)
    }

    @Test("every case with its values is read again")
    func cases() throws {
        let reasons: [ChosenPoint.Reason] = [
            .peak, .plateau(pixels: 4), .spaced, .ranked(3), .leastSimilar(cost: 0.125), .hardSimilar, .lowestHeat,
        ]
        #expect(try again(reasons) == reasons)
        let rejections: [StageTrace.Rejection] = [
            .empty, .notFinite, .tooLarge(share: 0.75), .cold(meanHeat: 0.25), .missesPositives,
        ]
        #expect(try again(rejections) == rejections)
        let outcomes: [CascadeTrace.Outcome] = [.stage(3), .groupMask, .none]
        #expect(try again(outcomes) == outcomes)
        let omissions: [AnomalyResult.Omission] = [.flatMap, .belowGate, .noGroups]
        #expect(try again(omissions) == omissions)
        let regions: [RejectedRegion.Reason] = [.small, .weak, .beyondLimit]
        #expect(try again(regions) == regions)
        let rules: [ThresholdReport.Rule] = [.otsu, .fixed, .percentile]
        #expect(try again(rules) == rules)
    }
}
