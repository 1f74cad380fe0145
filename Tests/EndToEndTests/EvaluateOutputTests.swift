import AnomalySegmentation
import Foundation
import ImageCodecs
import Imaging
import JSONText
import Testing

@Suite("vitrine evaluate --output")
struct EvaluateOutputTests {
    private let command: Command

    /// Two classes of MVTec AD's layout with a flawless picture and two plates with a hole each.
    init() throws {
        command = try Command()
        for (index, name) in ["metal_nut", "leather"].enumerated() {
            try SmallSet.write(class: name, holes: [4 + index, 7 + index], to: command)
        }
        // Beside the hole of one plate something is said to be wrong that nobody finds.
        try command.write(
            SmallSet.mask(holeRadius: 5, hasCorner: true), to: "set/leather/ground_truth/hole/0_mask.png")
        try SmallSet.writeConfiguration(to: command)
    }

    private func evaluate(_ flags: [String] = [], output: String = "out") throws -> Command.Outcome {
        try command.run(SmallSet.evaluate + ["--output", output] + flags)
    }

    private func text(_ file: String) throws -> String {
        String(decoding: try command.data("out/\(file)"), as: UTF8.self)
    }

    @Test("the folder's files say what the terminal says, and what became of each picture")
    func files() throws {
        let outcome = try evaluate(["--json"])
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        #expect(
            command.files(under: "out").filter { !$0.contains(".vitrine") } == [
                "done.json", "failures.jsonl", "pictures.csv", "pictures.jsonl", "report.html", "results.json",
                "run.json", "table.md",
            ])
        #expect(try text("results.json") + "\n" == outcome.output)
        let alone = try command.run(SmallSet.evaluate + ["--json"])
        #expect(alone.output == outcome.output, "with and without a folder the record is the same")
        let results = try JSONValue(outcome.output)
        #expect(
            results["rows"]?.asList?.map { $0["className"]?.asText } == [
                "leather", "leather", "leather", "metal_nut", "metal_nut", "metal_nut",
            ])
        #expect(results["rows"]?.asList?.last?["object"]?.asText == "metal nut" && results["object"] == nil)
        #expect(results["pooled"]?.asList?.map { $0["pictures"]?.asNumber } == [6, 6, 6])
        let map = try #require(results["rows"]?.asList?.first)
        #expect(map["variant"]?.asText == "map" && map["measures"]?["maskF1"] == nil)
        for name in ["auroc", "aupro005", "auproCompatible", "f1Threshold", "regionRecallAtTenth", "imageAUROC"] {
            #expect(map["measures"]?[name]?.asNumber != nil, "\(name)")
        }
        #expect(results["rows"]?.asList?.last?["measures"]?["boundaryF1"]?.asNumber != nil)

        for mean in results["means"]?.asList ?? [] {
            let rows = results["rows"]?.asList?.filter { $0["variant"] == mean["variant"] } ?? []
            for name in ["auroc", "f1Maximum", "aupro"] {
                let values = rows.compactMap { $0["measures"]?[name]?.asNumber }
                let found = try #require(mean["measures"]?[name]?.asNumber)
                #expect(values.count == 2 && abs(found - (values[0] + values[1]) / 2) < 1e-12, "\(name)")
            }
        }

        let table = try text("table.md")
        let printed = try evaluate()
        #expect(table.hasPrefix(printed.output.split(separator: "\n\n")[0]), "\(printed.output)")
        #expect(table.contains("| **all pictures** | + PPG + CPS |") && table.contains("boundary F1"))
        #expect(table.hasSuffix("Masks, 4 of them: grey: all above 127\n"))

        let lines = try text("pictures.jsonl").split(separator: "\n").map { try JSONValue(String($0)) }
        #expect(lines.map { $0["picture"]?["name"]?.asText } == SmallSet.ids(["leather", "metal_nut"]))
        let hole = try #require(lines.first { $0["label"]?.asText == "defective" })
        #expect(hole["regions"]?.asList?.map { ($0["found"]?.asNumber ?? 9) > 0 } == [true, false])
        for line in lines {
            #expect(line["score"]?.asNumber == line["variants"]?.asList?.last?["score"]?.asNumber)
            #expect(line["variants"]?.asList?.count == 3)
        }
        let region = try #require(hole["regions"]?.asList?.first)
        #expect(hole["defect"]?.asText == "hole" && region["box"]?["x0"]?.asNumber == 28)
        let scores = ["lowest", "median", "highest"].map { region[$0]?.asNumber ?? -1 }
        #expect(scores == scores.sorted() && scores[0] >= 0, "\(region)")
        let cells = try text("pictures.csv").split(separator: "\r\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        #expect(cells.count == 7 && Set(cells.map(\.count)) == [16])
        #expect(cells[2][0] == "leather/test/hole/0.png" && cells[2][3] == "defective")
        // Two regions, of which one is found.
        #expect(cells[2][12...13] == ["2", "1"], "\(cells[2])")

        let run = try JSONValue(try text("run.json"))
        #expect(run["dataset"]?["layout"]?.asText == "mvtec-ad" && run["machines"]?.asList?.count == 1)
        #expect(
            run["settings"]?["variantSettings"]?["points"]?["changes"] == .object(["cascade.stageCount": .text("1")]))
        #expect(run["maskRules"]?.asList?.first?["masks"]?.asNumber == 4)
    }

    @Test("what is missing or changed is done again, and the bytes are those of one run")
    func resumed() throws {
        #expect(try evaluate().status == 0)
        let whole = try SmallPlates.contents(command, "out")
        func done(_ outcome: Command.Outcome) -> [String] {
            outcome.errors.split(separator: "\n").filter { $0.contains("\"secondsLeft\"") }.map(String.init)
        }
        #expect(done(try evaluate(["--progress", "json"])).isEmpty)
        #expect(try SmallPlates.contents(command, "out") == whole)
        let kept = try #require(command.files(under: "out").first { $0.hasSuffix("cascade.pixels") })
        try command.write(Data("short".utf8), to: "out/\(kept)")
        try FileManager.default.removeItem(at: command.folder.appendingPathComponent("out/done.json"))
        let mended = try evaluate(["--progress", "json"])
        #expect(mended.errors.contains(#""done":5"#) && done(mended).count == 1, "\(mended.errors)")
        #expect(try SmallPlates.contents(command, "out") == whole)
        // Another truth of the same picture is another result.
        let mask = "set/leather/ground_truth/hole/1_mask.png"
        let before = try command.data(mask)
        try command.write(try SmallSet.mask(holeRadius: 9), to: mask)
        #expect(done(try evaluate(["--progress", "json"])).count == 1)
        #expect(try SmallPlates.contents(command, "out") != whole)
        try command.write(before, to: mask)
        #expect(try evaluate().status == 0)
        #expect(try SmallPlates.contents(command, "out") == whole)
    }

    @Test("shards put together are the bytes of one run")
    func shards() throws {
        try command.write(Data("no picture".utf8), to: "set/leather/test/good/bad.png")
        let flags = ["--skip-broken"]
        #expect(try evaluate(flags, output: "whole").status == 3)
        for number in 1...3 {
            #expect([0, 3].contains(try evaluate(flags + ["--shard", "\(number)/3"], output: "s\(number)").status))
        }
        let merged = try command.run(["merge", "s3", "s1", "s2", "--output", "out"])
        #expect(merged.status == 0 && merged.output == "out: 6 done, 1 failed, of 7 pictures\n", "\(merged.errors)")
        #expect(try SmallPlates.contents(command, "out") == SmallPlates.contents(command, "whole"))
        // Each machine that took part is told, and makes no difference to the rest.
        #expect([0, 3].contains(try evaluate(flags + ["--shard", "2/3", "--threads", "1"], output: "alone").status))
        #expect(try command.run(["merge", "s1", "alone", "s3", "--output", "mixed"]).status == 0)
        #expect(try command.json("mixed/run.json")["machines"]?.asList?.count == 2)
        #expect(try command.data("mixed/results.json") == command.data("whole/results.json"))
        let other = try command.run(["merge", "s1", "s2", "--output", "partial", "--allow-missing"])
        #expect(other.status == 0 && !command.files(under: "partial").contains("done.json"), "\(other.errors)")
    }

    @Test("other settings, weights and pictures are refused with each difference")
    func refused() throws {
        try FileManager.default.removeItem(at: command.folder.appendingPathComponent("set/metal_nut"))
        #expect(try evaluate().status == 0)
        let whole = try SmallPlates.contents(command, "out")
        let settings = try evaluate(["--stages", "2", "--with-normal"])
        #expect(
            settings.status == 4
                && settings.errors.contains("settings.configuration.cascade.stageCount was 3 and is 2")
                && settings.errors.contains("settings.withNormal was false and is true"), "\(settings.errors)")
        let object = try evaluate(["--object", "plate"])
        #expect(
            object.status == 4 && object.errors.contains(#"settings.objects.leather was "leather" and is "plate""#),
            "\(object.errors)")
        // As many pictures as before, but one of them is another.
        func rename(_ old: Int, _ new: Int) throws {
            for (folder, ending) in [("test/hole", ".png"), ("ground_truth/hole", "_mask.png")] {
                let place = command.folder.appendingPathComponent("set/leather/\(folder)")
                try FileManager.default.moveItem(
                    at: place.appendingPathComponent("\(old)\(ending)"),
                    to: place.appendingPathComponent("\(new)\(ending)"))
            }
        }
        try rename(1, 2)
        let others = try evaluate()
        #expect(others.status == 4 && others.errors.contains("manifest.digest was "), "\(others.errors)")
        try rename(2, 1)
        try SmallSet.write(class: "plate", holes: [6], to: command)
        let dataset = try evaluate()
        #expect(
            dataset.status == 4 && dataset.errors.contains("manifest.count was 3 and is 5"), "\(dataset.errors)")
        #expect(try SmallPlates.contents(command, "out") == whole)
        #expect(try evaluate(["--overwrite"]).status == 0)
        #expect(try text("pictures.jsonl").split(separator: "\n").count == 5)
        // Fewer pictures again: nothing is left of the others but what Vitrine did not write.
        try command.write(Data("mine".utf8), to: "out/.vitrine-pictures/note.txt")
        try FileManager.default.removeItem(at: command.folder.appendingPathComponent("set/plate"))
        #expect(try evaluate(["--overwrite"]).status == 0)
        var left = try SmallPlates.contents(command, "out")
        #expect(left.removeValue(forKey: ".vitrine-pictures/note.txt") != nil && left == whole)
    }

    @Test("places that are taken are refused before a model is loaded, whatever is compared")
    func taken() throws {
        try command.write(Data("mine".utf8), to: "out/results.json")
        for flags in [[], ["--ablation"]] {
            let refused = try evaluate(flags + ["--clip", "not/there.safetensors"])
            #expect(refused.status == 5 && refused.errors.contains("out/results.json"), "\(refused.errors)")
            let look = try evaluate(flags + ["--dry-run", "--clip", "not/there.safetensors"], output: "new")
            #expect(look.status == 0 && look.output == "6 pictures\n", "\(look.errors)")
        }
    }

    @Test("objects are named by the classes where these are objects, and are asked for elsewhere")
    func objects() throws {
        try SmallSet.write(class: "01", holes: [6], to: command, root: "numbers")
        let refused = try command.run(["evaluate", "numbers"])
        #expect(
            refused.status == 4
                && refused.errors.hasSuffix(
                    "the class 01 of a data set read as mvtec-ad does not say what its pictures show; name it in plain English "
                        + "(--object)\n"),
            "\(refused.errors)")
        let named = try command.run([
            "evaluate", "numbers", "--object", "plate", "--json", "--configuration", "quick.json",
        ])
        let object = try JSONValue(named.output)["object"]?.asText
        #expect(named.status == 0 && object == "plate", "\(named.errors)")
        let noFolder = try command.run(["evaluate", "set", "--shard", "1/2"])
        #expect(noFolder.status == 2 && noFolder.errors.contains("--output"), "\(noFolder.errors)")
    }
}

/// A small data set of MVTec AD's layout, and a configuration that is quick.
enum SmallSet {
    static let evaluate = ["evaluate", "set", "--quiet", "--configuration", "quick.json"]

    static func writeConfiguration(to command: Command) throws {
        var configuration = AnomalyConfiguration.default
        configuration.map.side = 96
        configuration.map.inputs = .scales(ofModelSide: [1])
        try command.write(JSONEncoder().encode(configuration), to: "quick.json")
    }

    /// A class with one flawless plate and one for each hole.
    static func write(class name: String, holes: [Int], to command: Command, root: String = "set") throws {
        func plate(_ radius: Int) throws -> Data {
            try SamplePictures.png(SamplePictures.plate(width: 48, height: 48, holeRadius: radius))
        }
        try command.write(plate(0), to: "\(root)/\(name)/test/good/0.png")
        for (number, radius) in holes.enumerated() {
            try command.write(plate(radius), to: "\(root)/\(name)/test/hole/\(number).png")
            try command.write(mask(holeRadius: radius), to: "\(root)/\(name)/ground_truth/hole/\(number)_mask.png")
        }
    }

    /// The truth of a plate.
    ///
    /// - Parameter hasCorner: whether a few pixels at the left of the lower edge are marked, too.
    static func mask(holeRadius: Int, hasCorner: Bool = false) throws -> Data {
        let plate = SamplePictures.plate(width: 48, height: 48, holeRadius: holeRadius)
        let pixels = plate.pixels.enumerated().map { index, level -> UInt8 in
            let isCorner = hasCorner && index / 3 / 48 > 44 && index / 3 % 48 < 3
            return isCorner || level < 100 ? 255 : 0
        }
        return try SamplePictures.png(Image(size: plate.size, pixels: pixels))
    }

    /// The ids of classes with two holes.
    static func ids(_ classes: [String]) -> [String] {
        classes.flatMap { name in ["good/0", "hole/0", "hole/1"].map { "\(name)/test/\($0).png" } }
    }
}
