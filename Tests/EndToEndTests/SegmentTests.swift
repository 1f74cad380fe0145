import Foundation
import ImageCodecs
import Imaging
import JSONText
import Testing

@Suite("vitrine segment")
struct SegmentTests {
    static let fileNames = [".vitrine", "heatmap.png", "map.npy", "map.png", "mask.png", "overlay.png", "result.json"]

    @Test("a folder gives one folder of six files for each picture, under the picture's own path")
    func folder() throws {
        let command = try Command()
        try command.write(SamplePictures.bmp(), to: "in/parts/b.bmp")
        try command.write(SamplePictures.png(), to: "in/a.png")
        let outcome = try command.run(["segment", "in", "--object", "metal plate", "--output", "out"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let expected = ["a.png", "parts/b.bmp"].flatMap { name in Self.fileNames.map { "\(name)/\($0)" } }
        #expect(command.results(under: "out") == expected.sorted())
        #expect(outcome.output.split(separator: "\n").count == 2)
        // The formats differ, the pixels do not.
        #expect(try command.data("out/a.png/map.npy") == command.data("out/parts/b.bmp/map.npy"))
    }

    @Test("maps and masks have the picture's size, and the record says what the files say")
    func contents() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "plate.png")
        let outcome = try command.run(
            ["segment", "plate.png", "--object", "metal plate", "--output", "out", "--json", "--quiet"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let size = ImageSize(width: 160, height: 120)
        let folder = command.folder.appendingPathComponent("out/plate.png").path
        for name in ["heatmap.png", "map.png", "mask.png"] {
            #expect(try ImageFile.decode("\(folder)/\(name)").image.size == size, "\(name)")
        }
        let mask = try ImageFile.decode("\(folder)/mask.png").image
        #expect(mask.pixels.allSatisfy { $0 == 0 || $0 == 255 })
        let record = try command.json("out/plate.png/result.json")
        #expect(record["mask"]?["area"]?.asNumber == Double(mask.pixels.count { $0 == 255 } / 3))
        let npy = try command.data("out/plate.png/map.npy")
        #expect(npy.count == 128 + 4 * size.pixelCount)
        #expect(String(decoding: npy.prefix(128), as: UTF8.self).contains("(120, 160)"))
        #expect(try JSONValue(outcome.output) == record)
        let weights = try #require(record["weights"]?.asList)
        #expect(weights.count == 3 && weights.allSatisfy { $0["sha256"]?.asText?.count == 64 })
    }

    @Test("the same picture gives the same bytes twice, and with one thread and two")
    func sameBytes() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "plate.png")
        let runs = [("first", "1"), ("second", "1"), ("third", "2")]
        for (output, threads) in runs {
            let outcome = try command.run([
                "segment", "plate.png", "--object", "metal plate", "--output", output, "--threads", threads,
                "--reproducible",
            ])
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
        for name in Self.fileNames {
            let bytes = try runs.map { try command.data("\($0.0)/plate.png/\(name)") }
            #expect(bytes[0] == bytes[1], "\(name) differs from run to run")
            #expect(bytes[0] == bytes[2], "\(name) differs between one thread and two")
        }
    }

    @Test("pictures of one name from two folders keep apart")
    func names() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "d1/x.png")
        try command.write(SamplePictures.png(), to: "d2/x.png")
        let outcome = try command.run(
            ["segment", "d1/x.png", "d2/*.png", "--object", "metal plate", "--output", "out"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let folders = Set(
            command.results(under: "out").map { $0.split(separator: "/").dropLast().joined(separator: "/") })
        #expect(folders == ["d1/x.png", "d2/x.png"])
    }

    @Test("lines come in the order of the pictures, a bad one in its place, and the rest is whole")
    func order() throws {
        let command = try Command()
        var names: [String] = []
        for index in 0..<7 {
            // Large and small in turn, so that stages of neighbours take different times.
            let plate = SamplePictures.plate(width: index % 2 == 0 ? 320 : 40, height: 60)
            let isBad = index == 3
            names.append("\(index).png")
            try command.write(
                isBad ? Data("no picture".utf8) : SamplePictures.png(plate), to: "in/\(names[index])")
        }
        let outcome = try command.run(
            ["segment", "in", "--object", "metal plate", "--output", "out", "--json", "--quiet"])
        #expect(outcome.status == 3, "\(outcome.errors)")
        let records = try outcome.output.split(separator: "\n").map { try JSONValue(String($0)) }
        #expect(records.map { $0["picture"]?["name"]?.asText } == names)
        #expect(records.indices.filter { records[$0]["kind"] == .text("failure") } == [3])
        let written = names.filter { $0 != "3.png" }.flatMap { name in Self.fileNames.map { "\(name)/\($0)" } }
        #expect(command.results(under: "out") == written.sorted())
    }

    @Test("a place that is taken ends the command with 5 before anything is computed")
    func unwritable() throws {
        let command = try Command()
        for name in ["a.png", "b/b.png", "c.png"] { try command.write(SamplePictures.png(), to: "in/\(name)") }
        // A file where the second picture's folder should go.
        try command.write(Data(), to: "out/b")
        let outcome = try command.run(["segment", "in", "--object", "metal plate", "--output", "out", "--quiet"])
        #expect(outcome.status == 5)
        #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
        #expect(outcome.errors.contains("out/b is a file") && outcome.errors.contains("--output"), "\(outcome.errors)")
        #expect(outcome.output.isEmpty, "\(outcome.output)")
        #expect(command.files(under: "out") == ["b"])
    }

    @Test("results are replaced by a second run, and the output folder is not read as input")
    func replaced() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "in/a.png")
        for _ in 1...2 {
            let outcome = try command.run(["segment", "in", "--object", "metal plate", "--output", "in/out"])
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
        #expect(command.results(under: "in/out") == Self.fileNames.map { "a.png/\($0)" })
    }
}
