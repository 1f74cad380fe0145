import Foundation
import ImageCodecs
import Imaging
import JSONText
import Testing

@Suite("the files of a result")
struct ResultFileTests {
    private func run(_ command: Command, _ arguments: [String]) throws -> Command.Outcome {
        try command.run(["segment", "plate.png", "--object", "metal plate", "--output", "out", "--quiet"] + arguments)
    }

    @Test("--keep writes the files that it names and no other")
    func keep() throws {
        let command = try Command()
        try command.write(SamplePictures.png(SamplePictures.plate(holeRadius: 20)), to: "plate.png")
        for (names, files) in [
            ("labels", ["labels.png"]), ("npy,json", ["map.npy", "result.json"]),
            ("mask, map,mask,labels", ["labels.png", "map.png", "mask.png"]),
        ] {
            let outcome = try run(command, ["--keep", names, "--overwrite"])
            #expect(outcome.status == 0, "\(outcome.errors)")
            let found = command.files(under: "out/plate.png")
            #expect(found == [".vitrine"] + files, "--keep \(names): \(found)")
        }
        let folder = command.folder.appendingPathComponent("out/plate.png").path
        let mask = try ImageFile.decodeMask("\(folder)/mask.png").mask
        #expect(try ImageFile.decodeMask("\(folder)/labels.png").mask == mask)
        #expect(!mask.isEmpty)
    }

    @Test("a name that --keep does not know is refused with all that it knows")
    func unknown() throws {
        let command = try Command()
        for names in ["mask,masks", "", "mask,"] {
            let outcome = try run(command, ["--keep", names, "--overwrite"])
            #expect(outcome.status == 2)
            let list = "is none of overlay, heatmap, mask, map, npy, json, labels"
            #expect(outcome.errors.contains(list) && outcome.errors.contains("--keep"), "\(outcome.errors)")
        }
    }

    @Test("the record lists the connected parts of the mask, with every pixel")
    func regions() throws {
        let command = try Command()
        try command.write(SamplePictures.png(SamplePictures.plate(holeRadius: 20)), to: "plate.png")
        #expect(try run(command, []).status == 0)
        let record = try command.json("out/plate.png/result.json")
        let regions = try #require(record["regions"]?.asList)
        #expect(!regions.isEmpty)
        let path = command.folder.appendingPathComponent("out/plate.png/mask.png").path
        let mask = try ImageFile.decodeMask(path).mask
        var found = Mask(size: mask.size)
        for region in regions {
            let counts = try #require(region["mask"]?["runs"]?["counts"]?.asText)
            let part = try RunLengthMask(size: mask.size, compressedCounts: counts).mask
            #expect(region["mask"]?["area"]?.asNumber == Double(part.area))
            #expect(found.area + part.area == found.union(part).area)
            found = found.union(part)
        }
        #expect(found == mask)
    }
}
