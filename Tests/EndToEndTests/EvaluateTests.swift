import Foundation
import ImageCodecs
import Imaging
import JSONText
import TestSupport
import Testing

@Suite("vitrine evaluate")
struct EvaluateTests {
    private let command: Command
    private let masks: ByteFixture

    /// A picture of 40 x 30 pixels and what is wrong in it, which is the truth of the fixture `mask_kinds`.
    private let plate: Data
    private let truth: Image

    init() throws {
        command = try Command()
        masks = try ByteFixture("ImageCodecs/mask_kinds")
        let marks = try masks["mask"].bytes
        let pixels = marks.enumerated().flatMap { index, mark in
            [UInt8](repeating: mark > 0 ? 40 : 150 + UInt8(index * 7 % 11), count: 3)
        }
        plate = try SamplePictures.png(Image(size: ImageSize(width: 40, height: 30), pixels: pixels))
        truth = Image(
            size: ImageSize(width: 40, height: 30),
            pixels: marks.flatMap { [UInt8](repeating: $0 > 0 ? 255 : 0, count: 3) })
        try SmallSet.writeConfiguration(to: command)
    }

    private func evaluate(_ flags: [String] = []) throws -> Command.Outcome {
        try command.run(["evaluate", "set", "--object", "plate", "--configuration", "quick.json"] + flags)
    }

    /// What was complained of, but for the endings of the pictures, which are PNG files here.
    private func complaints(_ outcome: Command.Outcome) -> String {
        outcome.errors.split(separator: "\n").filter { !$0.hasSuffix("the content is PNG") }.map { $0 + "\n" }.joined()
    }

    private func mask(_ name: String) throws -> Data { Data(try masks[name].bytes) }

    /// The rows of a record by class, their names taken out.
    private func rows(_ outcome: Command.Outcome) throws -> [String: [JSONValue]] {
        let rows = try #require(try JSONValue(outcome.output)["rows"]?.asList)
        var byClass: [String: [JSONValue]] = [:]
        for row in rows {
            guard case .object(var fields) = row, let name = fields.removeValue(forKey: "className")?.asText else {
                continue
            }
            byClass[name, default: []].append(.object(fields))
        }
        return byClass
    }

    @Test(
        "a truth says the same as 0 and 255, 0 and 1, class ids, colours, a palette and transparency; the rule is told")
    func encodings() throws {
        let kinds = [
            "grey_255", "grey_01", "grey_classes", "grey16_01", "rgba_red_on_white", "rgba_opaque", "rgb_labels",
            "palette_voc",
        ]
        for kind in kinds {
            try command.write(plate, to: "set/\(kind)/Imgs/a.jpg")
            try command.write(mask(kind + ".png"), to: "set/\(kind)/Imgs/a.png")
        }
        let kept = ["--output", "out", "--no-report", "--quiet"]
        let outcome = try evaluate(["--json"] + kept)
        #expect(outcome.status == 0 && complaints(outcome).isEmpty, "\(outcome.errors)")
        let rows = try rows(outcome)
        #expect(rows.keys.sorted() == kinds.sorted())
        let first = try #require(rows["grey_255"])
        #expect(first.count == 3 && first[0]["measures"]?["auroc"]?.asNumber != nil)
        for kind in kinds { #expect(rows[kind] == first, "\(kind)") }
        let rules = try JSONValue(outcome.output)["maskRules"]?.asList?.map {
            "\($0["masks"]?.asNumber ?? 0) \($0["rule"]?.asText ?? "")"
        }
        #expect(
            rules == [
                "2.0 grey: all above 127", "2.0 labels in colour: all but black",
                "1.0 transparency, as the colours do not tell: opacity above 127",
                "2.0 values up to 1 are classes: all above 0", "1.0 values up to 3 are classes: all above 0",
            ])
        // The pictures are done, and only their table is told.
        let table = try evaluate(kept)
        #expect(
            table.output.hasSuffix("\nMasks, 1 of them: values up to 3 are classes: all above 0\n"), "\(table.output)")
    }

    @Test("endings count in whichever case, and what other systems keep beside a file does not")
    func endings() throws {
        for (picture, mask) in [("a.JPG", "a.PNG"), ("b.jpeg", "b.png"), ("c.JpEg", "c.pNg"), ("d.jpg", "d.png")] {
            try command.write(plate, to: "set/holes/Imgs/" + picture)
            try command.write(SamplePictures.png(truth), to: "set/holes/Imgs/" + mask)
        }
        for name in ["._a.JPG", "._a.PNG", "._b.png"] {
            try command.write(Data("Mac OS X".utf8), to: "set/holes/Imgs/" + name)
        }
        let outcome = try evaluate(["--json"])
        #expect(outcome.status == 0 && complaints(outcome).isEmpty, "\(outcome.errors)")
        let row = try rows(outcome)["holes"]?.first
        #expect(row?["pictures"]?.asNumber == 4 && row?["measures"]?["auroc"]?.asNumber != nil)
        #expect(try JSONValue(outcome.output)["maskRules"]?.asList?.first?["masks"]?.asNumber == 4)
    }

    @Test("a broken data set is told in full before a model is loaded, and is refused")
    func broken() throws {
        for name in ["a", "b"] { try command.write(plate, to: "set/holes/Imgs/\(name).jpg") }
        for name in ["a", "x"] { try command.write(SamplePictures.png(truth), to: "set/holes/Imgs/\(name).png") }
        let outcome = try evaluate(["--clip", "not/there.safetensors"])
        #expect(outcome.status == 4 && outcome.output.isEmpty)
        #expect(
            complaints(outcome) == """
                vitrine: holes/Imgs/b.jpg: a picture of a defect without a mask
                vitrine: holes/Imgs/x.png: a mask without a picture
                vitrine: set, read as magnetic-tile, has 2 faults, the first: holes/Imgs/b.jpg: a picture of a defect \
                without a mask; mend them, or leave these pictures out (--skip-broken)

                """)
        let rest = try evaluate(["--json", "--skip-broken"])
        let pictures = try rows(rest)["holes"]?.first?["pictures"]?.asNumber
        #expect(rest.status == 3 && pictures == 1)
        #expect(
            complaints(rest) == """
                vitrine: note: holes/Imgs/x.png: a mask without a picture
                vitrine: holes/Imgs/b.jpg: a picture of a defect without a mask
                vitrine: 1 of 2 pictures failed

                """)
        let other = try evaluate(["--dataset", "btad"])
        #expect(
            other.errors.hasSuffix(
                "is not laid out as btad: it needs CLASS/test/ok, CLASS/test/ko and CLASS/ground_truth/ko\n"))
        try command.write(plate, to: "other/pictures/a.jpg")
        let unknown = try command.run(["evaluate", "other", "--object", "plate"])
        #expect(unknown.status == 4 && unknown.errors.contains("--dataset takes mvtec-ad, "), "\(unknown.errors)")
    }

    @Test("MVTec AD's layout gives a row for each class, its flawless pictures included")
    func classFolders() throws {
        for name in ["bolt", "nut"] {
            for place in ["train/good/0.png", "test/good/1.png", "test/bent/2.png"] {
                try command.write(plate, to: "mvtec/\(name)/\(place)")
            }
            try command.write(SamplePictures.png(truth), to: "mvtec/\(name)/ground_truth/bent/2_mask.png")
        }
        try command.write(plate, to: "mvtec/preview.png")
        let outcome = try command.run([
            "evaluate", "mvtec", "--object", "plate", "--json", "--configuration", "quick.json",
        ])
        #expect(outcome.status == 0)
        #expect(
            complaints(outcome)
                == "vitrine: note: pictures without a place in the layout mvtec-ad, which are not used: 1\n")
        let rows = try rows(outcome)
        #expect(rows.keys.sorted() == ["bolt", "nut"] && rows["bolt"] == rows["nut"])
        #expect(rows["nut"]?.first?["pictures"]?.asNumber == 2)
    }

    @Test("flawless classes have no row; if asked for, they count in each of the others, and once in all together")
    func flawlessClasses() throws {
        for name in ["bent", "cut"] {
            try command.write(plate, to: "set/\(name)/Imgs/a.jpg")
            try command.write(SamplePictures.png(truth), to: "set/\(name)/Imgs/a.png")
        }
        for name in ["a", "b"] { try command.write(plate, to: "set/MT_Free/Imgs/\(name).jpg") }
        // A mask that marks nothing says the same as none.
        let nothing = Image(size: truth.size, pixels: truth.pixels.map { _ in 0 })
        try command.write(SamplePictures.png(nothing), to: "set/MT_Free/Imgs/a.png")
        for (flags, count) in [([], 1.0), (["--with-normal"], 3)] {
            let outcome = try evaluate(["--json"] + flags)
            let rows = try rows(outcome)
            #expect(rows.keys.sorted() == ["bent", "cut"], "\(outcome.errors)")
            #expect(rows.values.joined().allSatisfy { $0["pictures"]?.asNumber == count })
            let pooled = try JSONValue(outcome.output)["pooled"]?.asList ?? []
            #expect(pooled.map { $0["pictures"]?.asNumber } == [4, 4, 4])
            #expect(pooled.allSatisfy { $0["negativePixels"]?.asNumber == 4800 - 2 * Double(marked) })
            #expect(
                pooled.allSatisfy { $0["normalPictures"]?.asNumber == 2 && $0["defectivePictures"]?.asNumber == 2 })
        }
    }

    private var marked: Int { truth.pixels.count { $0 > 0 } / 3 }

    @Test("what any mask of a picture marks is its truth")
    func severalMasks() throws {
        func strip(_ marked: Range<Int>) throws -> Data {
            let pixels = (0..<64 * 16).flatMap { [UInt8](repeating: marked.contains($0) ? 255 : 0, count: 3) }
            return try SamplePictures.png(Image(size: ImageSize(width: 64, height: 16), pixels: pixels))
        }
        try command.write(
            SamplePictures.png(SamplePictures.plate(width: 64, height: 16, holeRadius: 4)),
            to: "fabric/Defect_images/0044_019_04.png")
        try command.write(strip(0..<60), to: "fabric/Mask_images/0044_019_04_mask1.png")
        try command.write(strip(40..<100), to: "fabric/Mask_images/0044_019_04_mask2.png")
        let arguments = ["evaluate", "fabric", "--object", "fabric", "--json"]
        let outcome = try command.run(arguments)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try command.run(arguments + ["--output", "out", "--no-report"]).output == outcome.output)
        #expect(try rows(outcome).values.joined().allSatisfy { $0["positivePixels"]?.asNumber == 100 })
        #expect(try JSONValue(outcome.output)["maskRules"]?.asList?.first?["masks"]?.asNumber == 2)
    }

    @Test("a picture or truth that cannot be used is named and left out, the others are measured, and the end is 3")
    func failures() throws {
        for name in ["a", "b", "c", "d"] {
            try command.write(plate, to: "set/holes/Imgs/\(name).jpg")
            try command.write(SamplePictures.png(truth), to: "set/holes/Imgs/\(name).png")
        }
        let sound = try rows(evaluate(["--json", "--limit", "1"]))
        try command.write(Data("no picture".utf8), to: "set/holes/Imgs/b.jpg")
        try command.write(
            SamplePictures.png(SamplePictures.plate(width: 39, height: 31)), to: "set/holes/Imgs/c.png")
        try command.write(Data("no mask".utf8), to: "set/holes/Imgs/d.png")
        let outcome = try evaluate(["--json", "--skip-broken"])
        #expect(outcome.status == 3)
        #expect(
            complaints(outcome) == """
                vitrine: set/holes/Imgs/b.jpg: this is text, not a picture; give a PNG or JPEG file
                vitrine: holes/Imgs/c.png: the mask is 39 x 31, its picture holes/Imgs/c.jpg 40 x 30
                vitrine: set/holes/Imgs/d.png: this is text, not a picture; give a PNG or JPEG file
                vitrine: 3 of 4 pictures failed

                """)
        let record = try JSONValue(outcome.output)
        #expect(try rows(outcome)["holes"] == sound["holes"])
        #expect(
            record["failures"]?.asList?.map { $0["picture"]?["path"]?.asText }
                == ["b", "c", "d"].map { "set/holes/Imgs/\($0).jpg" })
        #expect(
            record["failures"]?.asList?[1]["error"]?.asText
                == "holes/Imgs/c.png: the mask is 39 x 31, its picture holes/Imgs/c.jpg 40 x 30")
        #expect(try JSONSchema(file: "evaluate.schema.json").faults(in: record).isEmpty)
        try command.write(Data("no picture".utf8), to: "set/holes/Imgs/a.jpg")
        let none = try evaluate(["--skip-broken"])
        #expect(none.status == 4 && none.output.isEmpty, "\(none.errors)")
        #expect(none.errors.contains("has no picture without a fault"))
    }

    @Test("a picture that is turned upright has its truth turned with it")
    func orientation() throws {
        let stored = try ImageFile.decode(
            ByteFixture("ImageCodecs/jpeg_kinds")["turned.jpg"].bytes, name: "turned.jpg")
        let size = stored.image.size
        // The first rows are wrong: turned upright these are the last columns.
        let marks = Mask(size: size, values: (0..<size.pixelCount).map { $0 < size.width * 9 })
        let turned = marks.turned(upright: stored.orientation)
        func picture(_ mask: Mask) throws -> Data {
            let levels = (0..<mask.size.pixelCount).map { index -> UInt8 in
                mask[x: index % mask.size.width, y: index / mask.size.width] ? 255 : 0
            }
            return try SamplePictures.png(Image(size: mask.size, pixels: levels.flatMap { [$0, $0, $0] }))
        }
        try command.write(
            Data(ByteFixture("ImageCodecs/jpeg_kinds")["turned.jpg"].bytes), to: "set/stored/Imgs/a.jpg")
        try command.write(picture(marks), to: "set/stored/Imgs/a.png")
        try command.write(
            SamplePictures.png(stored.image.turned(upright: stored.orientation)), to: "set/upright/Imgs/a.jpg")
        try command.write(picture(turned), to: "set/upright/Imgs/a.png")
        let upright = try evaluate(["--json", "--apply-orientation"])
        #expect(upright.status == 0 && complaints(upright).isEmpty, "\(upright.errors)")
        let rows = try rows(upright)
        #expect(rows["stored"] != nil && rows["stored"] == rows["upright"])
        let asStored = try evaluate(["--json"])
        #expect(asStored.errors.contains("asks to be turned (EXIF orientation 6)"), "\(asStored.errors)")
        #expect(try self.rows(asStored)["stored"] != rows["upright"])
    }
}
