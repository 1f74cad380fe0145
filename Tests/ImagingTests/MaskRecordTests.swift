import Foundation
import Imaging
import TestSupport
import Testing

@Suite("masks and their regions as JSON")
struct MaskRecordTests {
    private static let mask = MaskRegionTests.mask(["..#..", "#..#.", "#....", "#...."])

    private func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private func value<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }

    @Test("a mask says its pixels as pycocotools does, and nothing of a box that it does not have")
    func forms() throws {
        let runs = RunLengthMask(Self.mask)
        let box = #"{"x0":0,"x1":3,"y0":0,"y1":3}"#
        #expect(try text(runs) == #"{"counts":"\#(runs.compressedCounts)","size":[4,5]}"#)
        #expect(
            try text(MaskRecord(runs))
                == #"{"area":5,"box":\#(box),"runs":{"counts":"\#(runs.compressedCounts)","size":[4,5]}}"#)
        #expect(try text(MaskRecord(Self.mask)) == #"{"area":5,"box":\#(box)}"#)
        #expect(try text(MaskRecord(Mask(size: Self.mask.size))) == #"{"area":0}"#)
        let region = try #require(
            MaskRegion.regions(of: Self.mask, scores: ScoreMap(size: Self.mask.size, repeating: 0.25)).first)
        #expect(
            try text(region)
                == #"{"centroid":{"x":2.5,"y":0.5},"mask":\#(try text(MaskRecord(region.runs))),"score":0.25}"#)
    }

    @Test("what was written is read again, whatever the mask", arguments: [0, 0.2, 0.5, 0.9, 1])
    func roundTrip(share: Double) throws {
        var random = SeededGenerator(seed: 13)
        for _ in 0..<50 {
            let mask = MaskRegionTests.mask(share: share, &random)
            let scores = ScoreMap(
                size: mask.size, values: mask.values.map { _ in Float.random(in: 0...1, using: &random) })
            let runs = RunLengthMask(mask)
            #expect(runs.boundingBox == mask.boundingBox, "\(mask)")
            for record in [MaskRecord(mask), MaskRecord(runs)] {
                #expect(try value(MaskRecord.self, text(record)) == record)
            }
            let regions = MaskRegion.regions(of: mask, scores: scores)
            #expect(try value([MaskRegion].self, text(regions)) == regions)
        }
    }

    @Test(
        "what is no mask is refused",
        arguments: [
            #"{"counts":"4","size":[2]}"#, #"{"counts":"4","size":[2,2,1]}"#, #"{"counts":"4","size":[-2,-2]}"#,
            #"{"counts":"4","size":[4611686018427387904,4]}"#, #"{"counts":"5","size":[2,2]}"#,
            #"{"counts":" ","size":[2,2]}"#, #"{"counts":"4"}"#, #"{"size":[2,2]}"#,
        ])
    func refusedRuns(_ json: String) {
        #expect(throws: DecodingError.self, "\(json)") { try value(RunLengthMask.self, json) }
    }

    @Test(
        "a region whose area and box are not those of its pixels is refused",
        arguments: [
            (#""area":4"#, #""area":5"#), (#""x1":1"#, #""x1":7"#), (#""counts":"04""#, #""counts":"13""#),
            (#""counts":"04""#, #""counts":"4""#), (#","runs":{"counts":"04","size":[2,2]}"#, ""),
        ])
    func refusedRegions(_ part: String, _ other: String) throws {
        let mask = #"{"area":4,"box":{"x0":0,"x1":1,"y0":0,"y1":1},"runs":{"counts":"04","size":[2,2]}}"#
        let json = #"{"centroid":{"x":0.5,"y":0.5},"mask":\#(mask),"score":0.5}"#
        #expect(try value(MaskRegion.self, json).area == 4)
        #expect(json.contains(part))
        #expect(throws: DecodingError.self) {
            try value(MaskRegion.self, json.replacingOccurrences(of: part, with: other))
        }
    }

    @Test("the box of a mask of a billion columns takes no time")
    func hugeMask() throws {
        let size = ImageSize(width: 1 << 56, height: 2)
        let runs = try RunLengthMask(size: size, counts: [3, (1 << 57) - 3])
        #expect(runs.boundingBox == ImageBox(x0: 1, y0: 0, x1: (1 << 56) - 1, y1: 1))
        #expect(try value(MaskRecord.self, text(MaskRecord(runs))) == MaskRecord(runs))
    }
}
