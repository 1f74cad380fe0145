import Foundation
import JSONText
import Testing

@Suite("files about the regions of all pictures")
struct ExportTests {
    private static let names = ["coco.json", "coco-polygons.json", "regions.csv"]

    private func command(pictures: Int) throws -> Command {
        let command = try Command()
        for index in 0..<pictures { try SmallPlates.write(index, to: command) }
        return command
    }

    /// Those that stand at the top of an output folder.
    private func exports(_ command: Command, _ folder: String) -> [String] {
        Self.names.filter { FileManager.default.fileExists(atPath: "\(command.folder.path)/\(folder)/\($0)") }
    }

    @Test("shards put together have the files of one run to the byte")
    func merged() throws {
        let command = try command(pictures: 3)
        try SmallPlates.write(3, to: command, as: "in/=sum.png")
        try command.write(Data("no picture".utf8), to: "in/bad.png")
        let flags = ["in", "--export", "csv,coco,coco-polygons", "--pixel-size", "0.05"]
        #expect(try command.run(SmallPlates.segment(flags, "one")).status == 3)
        for number in 1...2 {
            let outcome = try command.run(SmallPlates.segment(flags + ["--shard", "\(number)/2"], "s\(number)"))
            #expect([0, 3].contains(outcome.status), "\(outcome.errors)")
        }
        let outcome = try command.run(["merge", "s2", "s1", "--output", "out"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(exports(command, "out") == Self.names)
        #expect(try SmallPlates.contents(command, "out") == SmallPlates.contents(command, "one"))

        let lines = String(decoding: try command.data("out/regions.csv"), as: UTF8.self).split(separator: "\r\n")
        #expect(lines[0].hasPrefix("picture,region,area,") && lines[0].hasSuffix(",centroid_y_mm"), "\(lines)")
        #expect(lines.contains { $0.hasPrefix("'=sum.png,1,") }, "\(lines)")
        let record = try command.json("out/run.json")["exports"]
        #expect(record?["files"]?.asList == [.text("coco"), .text("coco-polygons"), .text("csv")], "\(record as Any)")
        #expect(record?["pixelSizeMillimetres"] == .number(0.05))

        _ = try command.run(SmallPlates.segment(["in", "--shard", "2/2"], "s2"))
        let other = try command.run(["merge", "s1", "s2", "--output", "out"])
        #expect(other.status == 4 && other.errors.contains("s2: exports"), "\(other.errors)")
    }

    @Test("a run that goes on has the files that it asks for, and does no picture again")
    func resumed() throws {
        let command = try command(pictures: 2)
        for (flags, names) in [
            ([], []), (["--export", "csv"], ["regions.csv"]), (["--export", "coco"], ["coco.json"]), ([], []),
        ] {
            let outcome = try command.run(SmallPlates.segment(["in"] + flags, "out"))
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(exports(command, "out") == names)
            #expect(outcome.output.isEmpty == FileManager.default.fileExists(atPath: command.folder.path + "/again"))
            try command.write(Data(), to: "again")
        }
    }

    @Test("other names, a pixel without a size, and files of somebody else are refused")
    func refused() throws {
        let command = try command(pictures: 1)
        for (flags, sentence) in [
            (["--export", "coco,voc"], "\"voc\" is none of coco, coco-polygons, csv"),
            (["--export", "csv", "--pixel-size", "0"], "--pixel-size takes millimetres above 0"),
            (["--export", "coco", "--pixel-size", "1"], "--pixel-size goes with --export csv"),
        ] {
            let outcome = try command.run(SmallPlates.segment(["in"] + flags, "out"))
            #expect(outcome.status == 2 && outcome.errors.contains(sentence), "\(outcome.errors)")
        }
        let stdio = try command.run(SmallPlates.segment(["--stdio", "--export", "csv"], "out"))
        #expect(stdio.status == 2 && stdio.errors.contains("with --stdio leave it out"), "\(stdio.errors)")
        try command.write(Data("mine".utf8), to: "out/regions.csv")
        let stranger = try command.run(SmallPlates.segment(["in", "--export", "csv"], "out"))
        #expect(stranger.status == 5 && stranger.errors.contains("out/regions.csv"), "\(stranger.errors)")
        #expect(try command.data("out/regions.csv") == Data("mine".utf8))
        try SmallPlates.write(1, to: command, as: "other/coco.json/a.png")
        let taken = try command.run(SmallPlates.segment(["other"], "out2"))
        #expect(taken.status == 4 && taken.errors.contains("coco.json"), "\(taken.errors)")
    }
}
