import Checkpoints
import Foundation
import ImageCodecs
import Imaging
import JSONText
import TestSupport
import Testing

@testable import RegionExports

/// What pycocotools says of the COCO files is kept with their digests: `Tools/fixtures/regions_coco.py` looks at the files
/// that this suite writes into the folder named by `VITRINE_COCO_OUTPUTS`.
@Suite("files about regions")
struct RegionExportTests {
    // MARK: A run's results

    /// Noise of all densities, with holes and pixels that only share corners, and the plain cases.
    private static func masks() -> [(id: String, mask: Mask)] {
        var random = SeededGenerator(seed: 5)
        func mask(_ width: Int, _ height: Int, _ holds: (Int, Int) -> Bool) -> Mask {
            let size = ImageSize(width: width, height: height)
            return Mask(size: size, values: (0..<size.pixelCount).map { holds($0 % width, $0 / width) })
        }
        var found = [
            ("a/ring.png", mask(19, 17) { x, y in (4...9).contains(max(abs(x - 9), abs(y - 8))) || x == 9 && y == 8 }),
            ("b/chess, \"board\".png", mask(8, 7) { x, y in (x + y) % 2 == 0 }),
            ("c/none.png", mask(5, 4) { _, _ in false }),
            ("d/all.png", mask(6, 3) { _, _ in true }),
            ("e/pixel.png", mask(1, 1) { _, _ in true }),
            ("f/comb.png", mask(21, 9) { x, y in y == 0 || x % 2 == 0 }),
            ("g/ä\n.png", mask(40, 30) { x, y in (x - 20) * (x - 20) + (y - 15) * (y - 15) < 120 }),
        ]
        for share in [0.1, 0.35, 0.5, 0.65, 0.9] {
            found.append(
                ("n/\(share).png", mask(33, 27) { _, _ in Double.random(in: 0..<1, using: &random) < share }))
        }
        return found
    }

    private struct Line: Encodable {
        struct Picture: Encodable {
            let name: String
            let size: ImageSize
        }
        struct Pixels: Encodable {
            let area: Int
            let box: ImageBox
            let runs: [String: String]
        }
        struct Region: Encodable {
            let centroid: ImagePoint
            let mask: Pixels
            let score: Float
        }

        let kind = "segment"
        let picture: Picture
        let regions: [Region]

        init(_ id: String, _ mask: Mask) {
            picture = Picture(name: id, size: mask.size)
            let scores = ScoreMap(
                size: mask.size, values: (0..<mask.size.pixelCount).map { Float($0 * 37 % 101) / 101 })
            regions = MaskRegion.regions(of: mask, scores: scores).map {
                Region(
                    centroid: $0.centroid,
                    mask: Pixels(area: $0.area, box: $0.box, runs: ["counts": $0.runs.compressedCounts]),
                    score: $0.score)
            }
        }
    }

    /// Writes the export of some lines and returns its text.
    private func text(_ export: RegionExport, _ lines: [String], pixelSize: Double? = nil) throws -> String {
        try Fixture.withTemporaryFolder { folder in
            let results = folder.appendingPathComponent("results.jsonl")
            try Data(lines.joined(separator: "\n").utf8).write(to: results)
            try export.write(
                fromResults: results.path, toFolder: folder.path, pixelSizeMillimetres: pixelSize, version: "1.2.3")
            return String(decoding: try Data(contentsOf: folder.appendingPathComponent(export.fileName)), as: UTF8.self)
        }
    }

    // MARK: COCO

    private static let verdictURL = Fixture.url("RegionExports/coco.json")

    @Test("pycocotools reads back every pixel, area and box of these very files", arguments: ["coco", "coco-polygons"])
    func verdict(name: String) throws {
        let export = try #require(RegionExport(rawValue: name))
        let lines = try Self.masks().map { try encodedJSON(Line($0.id, $0.mask)) }
        let text = try text(export, lines)
        if let folder = ProcessInfo.processInfo.environment["VITRINE_COCO_OUTPUTS"] {
            let outputs = URL(fileURLWithPath: folder)
            try Data(text.utf8).write(to: outputs.appendingPathComponent(export.fileName))
            for (index, picture) in Self.masks().enumerated() {
                let map = ScoreMap(size: picture.mask.size, values: picture.mask.values.map { $0 ? 1 : 0 })
                try NPYWriter.write(map, to: outputs.appendingPathComponent("\(index + 1).npy").path)
            }
        }
        var hash = SHA256()
        Array(text.utf8).withUnsafeBytes { hash.update($0) }
        let verdict = try JSONValue.members(of: Array(Data(contentsOf: Self.verdictURL)))
        #expect(
            verdict[export.fileName] == .text(hash.hexadecimalDigest()),
            "\(export.fileName) changed: let Tools/fixtures/regions_coco.py look at it again")
    }

    @Test("pictures without a region are images without annotations, failures are passed over, numbers count from 1")
    func layout() throws {
        let size = ImageSize(width: 3, height: 2)
        let region = Mask(size: size, values: [false, true, true, false, false, true])
        let lines = [
            try encodedJSON(Line("a.png", Mask(size: size))), #"{"kind":"failure","picture":{"name":"b.png"}}"#,
            try encodedJSON(Line("c.png", region)).replacing("\"segment\"", with: "\"result\""),
        ]
        let head = """
            {"info":{"description":"regions outlined by vitrine segment","version":"1.2.3"},
            "licenses":[],
            "categories":[{"id":1,"name":"defect","supercategory":"anomaly"}],
            "images":[
            {"id":1,"file_name":"a.png","width":3,"height":2},
            {"id":2,"file_name":"c.png","width":3,"height":2}],
            "annotations":[
            {"id":1,"image_id":2,"category_id":1,"bbox":[1,0,2,2],"area":3,"iscrowd":0,"segmentation":
            """
        let score = ",\"score\":0.83168316}]}\n"
        #expect(try text(.coco, lines) == head + #"{"size":[2,3],"counts":"2111"}"# + score)
        #expect(try text(.cocoPolygons, lines) == head + "[[1,0,3,0,3,2,2,2,2,1,1,1]]" + score)
        #expect(try text(.coco, []).hasSuffix("\"images\":[],\n\"annotations\":[]}\n"))
    }

    // MARK: The table

    @Test("the table has a line for each region, in pixels and in millimetres")
    func table() throws {
        let size = ImageSize(width: 3, height: 2)
        let region = Mask(size: size, values: [false, true, true, false, false, true])
        let lines = [try encodedJSON(Line("a.png", Mask(size: size))), try encodedJSON(Line("c.png", region))]
        let names = "picture,region,area,left,top,width,height,score,centroid_x,centroid_y"
        let cells = "c.png,1,3,1,0,2,2,0.83168316,1.666667,0.333333"
        #expect(try text(.csv, lines) == "\(names)\r\n\(cells)\r\n")
        #expect(
            try text(.csv, lines, pixelSize: 0.05)
                == "\(names),area_mm2,left_mm,top_mm,width_mm,height_mm,centroid_x_mm,centroid_y_mm\r\n"
                + "\(cells),0.0075,0.05,0.0,0.1,0.1,0.108333,0.041667\r\n")
    }

    @Test("a score that is no number is left out")
    func notFinite() throws {
        let region = Mask(size: ImageSize(width: 1, height: 1), repeating: true)
        let line = try encodedJSON(Line("a.png", region)).replacing(/"score":[0-9.]+/, with: "\"score\":\"nan\"")
        #expect(try text(.csv, [line]).hasSuffix("\r\na.png,1,1,0,0,1,1,,0.0,0.0\r\n"))
        #expect(try !text(.coco, [line]).contains("score"))
    }

    @Test("cells are quoted as RFC 4180 says, and none is taken for a formula")
    func cells() {
        let expected = [
            "a.png": "a.png", "a,b": "\"a,b\"", "a\"b": "\"a\"\"b\"", "a\nb": "\"a\nb\"", "a\r\nb": "\"a\r\nb\"",
            "=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@x": "'@x", "\tx": "'\tx", "\rx": "\"'\rx\"", "'x": "''x",
            "=HYPERLINK(\"x\",1)": "\"'=HYPERLINK(\"\"x\"\",1)\"", "": "", "x=1": "x=1", "ä": "ä",
        ]
        for (text, cell) in expected { #expect(TableLine.cell(text) == cell) }
    }

    // MARK: Refusals

    @Test("a line that is no result names its file and number, and nothing is written")
    func refusals() throws {
        try Fixture.withTemporaryFolder { folder in
            let results = folder.appendingPathComponent("results.jsonl").path
            func sentence(_ text: String?) throws -> String {
                if let text { try Data(text.utf8).write(to: URL(fileURLWithPath: results)) }
                do throws(RegionExportError) {
                    try RegionExport.coco.write(
                        fromResults: results, toFolder: folder.path, pixelSizeMillimetres: nil, version: "1")
                    return ""
                } catch {
                    return error.description
                }
            }
            #expect(try sentence(nil).hasPrefix("cannot read \(results): No such file or directory"))
            func picture(_ size: String, _ counts: String) -> String {
                #"{"kind":"segment","picture":{"name":"a","size":{\#(size)}},"regions":[{"#
                    + #""centroid":{"x":0,"y":0},"mask":{"runs":{"counts":"\#(counts)"}},"score":1}]}"#
            }
            let huge = "\(Int.max)"
            for line in [
                "no JSON", #"{"kind":"segment"}"#, picture(#""width":1,"height":1"#, "22"),
                picture(#""width":1,"height":1"#, "1"), picture(#""width":-1,"height":-1"#, "1"),
                picture(#""width":\#(huge),"height":\#(huge)"#, "1"),
            ] {
                let found = try sentence("{\"kind\":\"failure\"}\n" + line)
                #expect(found.hasPrefix("\(results): line 2 is no result of this version ("), "\(found)")
                #expect(found.hasSuffix("); compute the results again"), "\(found)")
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["results.jsonl"])
            #expect(try sentence(picture(#""width":1,"height":1"#, "01")).isEmpty)
        }
    }
}
