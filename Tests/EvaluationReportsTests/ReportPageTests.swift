import AnomalyMetrics
import Foundation
import ImageCodecs
import Imaging
import JSONText
import TestSupport
import Testing

@testable import EvaluationReports

@Suite("the report of an evaluation")
struct ReportPageTests {
    // MARK: A small evaluation

    /// A plate with a spot; the map is the spot, blurred and noisy.
    private struct Picture {
        let id: String
        let className: String
        let image: Image
        let truth: Mask?
        let maps: [(variant: String, map: ScoreMap)]
        let mask: Mask

        init(_ number: Int, size: ImageSize = ImageSize(width: 96, height: 64)) {
            className = number % 2 == 0 ? "plate" : "<tile>"
            id = "\(className)/\(number).png"
            let hasDefect = number % 3 != 0
            let (x, y) = (Double(20 + number * 7 % 60), Double(15 + number * 11 % 35))
            let noise = uniformNumbers("report \(number)", count: size.pixelCount)
            let distances = (0..<size.pixelCount).map { index in
                let (dx, dy) = (Double(index % size.width) - x, Double(index / size.width) - y)
                return (dx * dx + dy * dy).squareRoot()
            }
            truth = hasDefect ? Mask(size: size, values: distances.map { $0 < 7 }) : nil
            let scores = zip(distances, noise).map { distance, noise in
                Float(0.25 + 0.05 * Double(noise) + (hasDefect ? 0.5 : 0.15) * exp(-distance * distance / 90))
            }
            let map = ScoreMap(size: size, values: scores)
            maps = [("map", map), ("cascade", map.map { $0 > 0.45 ? min(1, $0 + 0.2) : $0 })]
            mask = map.mask(atLeast: 0.5)
            image = Image(
                size: size,
                pixels: zip(distances, noise).flatMap { distance, noise -> [UInt8] in
                    let level = UInt8((150 + 20 * noise - (hasDefect && distance < 7 ? 80 : 0)).rounded())
                    return [level, level, UInt8(Float(level) * 0.8)]
                })
        }
    }

    private struct Record: Encodable {
        struct Point: Encodable {
            var position: ImagePoint
            var label: String
            var reason: [String: [String: Int]]
        }
        struct Stage: Encodable {
            var stage: Int
            var positivePoints = 1
            var negativePoints = 0
            var box: ImageBox?
            var hasMaskPrompt: Bool
            var predictedIoU: [Float] = [0.9, 0.8]
            var selectionScores: [Float] = [0.9, 0.7]
            var chosen = 0
            var area = 12
        }
        var points: [Point]
        var stages = [Stage(stage: 1, hasMaskPrompt: false), Stage(stage: 2, hasMaskPrompt: true)]
        var outcome = ["stage": ["number": 2]]
        var confidence = 0.5
    }

    private struct Row: Encodable {
        var className: String?
        var variant: String
        var measures: [String: Double]
        var pictures: Int
    }

    private struct Results: Encodable {
        var titles = ["map": "CLIP map", "cascade": "+ PPG + CPS"]
        var rows: [Row] = []
        var means: [Row] = []
        var pooled: [Row] = []
        var maskRules: [String] = []
    }

    private struct Line: Encodable {
        var picture: [String: String]
        var points: [Record.Point]
        var boxes: [ImageBox]
        var regions: [String] = []
    }

    private func kept(_ picture: Picture) throws -> [UInt8] {
        var gallery = try GalleryPicture(
            picture.image, truth: picture.truth, maps: picture.maps, mask: picture.mask)
        gallery.add(
            groups: [try .init(Record(points: points(of: picture)), masks: [picture.mask, picture.mask])], omission: nil
        )
        return Array(try encodedJSON(gallery).utf8)
    }

    private func points(of picture: Picture) -> [Record.Point] {
        [Record.Point(position: ImagePoint(x: 30, y: 20), label: "positive", reason: ["peak": [:]])]
    }

    private func page(_ pictures: [Picture]) throws -> [UInt8] {
        var results = Results()
        var curves: [ReportCurve] = []
        for name in [nil, "plate", "<tile>"] as [String?] {
            for variant in 0..<2 {
                var pixels = PixelMetrics(countsFalseRegions: false)
                for picture in pictures where name == nil || picture.className == name {
                    try pixels.add(map: picture.maps[variant].map, truth: picture.truth)
                }
                let title = pictures[0].maps[variant].variant
                curves.append(ReportCurve(pixels, of: name, by: title))
                let row = Row(
                    className: name, variant: title,
                    measures: [
                        "auroc": pixels.summary().auroc.value ?? 0,
                        "f1Maximum": pixels.summary().f1Maximum.value?.value ?? 0,
                    ],
                    pictures: pictures.count)
                if name == nil { results.pooled.append(row) } else { results.rows.append(row) }
            }
        }
        var whole = ReportPage(
            name: "plates", maker: "Vitrine", variants: ["map", "cascade"], results: results)
        whole.curves = curves
        whole.pictures = pictures.map { picture in
            let overlap = picture.truth.flatMap { picture.mask.intersectionOverUnion(with: $0) }
            return ReportPage.Entry(
                id: picture.id, className: picture.className, label: picture.truth == nil ? "normal" : "defective",
                score: picture.maps[1].map.range?.upperBound ?? 0,
                peaks: picture.maps.map { $0.map.range?.upperBound ?? 0 }, intersectionOverUnion: overlap, f1: nil,
                wrong: picture.mask.area, regions: picture.truth == nil ? 0 : 1, found: (overlap ?? 0) > 0 ? 1 : 0)
        }
        var bytes = try whole.start(by: "vitrine evaluate")
        for (index, picture) in pictures.enumerated() {
            let line = Line(picture: ["name": picture.id], points: points(of: picture), boxes: [])
            bytes += ReportPage.picture(index, line: try encodedJSON(line), kept: try kept(picture))
        }
        return bytes + whole.end(by: "vitrine evaluate")
    }

    private static func block(_ id: String, in page: [UInt8]) throws -> [String: JSONValue] {
        let text = String(decoding: page, as: UTF8.self)
        let start = try #require(text.range(of: "id=\"\(id)\">")).upperBound
        return try JSONValue.members(of: Array(text[start...].prefix { $0 != "<" }.utf8))
    }

    // MARK: Tests

    @Test("the page has a block for each picture, and is the same bytes each time")
    func blocks() throws {
        let pictures = (0..<6).map { Picture($0) }
        let bytes = try page(pictures)
        #expect(try page(pictures) == bytes)
        let data = try Self.block("page-data", in: bytes)
        guard case .list(let listed)? = data["pictures"] else { return #expect(Bool(false)) }
        #expect(listed.count == 6)
        for index in pictures.indices {
            let block = try Self.block("picture-\(index)", in: bytes)
            guard case .object(let line)? = block["line"] else { return #expect(Bool(false)) }
            #expect(line["picture"] == .object(["name": .text(pictures[index].id)]))
        }
        if let folder = ProcessInfo.processInfo.environment["VITRINE_REPORT_PAGE"] {
            try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/report.html"))
        }
    }

    @Test("maps come back within a level, masks and truth as they are where nothing is reduced")
    func maps() throws {
        let picture = Picture(1)
        let members = try JSONValue.members(of: try kept(picture))
        func image(_ value: JSONValue?) throws -> GreyImage {
            guard case .text(let base64)? = value else { throw CocoaError(.fileReadUnknown) }
            let bytes = [UInt8](try #require(Data(base64Encoded: base64)))
            return try ImageFile.decode(bytes, name: "kept").image.grey
        }
        #expect(try image(members["truth"]).mask(atLeast: 128) == picture.truth)
        #expect(try image(members["mask"]).mask(atLeast: 128) == picture.mask)
        guard case .list(let maps)? = members["maps"] else { return #expect(Bool(false)) }
        for (found, made) in zip(maps, picture.maps) {
            guard case .object(let map) = found, case .number(let low)? = map["low"],
                case .number(let high)? = map["high"]
            else { return #expect(Bool(false)) }
            #expect(map["variant"] == .text(made.variant))
            #expect(Float(low) == made.map.range?.lowerBound && Float(high) == made.map.range?.upperBound)
            for (level, score) in zip(try image(map["png"]).values, made.map.values) {
                #expect(abs(low + (high - low) * Double(level) / 255 - Double(score)) <= (high - low) / 509)
            }
        }
    }

    @Test("curves and distributions are those of the pixels")
    func curves() throws {
        let pictures = (0..<3).map { Picture($0) }
        var pixels = PixelMetrics(countsFalseRegions: false)
        var (positives, negatives): ([Float], [Float]) = ([], [])
        for picture in pictures {
            try pixels.add(map: picture.maps[1].map, truth: picture.truth)
            for (index, score) in picture.maps[1].map.values.enumerated() {
                if picture.truth?.values[index] == true { positives.append(score) } else { negatives.append(score) }
            }
        }
        let curve = ReportCurve(pixels, of: nil, by: "cascade")
        let thresholds = try #require(curve.thresholds)
        for (index, threshold) in thresholds.enumerated() {
            #expect(curve.truePositives?[index] == positives.count { $0 >= threshold })
            #expect(curve.falsePositives?[index] == negatives.count { $0 >= threshold })
        }
        let spread = try #require(curve.histogram)
        #expect(spread.low == (positives + negatives).min() && spread.high == (positives + negatives).max())
        let middle = (spread.low + spread.high) / 2
        for (bins, scores) in [(spread.normal, negatives), (spread.anomalous, positives)] {
            #expect(bins.reduce(0, +) == scores.count)
            #expect(bins[..<(bins.count / 2)].reduce(0, +) == scores.count { $0 < middle })
        }
    }

    @Test("what is large is reduced, and a defect of one pixel's width stays")
    func reduced() throws {
        let size = ImageSize(width: 1000, height: 500)
        let truth = Mask(size: size, values: (0..<size.pixelCount).map { $0 % 1000 == 400 || $0 % 1000 == 401 })
        let gallery = try GalleryPicture(
            Image(size: size, pixels: [UInt8](repeating: 9, count: 3 * size.pixelCount)), truth: truth,
            maps: (0..<7).map { ("v\($0)", ScoreMap(size: size, repeating: Float($0))) }, mask: nil)
        #expect(gallery.maps.map(\.variant) == ["v0", "v1", "v2", "v6"])
        let bytes = [UInt8](try #require(gallery.truth.flatMap { Data(base64Encoded: $0) }))
        let kept = try ImageFile.decode(bytes, name: "truth").image.grey
        #expect(kept.size == ImageSize(width: 288, height: 144))
        #expect((0..<144).allSatisfy { y in kept.values[y * 288..<(y + 1) * 288].contains(255) })
    }

    @Test("false regions are the parts of the mask without a pixel of the truth")
    func falseRegions() throws {
        let size = ImageSize(width: 8, height: 3)
        let mask = Mask(size: size, values: (0..<24).map { [0, 1, 4, 12, 7].contains($0) })
        let truth = Mask(size: size, values: (0..<24).map { $0 == 1 })
        let map = ScoreMap(size: size, values: (0..<24).map { Float($0) / 24 })
        let image = Image(size: size, pixels: [UInt8](repeating: 0, count: 72))
        let found = try GalleryPicture(image, truth: truth, maps: [("map", map)], mask: mask).falseRegions
        #expect(found.map(\.area) == [2, 1] && found.map(\.highest) == [12.0 / 24, 7.0 / 24])
        #expect(found[0].box == ImageBox(x0: 4, y0: 0, x1: 4, y1: 1))
        let flat = ScoreMap(size: size, values: [.infinity, -.infinity] + [Float](repeating: 1, count: 22))
        let wide = try GalleryPicture(image, truth: nil, maps: [("map", flat)], mask: nil)
        #expect(wide.maps[0].high == .greatestFiniteMagnitude && wide.falseRegions.isEmpty)
    }
}
