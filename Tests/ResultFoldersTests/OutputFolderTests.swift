import Foundation
import ResultFolders
import Testing

/// A folder that goes away with the test.
private final class Scratch {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "vitrine-folders-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func put(_ text: String, _ name: String) throws {
        let url = URL(fileURLWithPath: path + "/" + name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    func text(_ name: String) -> String? {
        (try? Data(contentsOf: URL(fileURLWithPath: path + "/" + name))).map { String(decoding: $0, as: UTF8.self) }
    }

    /// All that stands below, hidden names too.
    func names() throws -> [String] { try FileManager.default.subpathsOfDirectory(atPath: path).sorted() }
}

private func write(_ text: String, in folder: String, _ name: String = "mask.png") throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
}

@Suite("results in an output folder")
struct OutputFolderTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func result(_ output: OutputFolder, _ text: String, _ name: String = "parts/b.jpg") throws {
        try output.write(name) { try write(text, in: $0) }
    }

    @Test("a result stands under its name with its mark, and nothing else is left", arguments: [true, false])
    func written(exchanges: Bool) throws {
        var output: OutputFolder? = try OutputFolder(scratch.path, exchanges: exchanges)
        for text in ["first", "second"] {
            try result(try #require(output), text)
            #expect(scratch.text("parts/b.jpg/mask.png") == text)
        }
        output = nil
        #expect(try scratch.names() == ["parts", "parts/b.jpg", "parts/b.jpg/.vitrine", "parts/b.jpg/mask.png"])
    }

    @Test("results that do not belong there any more are removed, and nothing that Vitrine did not write")
    func removal() throws {
        let output = try OutputFolder(scratch.path)
        for name in ["kept/a", "kept/b", "kept/c", "kept/c/deep", "d"] { try result(output, name, name) }
        try scratch.put("mine", "kept/note.txt")
        try scratch.put("mine", "kept/folder/note.txt")
        try result(output, "ours", "kept/mixed")
        try scratch.put("mine", "kept/mixed/note.txt")
        try FileManager.default.createSymbolicLink(atPath: scratch.path + "/kept/link", withDestinationPath: "a")
        let before = try scratch.names()
        try output.removeResults(in: "kept", besides: ["a"])
        // What has something in it beside its own files is left whole.
        #expect(
            Set(before).subtracting(try scratch.names()) == ["kept/b", "kept/b/.vitrine", "kept/b/mask.png"])
        try output.removeResults(in: "nowhere", besides: [])
        try output.removeResults(in: "d/mask.png", besides: [])
        try FileManager.default.createSymbolicLink(atPath: scratch.path + "/other", withDestinationPath: "kept")
        try output.removeResults(in: "other", besides: [])
        #expect(scratch.text("kept/a/mask.png") == "kept/a" && scratch.text("d/mask.png") == "d")
    }

    @Test("what Vitrine did not write is refused and left as it is")
    func strangers() throws {
        try scratch.put("picture", "a.jpg")
        try scratch.put("notes", "folder/notes.txt")
        try FileManager.default.createDirectory(atPath: scratch.path + "/empty", withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(atPath: scratch.path + "/link", withDestinationPath: "folder")
        try scratch.put("vitrine result 2\nnotes.txt\n", "newer/.vitrine")
        let output = try OutputFolder(scratch.path)
        try result(output, "ours", "mixed")
        try scratch.put("mine", "mixed/notes.txt")
        let cases: [(String, OutputFolderError.Stranger)] = [
            ("a.jpg", .file), ("folder", .folder), ("empty", .folder), ("link", .link), ("newer", .folder),
            ("mixed", .resultWith(name: "notes.txt")),
        ]
        let before = try scratch.names()
        for (name, stranger) in cases {
            let expected = OutputFolderError.stranger(path: scratch.path + "/" + name, stranger)
            #expect(throws: expected) { try output.check(name) }
            #expect(throws: expected) { try result(output, "new", name) }
        }
        #expect(throws: OutputFolderError.stranger(path: scratch.path + "/a.jpg", .file)) {
            try output.check("a.jpg/inside.png")
        }
        #expect(try scratch.names() == before)
        #expect(scratch.text("a.jpg") == "picture")
        #expect(scratch.text("mixed/mask.png") == "ours")
    }

    @Test("a failure leaves the earlier result and nothing else", arguments: [true, false])
    func failure(exchanges: Bool) throws {
        struct Fault: Error {}
        let output = try OutputFolder(scratch.path, exchanges: exchanges)
        try result(output, "old")
        let before = try scratch.names()
        #expect(throws: Fault.self) {
            try output.write("parts/b.jpg") { folder in
                try write("half", in: folder)
                throw Fault()
            }
        }
        #expect(try scratch.names() == before)
        #expect(scratch.text("parts/b.jpg/mask.png") == "old")
    }

    @Test("a second writer is refused by the name of the first; a lock that was left behind holds nothing")
    func lock() throws {
        try scratch.put("vitrine process 1 on elsewhere\n", ".vitrine-lock")
        var first: OutputFolder? = try OutputFolder(scratch.path)
        do {
            _ = try OutputFolder(scratch.path)
            Issue.record("two processes write to one folder")
        } catch {
            guard case .inUse(_, let owner) = error else { throw error }
            #expect(owner.hasPrefix("process \(ProcessInfo.processInfo.processIdentifier) on "))
        }
        first = nil
        _ = try OutputFolder(scratch.path)
        #expect(first == nil)
        #expect(try scratch.names().isEmpty)
    }

    @Test("a file of somebody else under the lock's name is left alone")
    func strangeLock() throws {
        try scratch.put("mine", ".vitrine-lock")
        #expect(throws: OutputFolderError.stranger(path: scratch.path + "/.vitrine-lock", .file)) {
            try OutputFolder(scratch.path)
        }
        #expect(scratch.text(".vitrine-lock") == "mine")
    }

    @Test("a link under the name of the folder for unfinished results is refused, and what it leads to stays")
    func linkedWorkshop() throws {
        try scratch.put("mine", "elsewhere/folder/notes.txt")
        try FileManager.default.createSymbolicLink(
            atPath: scratch.path + "/.vitrine-partial", withDestinationPath: "elsewhere")
        #expect(throws: OutputFolderError.stranger(path: scratch.path + "/.vitrine-partial", .link)) {
            try OutputFolder(scratch.path)
        }
        #expect(scratch.text("elsewhere/folder/notes.txt") == "mine")
    }

    @Test("an output folder that was removed, or another in its place, is noticed", arguments: [false, true])
    func removed(isMadeAgain: Bool) throws {
        let output = try OutputFolder(scratch.path + "/out")
        try result(output, "one", "a.png")
        try FileManager.default.removeItem(atPath: output.path)
        if isMadeAgain {
            try FileManager.default.createDirectory(atPath: output.path, withIntermediateDirectories: false)
        }
        #expect(throws: OutputFolderError.removed(path: output.path)) { try result(output, "two", "b.png") }
    }

    @Test("what a killed process left is cleared, and an old result that it had moved aside is brought back")
    func recovery() throws {
        try scratch.put("half", ".vitrine-partial/1-a/mask.png")
        // Killed while the note for a replacement in two steps was written.
        try scratch.put("parts/", ".vitrine-partial/.vitrine-1-a.part")
        // Killed between the two steps.
        try scratch.put("parts/b.jpg", ".vitrine-partial/1-b.note")
        try scratch.put("old", ".vitrine-partial/1-b.old/mask.png")
        try scratch.put("vitrine result 1\nmask.png\n", ".vitrine-partial/1-b.old/.vitrine")
        try scratch.put("new", ".vitrine-partial/1-b/mask.png")
        // Killed after them.
        try scratch.put("c.jpg", ".vitrine-partial/1-c.note")
        try scratch.put("old", ".vitrine-partial/1-c.old/mask.png")
        try scratch.put("new", "c.jpg/mask.png")
        try FileManager.default.createDirectory(atPath: scratch.path + "/parts", withIntermediateDirectories: false)
        do { _ = try OutputFolder(scratch.path) }
        #expect(
            try scratch.names() == [
                "c.jpg", "c.jpg/mask.png", "parts", "parts/b.jpg", "parts/b.jpg/.vitrine", "parts/b.jpg/mask.png",
            ])
        #expect(scratch.text("parts/b.jpg/mask.png") == "old")
        #expect(scratch.text("c.jpg/mask.png") == "new")
    }

    @Test("a picture's name of 255 bytes is no obstacle")
    func longName() throws {
        let name = String(repeating: "n", count: 255)
        let output = try OutputFolder(scratch.path)
        for text in ["one", "two"] { try result(output, text, name) }
        #expect(scratch.text(name + "/mask.png") == "two")
    }

    @Test("errors say what stands in the way and what to do")
    func sentences() {
        let cases: [(OutputFolderError, String)] = [
            (
                .stranger(path: "out/a.jpg", .file),
                "out/a.jpg is a file that Vitrine did not write; it is never replaced: move it away or choose another "
                    + "output folder"
            ),
            (
                .inUse(path: "out", owner: "process 3 on host, since noon"),
                "the output folder out is in use by process 3 on host, since noon; wait for it or choose another "
                    + "output folder"
            ),
            (
                .removed(path: "out"),
                "the output folder out was removed while results were being written; run the command again"
            ),
            (
                .failed(path: "out", operation: "creating", code: ENOSPC),
                "creating out failed: No space left on device; check that it is writable and has space, or choose "
                    + "another output folder"
            ),
        ]
        for (error, sentence) in cases { #expect("\(error)" == sentence) }
    }
}
