import AnomalySegmentation
import Foundation
import SmallWeights
import Testing

@Suite("command lines")
struct CommandLineTests {
    @Test(
        "a misspelt flag or command is named, with the nearest one, before what is missing because of it",
        arguments: [
            (
                ["segment", "a.png", "--objekt", "plate", "--output", "out"],
                "option '--objekt'; did you mean '--object'?"
            ),
            (["segment", "a.png", "--outptu=out", "--object", "plate"], "option '--outptu'; did you mean '--output'?"),
            (["classify", "--label", "a"], "option '--label'; did you mean '--labels'?"),
            (["mask", "--xyzzyx", "--point", "1,2"], "option '--xyzzyx'; see what there is with --help"),
            (["segmnt", "a.png"], "command 'segmnt'; did you mean 'segment'?"),
            (["weights", "verfy", "a"], "command 'verfy'; did you mean 'verify'?"),
            (["weights", "verify", "--jsn"], "option '--jsn'; did you mean '--json'?"),
        ])
    func misspelt(_ arguments: [String], _ says: String) throws {
        let outcome = try Command().run(arguments)
        #expect(outcome.status == 2)
        #expect(outcome.errors.hasPrefix("Error: there is no \(says)\nUsage: vitrine "), "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
    }

    @Test("what is only missing is told as such, and words behind -- are no flags")
    func missing() throws {
        let missing = try Command().run(["segment", "a.png", "--output", "out"])
        #expect(missing.errors.contains("Missing expected argument '--object <object>'"), "\(missing.errors)")
        let words = try Command().run(["segment", "--object", "plate", "--output", "out", "--", "--objekt"])
        #expect(words.status == 4 && words.errors.contains("--objekt"), "\(words.errors)")
    }

    @Test("what was typed is shown without characters that steer a terminal")
    func escaped() throws {
        for arguments in [["segment", "a", "--threads", "\u{202E}5\u{1B}[31m"], ["mask", "--\u{202E}abc\u{1B}[31m"]] {
            let outcome = try Command().run(arguments)
            #expect(outcome.status == 2)
            #expect(outcome.errors.contains("\\u{202e}") && outcome.errors.contains("\\u{1b}[31m"), "\(outcome.errors)")
            #expect(!outcome.errors.contains("\u{202E}") && !outcome.errors.contains("\u{1B}"))
        }
    }

    @Test("a file that is asked for may be a pipe, a folder, a device or not there: one sentence, at once")
    func notFiles() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        try command.write(Data(), to: "folder/inner")
        try #require(mkfifo(command.folder.appendingPathComponent("pipe").path, 0o600) == 0)
        let segment = ["segment", "a.png", "--object", "plate", "--output", "out", "--quiet"]
        for file in ["pipe", "folder", "/dev/zero", "none/none"] {
            for arguments in [
                segment + ["--prompts", file], segment + ["--configuration", file], segment + ["--map-weights", file],
                segment + ["--merges", file], segment + ["--sam", file], segment + ["--clip", file],
                ["classify", "a.png", "--labels", "a", "--templates", file],
                ["classify", "a.png", "--labels-file", file],
                ["mask", "a.png", "--output", "out", "--mask-input", file],
                ["mask", "a.png", "--output", "out", "--point", "1,1", "--embedding", file],
            ] {
                let outcome = try command.run(arguments)
                #expect(outcome.status == 4, "\(arguments): \(outcome.errors)")
                #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
                #expect(outcome.errors.contains(file) && !outcome.errors.contains("NSCocoa"), "\(outcome.errors)")
            }
        }
        #expect(command.files(under: "out").isEmpty)
    }

    @Test("what is too large, empty or no JSON is refused in one line, at once")
    func refused() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        try command.write(Data("{\"text\": [}".utf8), to: "broken.json")
        try command.write(Data("[]".utf8), to: "none.json")
        for (arguments, status, says) in [
            (
                ["embed", "a.png", "--output", "a.npy", "--side", "100000000"], 2,
                "--side takes a whole number from 1 to"
            ),
            (["embed", "--text", " ", "--output", "a.npy"], 2, "--text is empty"),
            (
                ["segment", "a.png", "--object", "a", "--output", "out", "--configuration", "broken.json"], 4,
                "broken.json is no configuration: it is not JSON from byte 10 on; copy"
            ),
            (["classify", "a.png", "--labels", "a", "--templates", "none.json"], 2, "vitrine: there are no templates"),
        ] {
            let outcome = try command.run(arguments)
            #expect(outcome.status == status && outcome.errors.contains(says), "\(arguments): \(outcome.errors)")
        }
    }

    @Test(
        "a value that no configuration can have there is refused with its place and what the default has there",
        arguments: [
            ("\"mode\":{\"softGate\":", "\"mode\":{\"softgate\":", "fusion.mode", "{\"softGate\":{"),
            ("\"upright\"", "\"upsidedown\"", "map.views[0]", "[\"upright\","),
            ("\"stageCount\":3", "\"stageCount\":\"three\"", "cascade.stageCount", "3;"),
        ])
    func unusable(written: String, other: String, place: String, example: String) throws {
        let outcome = try configured(replacing: written, by: other)
        #expect(outcome.status == 4)
        let says = "\(place) has no value that is known there; the default is \(example)"
        #expect(outcome.errors.contains(says), "\(outcome.errors)")
    }

    @Test("a key of a configuration that nothing has is told as such, with the nearest one")
    func unknownKey() throws {
        let outcome = try configured(replacing: "\"stageCount\":", by: "\"stageCuont\":1,\"stageCount\":")
        #expect(outcome.status == 4)
        let says = "cascade.stageCuont is not known: did you mean \"stageCount\"?"
        #expect(outcome.errors.contains(says), "\(outcome.errors)")
    }

    /// What `segment` says to the default configuration with another text in one place.
    private func configured(replacing written: String, by other: String) throws -> Command.Outcome {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        let configuration = String(decoding: try JSONEncoder().encode(AnomalyConfiguration.default), as: UTF8.self)
        #expect(configuration.contains(written))
        try command.write(Data(configuration.replacingOccurrences(of: written, with: other).utf8), to: "mine.json")
        return try command.run([
            "segment", "a.png", "--object", "a", "--output", "out", "--configuration", "mine.json",
        ])
    }

    @Test("numbers of the mask generator that mean nothing are refused with their flag")
    func generator() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        for (flag, value) in [
            ("--points-per-side", "0"), ("--pred-iou-thresh", "nan"), ("--crop-nms-thresh", "-1"),
            ("--crop-n-points-downscale-factor", "0"), ("--min-mask-region-area", "-1"),
        ] {
            let outcome = try command.run(["masks", "a.png", "--output", "out", "\(flag)=\(value)"])
            #expect(outcome.status == 2 && outcome.errors.hasSuffix("(\(flag))\n"), "\(outcome.errors)")
        }
    }
}

@Suite("vitrine doctor and what is named in the environment")
struct EnvironmentTests {
    @Test(
        "a variable that names nothing usable is told, and not all is well",
        arguments: [
            ("VITRINE_CLIP", "/none/clip.pt"), ("VITRINE_CLIP", "no-such-name"), ("VITRINE_SAM", "/none/sam.pth"),
            ("VITRINE_MERGES", "/none/merges.txt"), ("VITRINE_TEXT_CACHE", "/none/cache"),
            ("VITRINE_SMALL_WEIGHTS", "/none/small"), ("VITRINE_TEXT_CACHE", "a.txt"), ("VITRINE_MERGES", "a.txt"),
            ("VITRINE_CLIP", "a.txt"), ("VITRINE_SAM", "clip"),
        ])
    func doctor(_ variable: String, _ value: String) throws {
        let command = try Command()
        try command.write(Data("a b\n".utf8), to: "a.txt")
        let named = value == "clip" ? try SmallWeights().clip : value
        let outcome = try command.run(["doctor"], environment: [variable: named])
        #expect(outcome.status == 4, "\(outcome.output)")
        #expect(!outcome.output.contains("All is well"), "\(outcome.output)")
        #expect(outcome.output.contains("\nbf16 products:") && outcome.output.contains(" in bf16, "))
        let advice = outcome.output.components(separatedBy: "What to do:").last ?? ""
        #expect(advice.contains(variable), "\(outcome.output)")
        #expect(outcome.output.contains(named), "\(outcome.output)")
    }

    @Test("other commands say which variable named what is not there")
    func others() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        for (variable, arguments) in [
            ("VITRINE_SAM", ["mask", "a.png", "--point", "1,1", "--output", "out"]),
            ("VITRINE_CLIP", ["embed", "--text", "a", "--output", "a.npy"]),
            ("VITRINE_MERGES", ["embed", "--text", "a", "--output", "a.npy"]),
        ] {
            let outcome = try command.run(arguments, environment: [variable: "/none/file"])
            #expect(outcome.status == 4)
            #expect(
                outcome.errors == "vitrine: there is no file /none/file; check the spelling (\(variable))\n",
                "\(outcome.errors)")
        }
        let small = try command.run(
            ["embed", "--text", "a", "--output", "a.npy"], environment: ["VITRINE_SMALL_WEIGHTS": "/none"])
        #expect(small.status == 4)
        #expect(
            small.errors
                == "vitrine: VITRINE_SMALL_WEIGHTS names /none, where clip.safetensors, sam.safetensors, merges.txt cannot be "
                + "read: set it to the folder that holds these files, or unset it to use those that came along (weights of "
                + "your own: --clip, --sam)\n", "\(small.errors)")
    }

    @Test("the list of published weights is part of the program")
    func list() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Weights/manifest.json")
        #expect(try Data(SmallWeights.manifest) == Data(contentsOf: file))
        let outcome = try Command().run(["weights", "list"], environment: ["VITRINE_SMALL_WEIGHTS": "/none"])
        #expect(outcome.status == 0 && outcome.output.contains("clip-vit-b-32"), "\(outcome.errors)")
    }
}
