import Foundation
import Manifests
import TestSupport
import Testing

@Suite("lists of pictures in CSV and JSON lines")
struct PictureTableTests {
    private func table(_ text: String, _ ending: String = "csv") throws -> PictureTable {
        try Fixture.withTemporaryFolder { (folder) throws in
            let path = folder.appendingPathComponent("list.\(ending)").path
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            do { return try PictureTable(reading: path) } catch ManifestError.line(_, let number, let fault) {
                throw ManifestError.line(path: "", number: number, fault)
            } catch ManifestError.whole(_, let fault) {
                throw ManifestError.whole(path: "", fault)
            }
        }
    }

    @Test("quotation marks, line ends inside fields, a byte order mark and unknown columns are read")
    func csv() throws {
        let table = try table(
            "\u{FEFF}path,split,label,id\r\n\"a, \"\"b\"\".png\",train,\"two\r\nlines\",\r\n\nc.png,,,x\n")
        #expect(table.rows.map(\.path) == ["a, \"b\".png", "c.png"])
        #expect(table.rows.map(\.label) == ["two\nlines", nil])
        #expect(table.rows.map(\.id) == [nil, "x"])
        #expect(table.rows.map(\.line) == [2, 5])
        #expect(table.ignored == ["split"])
    }

    @Test("JSON lines are read, with their unknown members named")
    func jsonLines() throws {
        let table = try table(
            #"{"path":"a.png","class":"good","mask":"m.png","score":[1]}"# + "\n\n" + #"{"path":"b.png"}"#, "jsonl")
        #expect(table.rows.map(\.path) == ["a.png", "b.png"])
        #expect(table.rows.map(\.className) == ["good", nil])
        #expect(table.rows.map(\.mask) == ["m.png", nil])
        #expect(table.ignored == ["score"])
    }

    @Test(
        "a fault is found in its line",
        arguments: [
            ("path\n\"a\nb", "csv", 2, .openQuote), ("path\n\"a\"b", "csv", 2, .textBehindQuote),
            ("path,id\na", "csv", 2, .fieldCount(found: 1, expected: 2)),
            ("path,path\n", "csv", 1, .duplicateKey("path")),
            ("file\na", "csv", 1, .missingKey("path")), ("path,id\na,b\n,c", "csv", 3, .missingKey("path")),
            ("path\na\u{0}", "csv", 2, .zeroByte),
            ("{\"path\":\"a\"}\n{\"id\":\"a\"}", "jsonl", 2, .missingKey("path")),
            ("{\"path\":\"a\"}\n{", "jsonl", 2, .notJSON(byteOffset: 1)),
            ("{\"path\":1}", "jsonl", 1, .wrongValue(key: "path")),
        ] as [(String, String, Int, ManifestFault)])
    func faults(text: String, ending: String, line: Int, fault: ManifestFault) {
        #expect(throws: ManifestError.line(path: "", number: line, fault)) { try table(text, ending) }
    }

    @Test("a list without pictures is refused", arguments: [("", "csv"), ("path\n\n", "csv"), (" \n", "jsonl")])
    func empty(text: String, ending: String) {
        #expect(throws: ManifestError.whole(path: "", .noItems)) { try table(text, ending) }
    }

    /// The manifest of a table whose root is a folder with `a.png` of three bytes, `in/b.png` and `in/m.png`.
    private func manifest(_ text: String) throws -> Manifest {
        try Fixture.withTemporaryFolder { (folder) throws in
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent("in"), withIntermediateDirectories: false)
            for name in ["a.png", "in/b.png", "in/m.png"] {
                try Data("abc".utf8).write(to: folder.appendingPathComponent(name))
            }
            return try Manifest(
                try table(text.replacing("ROOT", with: folder.path)), root: folder.path, path: "list")
        }
    }

    @Test("paths start from the root, and an absolute one below it is the same")
    func paths() throws {
        let manifest = try manifest("path,mask,id\nin/../in/b.png,ROOT/in/m.png,x\n./a.png,,\n")
        #expect(
            manifest.items == [
                ManifestItem(id: "a.png", path: Array("a.png".utf8), sizeBytes: 3),
                ManifestItem(
                    id: "x", path: Array("in/b.png".utf8), sizeBytes: 3, mask: Array("in/m.png".utf8)),
            ])
    }

    @Test("all missing files are named at once, and a path out of the root by its line")
    func missing() {
        #expect(throws: ManifestError.missingFiles(path: "list", ["x.png", "m.png", "in"])) {
            try manifest("path,mask\nx.png,\na.png,m.png\nin,\n")
        }
        #expect(throws: ManifestError.line(path: "list", number: 3, .pathLeavesRoot(path: "in/../../a.png"))) {
            try manifest("path\na.png\nin/../../a.png\n")
        }
        #expect(throws: ManifestError.line(path: "list", number: 2, .pathLeavesRoot(path: "in/.."))) {
            try manifest("path\nin/..\n")
        }
        #expect(throws: ManifestError.line(path: "list", number: 2, .pathLeavesRoot(path: "/etc/hosts"))) {
            try manifest("path\n/etc/hosts\n")
        }
        #expect(throws: ManifestError.line(path: "list", number: 3, .duplicateID(id: "x"))) {
            try manifest("path,id\na.png,x\nin/b.png,x\n")
        }
        #expect(throws: ManifestError.line(path: "list", number: 2, .idLeavesOutput(id: "../x"))) {
            try manifest("path,id\na.png,../x\n")
        }
    }
}
