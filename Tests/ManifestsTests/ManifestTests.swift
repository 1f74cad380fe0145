import Checkpoints
import Foundation
import Manifests
import TestSupport
import Testing
import TextLines

@Suite("manifests")
struct ManifestTests {
    private let items = [
        ManifestItem(id: "b.png", path: Array("b.png".utf8), sizeBytes: 2),
        ManifestItem(id: "a%FF.png", path: [0x61, 0xFF, 0x2E, 0x70, 0x6E, 0x67], sizeBytes: 1, mask: [0x6D, 0xFE]),
        ManifestItem(
            id: "a/\u{E9} \"x\".png", path: Array("a/\u{E9} \"x\".png".utf8), sizeBytes: 30, className: "good",
            mask: Array("m/1.png".utf8), label: "scratch"),
    ]

    /// Reads a manifest with these bytes.
    private func read(_ bytes: [UInt8], shard: Shard? = nil) throws -> Manifest {
        try Fixture.withTemporaryFolder { (folder) throws in
            let path = folder.appendingPathComponent("m.jsonl").path
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            do { return try Manifest(reading: path, shard: shard) } catch ManifestError.line(_, let number, let fault) {
                throw ManifestError.line(path: "m", number: number, fault)
            } catch ManifestError.whole(_, let fault) {
                throw ManifestError.whole(path: "m", fault)
            }
        }
    }

    private func text(_ manifest: Manifest) -> String {
        var text = ""
        manifest.lines(program: "1") { text += $0 }
        return text
    }

    /// A manifest with these lines, its first line right.
    private func manifest(_ lines: [String]) -> [UInt8] {
        let body = lines.map { $0 + "\n" }.joined()
        var digest = SHA256()
        Array(body.utf8).withUnsafeBytes { digest.update($0) }
        let head =
            #"{"count":\#(lines.count),"digest":"\#(digest.hexadecimalDigest())","kind":"manifest","root":"r","schemaVersion":1}"#
        return Array((head + "\n" + body).utf8)
    }

    @Test("the same pictures give the same bytes, in whatever order they come")
    func bytes() throws {
        let expected = #"""
            {"count":3,"digest":"8a5202ea59800353bf70b9695be6d842def6eb9ea83475a6ef47ea1b34bd1c2c","kind":"manifest","root":"parts","schemaVersion":1,"vitrine":"1"}
            {"id":"a%FF.png","maskBytes":"m%FE","pathBytes":"a%FF.png","size":1}
            {"class":"good","id":"a/é \"x\".png","label":"scratch","mask":"m/1.png","path":"a/é \"x\".png","size":30}
            {"id":"b.png","path":"b.png","size":2}

            """#
        for order in [items, items.reversed()] {
            let manifest = try Manifest(root: Array("parts".utf8), items: order, path: "parts")
            #expect(text(manifest) == expected)
        }
    }

    @Test("a manifest reads back, whole and by shards")
    func roundTrip() throws {
        let made = try Manifest(root: [0x2F, 0xFF], items: items, path: "")
        let bytes = Array(text(made).utf8)
        let whole = try read(bytes)
        #expect(whole.items == made.items && whole.root == made.root && whole.digest == made.digest)
        let parts = try (1...3).map { try read(bytes, shard: Shard(number: $0, of: 3)) }
        #expect(parts.flatMap(\.items).count == 3)
        #expect(Set(parts.flatMap(\.items)) == Set(items))
        #expect(parts.allSatisfy { $0.count == 3 && $0.digest == made.digest })
        #expect(parts.allSatisfy { $0.shardSizes == parts.map(\.items.count) } && whole.shardSizes.isEmpty)
    }

    @Test("a file has all lines, however many, and nothing beside it")
    func written() throws {
        let many = (0..<5_000).map { index in
            ManifestItem(
                id: "\(index)", path: Array(repeating: UInt8(ascii: "p"), count: 200), sizeBytes: index)
        }
        for items in [items, many] {
            let manifest = try Manifest(root: [], items: items, path: "")
            try Fixture.withTemporaryFolder { (folder) throws in
                try manifest.write(to: folder.appendingPathComponent("m.jsonl").path, program: "1")
                #expect(
                    try Data(contentsOf: folder.appendingPathComponent("m.jsonl")) == Data(text(manifest).utf8))
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["m.jsonl"])
            }
        }
    }

    @Test("bytes of a path that is no text have two digits each, and come back")
    func percentBytes() {
        let bytes: [UInt8] = [0x01, 0xFF, 0x25, 0x2F, 0x2D, 0x2E, 0x5F, 0x7E, 0x20, 0x41]
        #expect(PercentBytes.encoded(bytes) == "%01%FF%25/-._~%20A")
        #expect(PercentBytes.decoded(PercentBytes.encoded(bytes)) == bytes)
    }

    @Test("ids beside each other are good, whatever stood before them")
    func goodLines() throws {
        let ids = ["a", "a-", "ab", "b/a", "b/ab", "c", "d/a/b", "d/a/c", "xy/b"]
        #expect(try read(manifest(ids.map { Self.line($0) })).items.map(\.id) == ids)
    }

    private static func line(_ id: String, _ path: String = "p") -> String {
        #"{"id":"\#(id)","path":"\#(path)","size":1}"#
    }

    @Test(
        "a bad line is refused by its number",
        arguments: [
            ([line("a"), line("a")], 3, .duplicateID(id: "a")),
            ([line("b"), line("a")], 3, .notSorted(id: "a", after: "b")),
            ([line("")], 2, .emptyID), ([line("/a")], 2, .idLeavesOutput(id: "/a")),
            ([line("../a")], 2, .idLeavesOutput(id: "../a")), ([line("a/./b")], 2, .idLeavesOutput(id: "a/./b")),
            ([line("a//b")], 2, .idLeavesOutput(id: "a//b")), ([line("a/")], 2, .idLeavesOutput(id: "a/")),
            ([line("a", "../p")], 2, .pathLeavesRoot(path: "../p")),
            ([line("a", "/p")], 2, .pathLeavesRoot(path: "/p")),
            ([line(#"\u0000"#)], 2, .zeroByte), ([line("a", #"\u0000"#)], 2, .zeroByte),
            ([line("\u{0}")], 2, .zeroByte),
            ([line("a"), line("a-"), line("a/b")], 4, .idInside(id: "a/b", outer: "a")),
            ([line("a/b"), line("a/b.c"), line("a/b/c/d")], 4, .idInside(id: "a/b/c/d", outer: "a/b")),
            ([#"{"path":"p","size":1}"#], 2, .missingKey("id")), ([#"{"id":"a","size":1}"#], 2, .missingKey("path")),
            ([#"{"id":"a","path":"p"}"#], 2, .missingKey("size")),
            ([#"{"id":"a","path":"p","size":1.5}"#], 2, .wrongValue(key: "size")),
            ([#"{"id":"a","path":"p","size":-1}"#], 2, .wrongValue(key: "size")),
            ([#"{"id":7,"path":"p","size":1}"#], 2, .wrongValue(key: "id")),
            ([#"{"id":"a","pathBytes":"%00","size":1}"#], 2, .wrongValue(key: "pathBytes")),
            ([#"{"id":"a","mask":"../m","path":"p","size":1}"#], 2, .pathLeavesRoot(path: "../m")),
            ([#"{"id":"a","pathBytes":"%F","size":1}"#], 2, .wrongValue(key: "pathBytes")),
            ([#"{"id":"a","id":"b","path":"p","size":1}"#], 2, .duplicateKey("id")),
            (["[1]"], 2, .notJSON(byteOffset: 0)), ([#"{"id":"#], 2, .notJSON(byteOffset: 6)),
            ([""], 2, .notJSON(byteOffset: 0)),
        ] as [([String], Int, ManifestFault)])
    func badLines(lines: [String], number: Int, fault: ManifestFault) throws {
        #expect(throws: ManifestError.line(path: "m", number: number, fault)) { try read(manifest(lines)) }
    }

    @Test("what is no manifest, a torn one and a changed one are refused")
    func whole() throws {
        #expect(throws: ManifestError.whole(path: "m", .noHeader)) { try read([]) }
        #expect(throws: ManifestError.line(path: "m", number: 1, .noHeader)) { try read(Array(Self.line("a").utf8)) }
        #expect(throws: ManifestError.line(path: "m", number: 1, .notJSON(byteOffset: 0))) { try read(Array("x".utf8)) }
        let good = manifest([Self.line("a"), Self.line("b")])
        #expect(throws: ManifestError.whole(path: "m", .countDiffers(found: 1, stated: 2))) {
            try read(good.dropLast(Self.line("b").utf8.count + 1))
        }
        #expect(throws: ManifestError.whole(path: "m", .digestDiffers)) {
            try read(Array(String(decoding: good, as: UTF8.self).replacing(#""size":1"#, with: #""size":2"#).utf8))
        }
        #expect(throws: ManifestError.whole(path: "m", .noItems)) { try read(manifest([])) }
        #expect(throws: ManifestError.line(path: "m", number: 1, .unknownSchema(version: 2))) {
            try read(Array(String(decoding: good, as: UTF8.self).replacing(#"Version":1"#, with: #"Version":2"#).utf8))
        }
        var bad = good
        bad[bad.count - 5] = 0xFF
        #expect(throws: ManifestError.self) { try read(bad) }
        #expect(throws: ManifestError.whole(path: "", .noItems)) { try Manifest(root: [], items: [], path: "") }
    }

    @Test("a byte that is not UTF-8 is named by line and place")
    func notUTF8() throws {
        var bytes = manifest([Self.line("a")])
        let place = try #require(bytes.lastIndex(of: UInt8(ascii: "p")))
        bytes[place] = 0xFF
        let offset = Self.line("a").utf8.count - (bytes.count - 1 - place)
        #expect(throws: ManifestError.line(path: "m", number: 2, .notUTF8(byteOffset: offset))) { try read(bytes) }
    }

    @Test("of five thousand lines the one at fault is named")
    func manyLines() throws {
        let ids = (0..<5_000).map { "p/" + String($0 + 100_000) + ".png" }
        let lines = ids.map { Self.line($0) }
        #expect(try read(manifest(lines)).items.count == 5_000)
        #expect(throws: ManifestError.line(path: "m", number: 5_002, .duplicateID(id: ids[4_999]))) {
            try read(manifest(lines + [lines[4_999]]))
        }
    }

    @Test("a fault is a sentence that says what to do")
    func sentences() {
        let faults: [(ManifestFault, String)] = [
            (.notUTF8(byteOffset: 3), "byte 3 is not UTF-8; save the file as UTF-8"),
            (.zeroByte, "holds a zero byte; save the file as UTF-8"),
            (.notJSON(byteOffset: 3), "is no JSON object (byte 3); each line holds one"),
            (.missingKey("id"), "has no \"id\"; each line needs one"),
            (.wrongValue(key: "id"), "the value of \"id\" is of another kind than it should be"),
            (.duplicateKey("id"), "\"id\" stands there twice; keep one of them"),
            (.noHeader, "is not the first line of a manifest; plan the pictures anew"),
            (
                .unknownSchema(version: 2),
                "is a manifest of version 2, which this Vitrine does not read; make it anew"
            ),
            (.emptyID, "the id is empty; give each picture one"),
            (
                .idLeavesOutput(id: "/\u{1B}"),
                "the id \"/\\u{1b}\" is no path below an output folder; leave out . and .. and slashes at its ends"
            ),
            (.pathLeavesRoot(path: "../a"), "\"../a\" lies outside the root; choose a root that holds all pictures"),
            (.duplicateID(id: "a"), "the id \"a\" stands there twice; give each picture its own"),
            (
                .notSorted(id: "a", after: "b"),
                "the id \"a\" stands behind \"b\"; make the manifest anew, lines are sorted by id"
            ),
            (
                .idInside(id: "a/b", outer: "a"),
                "results of \"a/b\" would lie inside those of \"a\"; change one of the ids"
            ),
            (.openQuote, "a quotation mark is not closed; close it"),
            (.textBehindQuote, "text stands behind a closing quotation mark; double the marks inside a field"),
            (.fieldCount(found: 2, expected: 3), "has 2 fields where the first line has 3"),
            (.noItems, "names no picture"),
            (
                .countDiffers(found: 1, stated: 2),
                "has 1 pictures where its first line says 2; make it anew, or copy it again"
            ),
            (.digestDiffers, "was changed since it was made; make it anew, or copy it again"),
        ]
        for (fault, sentence) in faults { #expect(fault.description == sentence) }
        #expect(ManifestError.line(path: "m", number: 4, .noItems).description == "m, line 4: names no picture")
        #expect(ManifestError.whole(path: "m", .noItems).description == "m: names no picture")
        #expect(ManifestError.missingFiles(path: "m", ["a"]).description == "m names a file that is not there: a")
        #expect(
            ManifestError.missingFiles(path: "m", ["a", "b"]).description == "m names 2 files that are not there: a, b")
        #expect(
            ManifestError.file(.notRegularFile(path: "m")).description
                == "m is a folder, a pipe or a device: name a regular file of text")
    }
}
