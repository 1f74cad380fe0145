import AnomalySegmentation
import Foundation
import ImageCodecs
import Imaging
import JSONText
import Testing

/// Large pictures in tiles.
@Suite("segment --tile")
struct TileTests {
    private static let plate = SamplePictures.plate(width: 400, height: 260, holeRadius: 2)

    /// Of `result.json`, and the number of pixels of `mask.png`.
    private func segment(_ command: Command, _ picture: String, _ flags: [String]) throws -> JSONValue {
        let arguments = ["segment", picture, "--object", "plate", "--quiet", "--reproducible", "--output"]
        let outcome = try command.run(arguments + ["out\(flags.count)"] + flags)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try command.json("out\(flags.count)/\(picture)/result.json")
    }

    private func box(_ record: JSONValue) throws -> ImageBox {
        let box = try #require(record["mask"]?["box"])
        func number(_ key: String) throws -> Int { Int(try #require(box[key]?.asNumber)) }
        return ImageBox(x0: try number("x0"), y0: try number("y0"), x1: try number("x1"), y1: try number("y1"))
    }

    @Test("a defect of a few pixels is outlined with tiles")
    func smallDefect() throws {
        let command = try Command()
        try command.write(SamplePictures.png(Self.plate), to: "a.png")
        // The middle of the hole.
        let (x, y) = (266, 130)
        let record = try segment(command, "a.png", ["--tile", "160", "--overlap", "24"])
        let tiled = try box(record)
        #expect(tiled.contains(x: x, y: y) && tiled.width * tiled.height < 200, "\(tiled)")

        let tiles = try #require(record["tiles"]?.asList)
        #expect(tiles.count == 6)
        #expect(record["tiling"]?["side"]?.asNumber == 160 && record["tiling"]?["overlap"]?.asNumber == 24)
        let groups = try #require(record["groups"]?.asList)
        #expect(!groups.isEmpty)
        for group in groups {
            // Positions are those of the picture, and each group lies in its tile.
            let tile = try #require(group["tile"]?.asNumber)
            let (box, place) = (try #require(group["region"]?["box"]), try #require(tiles[Int(tile)]["box"]))
            for (low, high) in [("x0", "x1"), ("y0", "y1")] {
                let (first, last) = (box[low]?.asNumber ?? -1, box[high]?.asNumber ?? -1)
                #expect(first >= place[low]?.asNumber ?? .infinity && last <= place[high]?.asNumber ?? 0)
            }
        }
    }

    @Test("a picture that fits into one tile gives the bytes that it gives without the flag")
    func oneTile() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        _ = try segment(command, "a.png", [])
        _ = try segment(command, "a.png", ["--tile", "160"])
        for name in command.results(under: "out0") {
            #expect(try command.data("out0/\(name)") == command.data("out2/\(name)"), "\(name)")
        }
    }

    @Test("tiles that cannot be are wrong usage, with the flag and its range")
    func usage() throws {
        for (flags, says) in [
            (["--tile", "9"], "--tile takes a whole number from 32"), (["--overlap", "9"], "--overlap needs --tile"),
            (["--tile", "100", "--overlap", "51"], "--overlap takes a whole number from 0 to 50"),
        ] {
            let outcome = try Command().run(["segment", "a.png", "--object", "plate", "--output", "out"] + flags)
            #expect(outcome.status == 2 && outcome.errors.contains(says), "\(outcome.errors)")
        }
    }
}
