import AnomalySegmentation
import Foundation
import Imaging
import JSONText
import Testing

@Suite("vitrine tune")
struct TuneTests {
    private let command: Command

    /// Three classes of one plate each, with holes of different sizes.
    init() throws {
        command = try Command()
        for (index, name) in ["MT_Blowhole", "MT_Break", "MT_Crack"].enumerated() {
            for number in 0..<2 {
                try add("\(name)/Imgs/\(number)", radius: 8 + 5 * index + 2 * number)
            }
        }
    }

    private func add(_ name: String, radius: Int, in folder: String = "set") throws {
        let plate = SamplePictures.plate(holeRadius: radius)
        let hole = Image(size: plate.size, pixels: plate.pixels.map { $0 < 100 ? 255 : 0 })
        try command.write(SamplePictures.png(plate), to: "\(folder)/\(name).jpg")
        try command.write(SamplePictures.png(hole), to: "\(folder)/\(name).png")
    }

    private func tune(_ flags: [String], in folder: String = "set") throws -> Command.Outcome {
        try command.run(["tune", folder, "--object", "plate"] + flags)
    }

    private func rows(_ outcome: Command.Outcome) throws -> [JSONValue] {
        try #require(try JSONValue(outcome.output)["rows"]?.asList)
    }

    @Test("each class is judged by what was chosen on the others, and the best configuration is written")
    func classes() throws {
        let flags = [
            "--try", "fusion.mode=clip,mask", "--try", "points.negativeCount=0,5,0", "--keep-encodings", "kept",
            "--json",
        ]
        let outcome = try tune(flags + ["--output", "best.json"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let record = try JSONValue(outcome.output)
        #expect(record["candidates"]?.asNumber == 6 && record["measured"]?.asNumber == 6)
        #expect(
            record["groups"]?.asList?.compactMap { $0["name"]?.asText } == ["MT_Blowhole", "MT_Break", "MT_Crack"])
        let rows = try rows(outcome)
        #expect(rows.map { $0["setting"]?.asText } == ["fusion.mode", "points.negativeCount", nil])
        for row in rows {
            let folds = try #require(row["folds"]?.asList)
            #expect(folds.count == 3)
            let gains = folds.compactMap { $0["gain"]?.asNumber }
            #expect(abs((row["heldOutGain"]?.asNumber ?? 9) - gains.reduce(0, +) / 3) < 1e-9)
            #expect(row["gain"]?.asNumber ?? -1 >= 0)
        }
        // All together are at least as good as each by itself.
        #expect(rows[2]["gain"]?.asNumber ?? 0 >= rows[0]["gain"]?.asNumber ?? 1)
        let best = try JSONDecoder().decode(AnomalyConfiguration.self, from: try command.data("best.json"))
        #expect(try encodedJSON(record["configuration"]) == encodedJSON(best))
        #expect(outcome.errors.contains("encodings: 0 found"), "\(outcome.errors)")

        // From kept encodings the same comes out, and the file is one of tune's own.
        let again = try tune(flags + ["--output", "best.json"])
        #expect(again.output == outcome.output && again.errors.contains(" 0 made"), "\(again.errors)")
        let used = try command.run([
            "segment", "set/MT_Break/Imgs/0.jpg", "--object", "plate", "--configuration", "best.json", "--output",
            "out",
            "--quiet",
        ])
        #expect(used.status == 0, "\(used.errors)")
    }

    @Test("halving drops the worse half, a seed repeats what is drawn, and a table says what each setting is worth")
    func halving() throws {
        let flags = [
            "--try", "fusion.mode=clip,mask,gate", "--try", "fusion.boxPadding=0,0.2", "--draw", "2", "--seed",
            "7",
        ]
        let halved = try tune(flags + ["--search", "halving"])
        #expect(halved.status == 0, "\(halved.errors)")
        #expect(halved.output.contains("| **all together** |"))
        #expect(halved.output.contains("Combinations: 8, of which "), "\(halved.output)")
        let random = try tune(flags + ["--search", "random", "--aim", "ap"])
        #expect(random.output.hasPrefix("AP of the configuration as it is: "))
        #expect(random.output.hasSuffix("Combinations: 8.\n"))
        #expect(try tune(flags + ["--search", "random", "--aim", "ap"]).output == random.output)
    }

    @Test("flawless pictures of other classes count where they are asked for")
    func flawless() throws {
        for (name, radius) in [("MT_Break", 9), ("MT_Crack", 12)] {
            try add("\(name)/Imgs/0", radius: radius, in: "few")
        }
        // What is found in it is false, whatever it looks like.
        try command.write(SamplePictures.png(SamplePictures.plate(holeRadius: 7)), to: "few/MT_Free/Imgs/0.jpg")
        func base(_ flags: [String]) throws -> [Double] {
            let outcome = try tune(["--try", "fusion.mode=clip", "--json"] + flags, in: "few")
            let groups = try #require(try JSONValue(outcome.output)["groups"]?.asList)
            #expect(groups.compactMap { $0["name"]?.asText } == ["MT_Break", "MT_Crack"])
            return groups.compactMap { $0["base"]?.asNumber }
        }
        let (alone, pooled) = (try base([]), try base(["--with-normal"]))
        #expect(zip(alone, pooled).allSatisfy { $0 >= $1 } && alone != pooled, "\(alone), \(pooled)")
    }

    @Test("one class is judged by parts of its pictures, and that is told")
    func oneClass() throws {
        for number in 0..<2 { try add("images/\(number)", radius: 9 + 3 * number, in: "plain") }
        for number in 0..<2 {
            let name = "plain/images/\(number).png"
            try command.write(try command.data(name), to: "plain/masks/\(number).png")
            try FileManager.default.removeItem(at: command.folder.appendingPathComponent(name))
        }
        let outcome = try tune(["--try", "fusion.mode=clip", "--json"], in: "plain")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains("note: there is one class; settings are judged by parts of its pictures"))
        #expect(
            try JSONValue(outcome.output)["groups"]?.asList?.compactMap { $0["name"]?.asText }
                == ["part 1 of 2", "part 2 of 2"])
    }

    @Test(
        "a setting that is not there or does not take a value is told before a model is loaded",
        arguments: [
            ("points.positivCount=1", "there is no setting points.positivCount: did you mean points.positiveCount?"),
            ("positiveCount=1", "there is no setting positiveCount: did you mean points.positiveCount?"),
            (
                "boxPadding=0",
                "there is no setting boxPadding: did you mean cascade.boxPadding or fusion.boxPadding?"
            ),
            (
                "colour=1",
                "there is no setting colour; the names are those of \"configuration\" in a result.json, with dots between"
            ),
            (
                "points.positiveCount",
                "points.positiveCount names no setting with values; write NAME=VALUE,VALUE, for example points.positiveCount=1,3,5"
            ),
            (
                "points.positiveCount=1,,2",
                "points.positiveCount=1,,2 names no setting with values; write NAME=VALUE,VALUE, for example points.positiveCount=1,3,5"
            ),
            (
                "points.ringDiameter=4",
                "points.ringDiameter does not take 4: points.ringDiameter of the configuration is 4 and must be an odd number from 3 to 16383"
            ),
        ])
    func mistakes(argument: String, sentence: String) throws {
        let outcome = try tune(["--try", argument, "--clip", "not/there.safetensors"])
        #expect(outcome.status == 2 && outcome.output.isEmpty)
        #expect(outcome.errors == "vitrine: \(sentence) (--try)\n", "\(outcome.errors)")
    }

    @Test("too many combinations, a setting named twice and a foreign output file are refused")
    func refused() throws {
        let many = "0.05,0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9,0.11,0.22,0.33"
        let product = try tune([
            "--try", "cascade.areaMaximum=\(many)", "--try", "fusion.boxPadding=\(many)", "--try",
            "fusion.peakWeight=\(many)",
        ])
        #expect(product.status == 2)
        #expect(product.errors.contains(" combinations and 2000 are tried at most: name fewer values, or let some be"))
        let twice = try tune(["--try", "fusion.mode=clip", "--try", "fusion.mode=gate"])
        #expect(
            twice.errors == "vitrine: the setting fusion.mode is named twice; give all its values at once (--try)\n")
        try command.write(Data("mine".utf8), to: "mine.json")
        let foreign = try tune(["--try", "fusion.mode=clip", "--output", "mine.json"])
        #expect(foreign.status == 5 && foreign.errors.contains("nothing in it says that this command wrote it"))
        #expect(try command.data("mine.json") == Data("mine".utf8))
    }
}
