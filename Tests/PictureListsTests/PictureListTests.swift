import Foundation
import PictureLists
import ResultFolders
import SystemPackage
import Testing

@Suite("a list of pictures")
struct PictureListTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func list(_ arguments: [String], output: String? = nil) throws -> PictureList {
        try PictureList(of: arguments.map { scratch.place($0) }, output: output.map { scratch.place($0) })
    }

    private func ids(_ arguments: [String]) throws -> [String] { try list(arguments).items.map(\.id) }

    @Test("a named picture is called by its name, one in a named folder by its path below it, sorted by bytes")
    func names() throws {
        for name in ["in/b/x.png", "in/b-1.JPG", "in/b.jpeg", "in/a.png", "in/notes.txt", "lone.dat"] {
            try scratch.put(name)
        }
        #expect(try ids(["lone.dat", "in"]) == ["lone.dat", "a.png", "b-1.JPG", "b.jpeg", "b/x.png"])
        #expect(try ids(["in/*"]) == ["a.png", "x.png", "b-1.JPG", "b.jpeg", "notes.txt"])
        #expect(try ids(["in/a.png", "./in/a.png", "in/b/../a.png"]) == ["a.png"])
    }

    @Test("names that meet, or of which one begins another, are led by parent folders")
    func parents() throws {
        for name in ["d1/x.png", "d2/x.png", "d1/p/x.png", "d3/p", "e1/s/y.png", "e2/s/y.png"] { try scratch.put(name) }
        #expect(try ids(["d1/x.png", "d2/x.png"]) == ["d1/x.png", "d2/x.png"])
        #expect(try ids(["d1/p/x.png", "d2/x.png"]) == ["p/x.png", "d2/x.png"])
        #expect(try ids(["d1", "d3/p"]) == ["p/x.png", "x.png", "d3/p"])
        #expect(try ids(["e1", "e2"]) == ["e1/s/y.png", "e2/s/y.png"])
    }

    @Test("names that are not UTF-8, and two that differ in their Unicode form alone, are all there")
    func bytes() throws {
        let composed = "caf\u{E9}.png"
        let decomposed = "cafe\u{301}.png"
        try #require(composed == decomposed, "Swift calls them equal")
        for name in [composed, decomposed, "%FF.png", "100%25.png", "50%.png"] { try scratch.put("in/" + name) }
        let strange = Array("in/".utf8) + [0xFF] + Array(".png".utf8)
        try scratch.put(strange)
        let items = try list(["in"]).items
        #expect(
            items.map { Array($0.id.utf8) }
                == ["%25FF.png", "100%2525.png", "50%.png", decomposed, composed, "%FF.png"].map { Array($0.utf8) })
        #expect(items.last?.path == scratch.place(strange))
        #expect(items.last?.pathText.hasSuffix("/in/%FF.png") == true)
        #expect(items.first?.pathText.hasSuffix("/in/%FF.png") == true, "a path that is text stays as it is")
        #expect(Set(items).count == items.count)
    }

    @Test("an id is short enough for a folder's name with an ending, and still its own")
    func longNames() throws {
        let stem = String(repeating: "n", count: 239)
        for name in ["\(stem).png", "\(stem)n.png", "\(stem)nnnnnnnn.png", "\(stem)nnnnnnnm.png"] {
            try scratch.put("in/" + name)
        }
        try scratch.put(Array("in/".utf8) + [UInt8](repeating: 0xFE, count: 251) + Array(".png".utf8))
        let ids = try ids(["in"])
        #expect(ids.first == "\(stem).png")
        #expect(ids.allSatisfy { $0.utf8.count <= 243 } && Set(ids).count == 5)
        #expect(ids == (try self.ids(["in"])))
    }

    @Test("links to folders are followed, a linked input folder too, and a loop is told")
    func links() throws {
        try scratch.put("elsewhere/x.png")
        try scratch.put("in/a.png")
        try scratch.link("in/more", to: "../elsewhere")
        try scratch.link("in/deep/again", to: "../../in")
        try scratch.link("door", to: "in")
        for input in ["in", "door"] {
            let found = try list([input])
            #expect(found.items.map(\.id) == ["a.png", "more/x.png"])
            #expect(
                found.passedOver.notes == [
                    "passed over 1 link to a folder around it: \(scratch.path)/\(input)/deep/again"
                ])
        }
    }

    @Test("what is passed over is counted and named, the first three")
    func passedOver() throws {
        try scratch.put("in/a.png")
        for index in 1...5 { try scratch.link("in/\(index).png", to: "nowhere") }
        for name in ["in/._a.png", "in/.hidden/b.png", "in/readme.txt"] { try scratch.put(name) }
        try scratch.put("in/scan.tiff")
        try #require(scratch.place("in/pipe.png").withPlatformString { mkfifo($0, 0o666) } == 0)
        let found = try list(["in"])
        let root = scratch.path
        #expect(found.items.map(\.id) == ["a.png"])
        #expect(
            found.passedOver.notes == [
                "passed over 5 links that lead nowhere: \(root)/in/1.png, \(root)/in/2.png, \(root)/in/3.png and 2 more",
                "passed over 1 pipe, socket or device: \(root)/in/pipe.png",
                "passed over 1 file in a format that is not read: \(root)/in/scan.tiff; convert them to PNG or JPEG",
            ])
    }

    @Test("a folder that may not be read is named", .disabled(if: geteuid() == 0, "root reads every folder"))
    func unreadable() throws {
        try scratch.put("in/a.png")
        try scratch.put("in/closed/b.png")
        try #require(scratch.place("in/closed").withPlatformString { chmod($0, 0) } == 0)
        let notes = try list(["in"]).passedOver.notes
        #expect(notes.count == 1 && notes[0].contains("in/closed (Permission denied)"), "\(notes)")
        _ = scratch.place("in/closed").withPlatformString { chmod($0, 0o777) }
    }

    @Test("results are passed over, and the output folder is not walked")
    func results() throws {
        try scratch.put("in/a.png")
        let output = try OutputFolder(scratch.place("in/out").string)
        try output.write("a.png") { folder in
            try Data("heat".utf8).write(to: URL(fileURLWithPath: folder + "/heatmap.png"))
        }
        let root = scratch.path
        let note = "passed over 1 folder that holds results of Vitrine: \(root)/in/out/a.png"
        #expect(try list(["in"]).items.map(\.id) == ["a.png"])
        #expect(try list(["in"]).passedOver.notes == [note])
        #expect(try list(["in"], output: "in/out").passedOver.isEmpty)
        #expect(try list(["in/a.png", "in/out"]).items.map(\.id) == ["a.png"])
        #expect(throws: PictureListError.self) { try list(["in/out"]) }
    }

    @Test("what yields nothing is an error that names it")
    func nothing() throws {
        try scratch.makeFolder("empty")
        try scratch.link("empty/b.png", to: "nowhere")
        try scratch.put("in/a.png")
        let root = scratch.path
        #expect(
            throws: PictureListError.notFound(
                [scratch.place("empty/b.png"), scratch.place("x.png"), scratch.place("*.gif")], count: 3)
        ) { try list(["in", "empty/b.png", "x.png", "*.gif"]) }
        do {
            _ = try list(["in", "empty"])
            Issue.record("an empty folder went by")
        } catch {
            #expect(
                "\(error)"
                    == "the folder \(root)/empty holds no picture; looked for files that end in .bmp, .jpeg, .jpg, .png; "
                    + "passed over 1 link that leads nowhere: \(root)/empty/b.png")
        }
    }

    @Test("patterns compare bytes, and a file of the pattern's own name comes first")
    func patterns() throws {
        for name in ["in/a1.png", "in/a2.png", "in/.a3.png", "in/b1.png", "in/a[1].png", "in/sub/a4.png"] {
            try scratch.put(name)
        }
        try scratch.put(Array("in/a".utf8) + [0xE9] + Array(".png".utf8))
        #expect(try ids(["in/a?.png"]) == ["a1.png", "a2.png", "a%E9.png"])
        #expect(try ids(["in/a[1].png"]) == ["a[1].png"])
        #expect(try ids(["*/*/a*.png"]) == ["a4.png"])
        #expect(try ids(["i*"]) == ["a1.png", "a2.png", "a[1].png", "a%E9.png", "b1.png", "sub/a4.png"])
    }

    @Test("ten thousand names that all meet are a matter of seconds")
    func many() throws {
        // Each name stands in two folders. Comparing each with each would take hours.
        let count = 5_000
        let file = try scratch.put("a/0.png")
        try scratch.put("b/0.png")
        for folder in ["a", "b"] {
            for index in 1..<count {
                let linked = scratch.place("\(folder)/\(index).png").withPlatformString { new in
                    file.withPlatformString { symlink($0, new) }
                }
                try #require(linked == 0)
            }
        }
        let clock = ContinuousClock()
        var items: [PictureItem] = []
        let time = try clock.measure { items = try list(["a", "b"]).items }
        #expect(items.count == 2 * count && Set(items).count == 2 * count)
        #expect(items.allSatisfy { $0.id.hasPrefix("a/") || $0.id.hasPrefix("b/") })
        #expect(time < .seconds(60), "\(time)")
    }
}
