import Foundation
import ImageCodecs
import Imaging
import JSONText
import SmallWeights
import Testing

@Suite("vitrine mask")
struct MaskTests {
    @Test("a point gives three masks whose files agree with the record")
    func point() throws {
        let command = try Command()
        try command.write(SamplePictures.png(SamplePictures.plate(holeRadius: 20)), to: "a.png")
        let outcome = try command.run(["mask", "a.png", "--point", "106,60", "--output", "out"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let files = command.files(under: "out/a.png.mask")
        #expect(
            files == [
                ".vitrine", "logits.npy", "mask-0.png", "mask-1.png", "mask-2.png", "overlay-0.png", "overlay-1.png",
                "overlay-2.png", "result.json",
            ])
        let record = try command.json("out/a.png.mask/result.json")
        let masks = try #require(record["masks"]?.asList)
        #expect(masks.count == 3)
        let predicted = masks.map { $0["predictedIoU"]?.asNumber ?? -1 }
        #expect(record["best"]?.asNumber.map { predicted[Int($0)] } == predicted.max())
        for (index, entry) in masks.enumerated() {
            let path = command.folder.appendingPathComponent("out/a.png.mask/mask-\(index).png").path
            let mask = try ImageFile.decode(path).image.grey.mask(atLeast: 128)
            #expect(entry["mask"]?["area"]?.asNumber == Double(mask.area))
            let box = try #require(mask.boundingBox)
            let corners: [String: JSONValue] = ["x0": box.x0, "y0": box.y0, "x1": box.x1, "y1": box.y1]
                .mapValues { .number(Double($0)) }
            #expect(entry["mask"]?["box"] == .object(corners))
            let runs = entry["mask"]?["runs"]
            #expect(runs?["size"] == .list([.number(120), .number(160)]))
            let counts = try #require(runs?["counts"]?.asText)
            #expect(try RunLengthMask(size: mask.size, compressedCounts: counts).mask == mask)
            #expect((0...1).contains(entry["stability"]?.asNumber ?? -1))
        }
    }

    @Test("an earlier mask and a box sharpen the prediction")
    func second() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        #expect(try command.run(["mask", "a.png", "--point", "106,60", "--output", "out"]).status == 0)
        let again = try command.run([
            "mask", "a.png", "--point", "106,60", "--point", "20,20,0", "--box", "90,45,120,75", "--mask-input",
            "out/a.png.mask/logits.npy:1", "--single", "--output", "out2", "--json",
        ])
        #expect(again.status == 0, "\(again.errors)")
        #expect(try JSONValue(again.output)["masks"]?.asList?.count == 1)
        // One mask needs no number, and its file goes back as it is.
        let third = try command.run([
            "mask", "a.png", "--mask-input", "out2/a.png.mask/logits.npy", "--output", "out5",
        ])
        #expect(third.status == 0, "\(third.errors)")
        let fromPicture = try command.run([
            "mask", "a.png", "--mask-input", "out/a.png.mask/mask-0.png", "--output", "out3",
        ])
        #expect(fromPicture.status == 0, "\(fromPicture.errors)")

        // The same mask of 0 and 1, as other programs store it.
        let picture = try ImageFile.decode(command.folder.appendingPathComponent("out/a.png.mask/mask-0.png").path)
            .image
        let ones = GreyImage(size: picture.size, values: picture.grey.values.map { $0 / 255 })
        try PNGWriter.write(ones, to: command.folder.appendingPathComponent("ones.png").path)
        let fromOnes = try command.run(["mask", "a.png", "--mask-input", "ones.png", "--output", "out4"])
        #expect(fromOnes.status == 0, "\(fromOnes.errors)")
        let results = try ["out3", "out4"].map { try command.data("\($0)/a.png.mask/logits.npy") }
        #expect(results[0] == results[1])
    }

    @Test("boxes and points as detectors give them are brought onto the picture, and a note says so")
    func detectors() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        func run(_ prompt: [String]) throws -> (record: JSONValue, notes: [String], told: String) {
            let outcome = try command.run(["mask", "a.png", "--output", "out", "--json"] + prompt)
            #expect(outcome.status == 0, "\(prompt): \(outcome.errors)")
            let record = try JSONValue(outcome.output)
            let notes = record["prompt"]?["notes"]?.asList?.compactMap(\.asText) ?? ["no list"]
            return (record["prompt"] ?? .null, notes, outcome.errors)
        }
        for (box, pixels) in [
            ("90.4,45.6,120.2,75.5", [90, 46, 120, 76]), ("0,0,160,120", [0, 0, 159, 119]),
            ("-0.4,-0.9,159.7,120.9", [0, 0, 159, 119]), (" 1, 2, 3, 4.0", [1, 2, 3, 4]),
        ] {
            let found = try run(["--box", box])
            let corners = ["x0", "y0", "x1", "y1"].map { found.record["box"]?[$0]?.asNumber }
            #expect(corners == pixels.map(Double.init), "\(box)")
            let isExact = pixels == [1, 2, 3, 4]
            #expect(found.notes.count == (isExact ? 0 : 1) && found.told.isEmpty == isExact, "\(found)")
            #expect(found.notes.allSatisfy { found.told.contains($0) && $0.contains("160 x 120") })
        }
        for (point, x, y) in [("160,120", 159.0, 119.0), ("-0.5,12.25", 0, 12.25), ("159.9,119.9", 159.9, 119.9)] {
            let found = try run(["--point", point])
            let place = found.record["points"]?.asList?.first?["position"] ?? found.record["points"]?.asList?.first
            #expect(place?["x"]?.asNumber == x && place?["y"]?.asNumber == y, "\(point): \(found)")
            #expect(found.notes.isEmpty == (x == 159.9))
        }
    }

    @Test(
        "a prompt that cannot be meant is refused, and nothing is written",
        arguments: [
            ([], 2, "something to go by"),
            (["--point", "1"], 2, "--point"), (["--point", "1,2,7"], 2, "--point"),
            (["--point", "900,2"], 2, "not on the picture of 160 x 120"),
            (["--point", "161.5,9"], 2, "not on the picture"),
            (["--point", "-1,9"], 2, "not on the picture"), (["--box", "0,0,161.6,20"], 2, "x goes from 0 to 159"),
            (["--box", "1e300,0,1e301,inf"], 2, "--box"), (["--box", "0,0,1e300,9"], 2, "160 x 120"),
            (["--point", "nan,2"], 2, "--point"),
            (["--box", "50,50,20,60"], 2, "box"), (["--box", "1,2,3"], 2, "--box"),
            (["--mask-input", "none.npy"], 4, "none.npy"), (["--mask-input", "a.png", "--box", "0,0,0,999"], 2, "box"),
            (["--mask-input", "small.png"], 4, "picture's size"),
        ])
    func refused(_ arguments: [String], _ status: Int32, _ says: String) throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        try command.write(SamplePictures.png(SamplePictures.plate(width: 8, height: 8, holeRadius: 2)), to: "small.png")
        let outcome = try command.run(["mask", "a.png", "--output", "out"] + arguments)
        #expect(outcome.status == status, "\(outcome.errors)")
        #expect(outcome.errors.contains(says), "\(outcome.errors)")
        #expect(command.files(under: "out").isEmpty)
    }
}

@Suite("embeddings and text vectors kept for later")
struct KeptResultsTests {
    @Test("a saved embedding gives the masks of its picture, and is refused for another picture")
    func embedding() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        try command.write(SamplePictures.png(SamplePictures.plate(holeRadius: 20)), to: "b.png")
        #expect(try command.run(["embed", "a.png", "--sam", "--output", "a.safetensors"]).status == 0)
        let prompt = ["--point", "106,60"]
        #expect(try command.run(["mask", "a.png", "--output", "fresh"] + prompt).status == 0)
        let kept = try command.run(["mask", "a.png", "--output", "kept", "--embedding", "a.safetensors"] + prompt)
        #expect(kept.status == 0, "\(kept.errors)")
        #expect(try command.data("fresh/a.png.mask/logits.npy") == command.data("kept/a.png.mask/logits.npy"))
        let foreign = try command.run(["mask", "b.png", "--output", "no", "--embedding", "a.safetensors"] + prompt)
        #expect(foreign.status == 4)
        #expect(foreign.errors.contains("another picture"), "\(foreign.errors)")
        #expect(command.files(under: "no").isEmpty)
    }

    @Test("a cache gives the same bytes and keeps digests; a damaged entry is told and computed again")
    func textCache() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        func segment(_ output: String, _ cache: [String]) throws -> Command.Outcome {
            try command.run(
                ["segment", "a.png", "--object", "plate", "--output", output, "--reproducible", "--quiet"] + cache)
        }
        #expect(try segment("plain", []).status == 0)
        #expect(try segment("first", ["--text-cache", "cache"]).status == 0)
        let entries = command.files(under: "cache").filter { $0.hasSuffix(".safetensors") }
        #expect(entries.count == 1)
        // A digest that is none of these files shows whether what was kept is used.
        let digests = try String(decoding: command.data("cache/digests.json"), as: UTF8.self)
        let marked = String(repeating: "0", count: 64)
        try command.write(
            Data(digests.replacing(#/[0-9a-f]{64}/#, with: marked).utf8), to: "cache/digests.json")
        #expect(try segment("second", ["--text-cache", "cache"]).status == 0)
        for (folder, isUsed) in [("plain", false), ("first", false), ("second", true)] {
            let record = try String(decoding: command.data("\(folder)/a.png/result.json"), as: UTF8.self)
            #expect(record.contains(marked) == isUsed, "\(folder)")
        }
        for action in ["inspect", "verify"] {
            let weights = ["weights", action, try SmallWeights().clip]
            let fresh = try command.run(weights, environment: ["VITRINE_TEXT_CACHE": "cache"])
            #expect(fresh.status == 0 && !fresh.output.contains(marked), "\(fresh.output)")
        }
        for folder in ["first", "second"] {
            #expect(try command.data("\(folder)/a.png/map.npy") == command.data("plain/a.png/map.npy"))
        }
        var damaged = try command.data("cache/\(entries[0])")
        damaged[damaged.count - 3] ^= 0x40
        try command.write(damaged, to: "cache/\(entries[0])")
        let third = try segment("third", ["--text-cache", "cache"])
        #expect(third.status == 0)
        #expect(third.errors.contains("computed again"), "\(third.errors)")
        #expect(try command.data("third/a.png/map.npy") == command.data("plain/a.png/map.npy"))
    }
}
