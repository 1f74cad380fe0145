import Foundation
import ResultFolders
import RunJournals
import TestSupport
import Testing

@Suite("journals of runs")
struct RunJournalTests {
    private let ids = ["a.png", "b.png", "c/\u{E9}.png", "c/e\u{301}.png", "d\t\n.png"].sorted {
        $0.utf8.lexicographicallyPrecedes($1.utf8)
    }

    private func stamp(_ text: String) -> ContentStamp { ContentStamp(facts: "1 2.3", bytes: Array(text.utf8)) }

    private func done(_ id: String, _ record: String = "{}") -> JournalEntry {
        JournalEntry(id: id, outcome: .done(result: stamp("result of " + id)), input: stamp(id), record: record)
    }

    private func failed(_ id: String) -> JournalEntry {
        JournalEntry(id: id, outcome: .failed, input: nil, record: #"{"error":"\t"}"#)
    }

    private func entries(_ journal: RunJournal) throws -> [JournalEntry?] {
        try journal.ids.indices.map { try journal.entry(at: $0) }
    }

    private func text(_ folder: URL) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appendingPathComponent(RunJournal.name)))
    }

    @Test("what became of pictures is there for the next run, the last line of each")
    func readBack() throws {
        try Fixture.withTemporaryFolder { (folder) throws in
            let journal = try RunJournal(folder: folder.path, ids: ids)
            let lines = [done(ids[4]), failed(ids[0]), done(ids[1]), done(ids[2]), done(ids[0], #"{"x":1}"#)]
            for entry in lines { try journal.add(entry) }
            let expected = [lines[4], lines[2], lines[3], nil, lines[0]]
            #expect(try entries(journal) == expected)
            #expect(try entries(RunJournal(folder: folder.path, ids: ids)) == expected)
            // Pictures of another run stay in the file.
            #expect(try entries(RunJournal(folder: folder.path, ids: [ids[1]])) == [lines[2]])
            #expect(try entries(RunJournal(folder: folder.path, ids: ids)) == expected)
            #expect(try entries(RunJournal(folder: folder.path, ids: ids, startsAnew: true)) == ids.map { _ in nil })
        }
    }

    @Test("a journal that was cut at any byte keeps its whole lines, and goes on behind them")
    func torn() throws {
        try Fixture.withTemporaryFolder { (folder) throws in
            var journal: RunJournal? = try RunJournal(folder: folder.path, ids: ids)
            let header = try text(folder).count
            try journal?.add(done(ids[0]))
            let first = try text(folder).count
            try journal?.add(failed(ids[1]))
            journal = nil
            let whole = try text(folder)
            for length in header...whole.count {
                try Data(whole.prefix(length)).write(to: folder.appendingPathComponent(RunJournal.name))
                let cut = try RunJournal(folder: folder.path, ids: ids)
                let kept = [length >= first ? done(ids[0]) : nil, length == whole.count ? failed(ids[1]) : nil]
                #expect(try Array(entries(cut).prefix(2)) == kept, "\(length) bytes")
                #expect(cut.damagedLines == 0)
                #expect(try text(folder).last == UInt8(ascii: "\n"), "\(length) bytes")
                try cut.add(done(ids[2]))
                #expect(
                    try Array(entries(RunJournal(folder: folder.path, ids: ids)).prefix(3)) == kept + [done(ids[2])])
            }
        }
    }

    @Test("a line with any byte changed counts as none")
    func damaged() throws {
        try Fixture.withTemporaryFolder { (folder) throws in
            let journal = try RunJournal(folder: folder.path, ids: ids)
            let header = try text(folder).count
            try journal.add(done(ids[0]))
            try journal.add(done(ids[1]))
            let whole = try text(folder)
            let first = whole[header...].firstIndex(of: UInt8(ascii: "\n")) ?? 0
            for place in header..<first {
                var bytes = whole
                bytes[place] ^= 1
                try Data(bytes).write(to: folder.appendingPathComponent(RunJournal.name))
                let damaged = try RunJournal(folder: folder.path, ids: ids)
                #expect(damaged.damagedLines > 0, "byte \(place)")
                #expect(try Array(entries(damaged).prefix(2)) == [nil, done(ids[1])], "byte \(place)")
            }
        }
    }

    @Test("records come out sorted by id, those done and those failed apart")
    func collected() throws {
        try Fixture.withTemporaryFolder { (folder) throws in
            let journal = try RunJournal(folder: folder.path, ids: ids)
            for index in [3, 1, 2] { try journal.add(done(ids[index], "\(index)")) }
            try journal.add(failed(ids[0]))
            try journal.own(["results.jsonl", "failures.jsonl"])
            let results = try journal.write(.done, to: "results.jsonl")
            let failures = try journal.write(.failed, to: "failures.jsonl")
            #expect(try Data(contentsOf: folder.appendingPathComponent("results.jsonl")) == Data("1\n2\n3\n".utf8))
            #expect((results.count, failures.count) == (3, 1))
            #expect(results.digest == ContentStamp.digest(of: Array("1\n2\n3\n".utf8)))
        }
    }

    @Test("a file that Vitrine did not write is refused, one of an earlier run is not")
    func strangers() throws {
        try Fixture.withTemporaryFolder { (folder) throws in
            let file = folder.appendingPathComponent("results.jsonl")
            try Data("mine".utf8).write(to: file)
            let journal = try RunJournal(folder: folder.path, ids: ids)
            #expect(throws: OutputFolderError.stranger(path: file.path, .file)) { try journal.own(["results.jsonl"]) }
            #expect(try Data(contentsOf: file) == Data("mine".utf8))
            try FileManager.default.removeItem(at: file)
            try journal.own(["results.jsonl"])
            _ = try journal.write(.done, to: "results.jsonl")
            for startsAnew in [false, true, false] {
                try RunJournal(folder: folder.path, ids: ids, startsAnew: startsAnew).own(["results.jsonl"])
            }
            let own = folder.appendingPathComponent(RunJournal.name)
            try FileManager.default.moveItem(at: own, to: folder.appendingPathComponent("elsewhere"))
            try FileManager.default.createSymbolicLink(atPath: own.path, withDestinationPath: "elsewhere")
            #expect(throws: OutputFolderError.stranger(path: own.path, .file)) {
                try RunJournal(folder: folder.path, ids: ids)
            }
            try FileManager.default.removeItem(at: own)
            try Data("mine".utf8).write(to: own)
            #expect(throws: OutputFolderError.self) { try RunJournal(folder: folder.path, ids: ids) }
        }
    }

    @Test("a result that lost a file, got one or was changed is not the same; a copy of it is")
    func stamps() throws {
        try Fixture.withTemporaryFolder { (folder) throws in
            let output = try OutputFolder(folder.path)
            for (name, files) in [("a", ["x", "y"]), ("b", ["x", "y"]), ("c", ["x", "w"])] {
                try output.write(name) { result in
                    for file in files { try Data("12".utf8).write(to: URL(fileURLWithPath: "\(result)/\(file)")) }
                }
            }
            let (a, b) = (folder.path + "/a", folder.path + "/b")
            let stamp = try #require(ContentStamp(ofResult: a))
            #expect(ContentStamp.facts(ofResult: a) == stamp.facts)
            #expect(ContentStamp.facts(ofResult: b) != stamp.facts)
            #expect(ContentStamp.digest(ofResult: b) == stamp.digest)
            #expect(stamp.isSame(asResult: a) && stamp.isSame(asResult: b))
            #expect(!stamp.isSame(asResult: folder.path + "/c"), "files of other names")
            try Data("13".utf8).write(to: URL(fileURLWithPath: a + "/y"))
            #expect(ContentStamp.facts(ofResult: a) != stamp.facts)
            #expect(ContentStamp.digest(ofResult: a) != stamp.digest)
            #expect(!stamp.isSame(asResult: a))
            try FileManager.default.removeItem(atPath: a + "/y")
            #expect(ContentStamp.facts(ofResult: a) == nil)
            try Data("12".utf8).write(to: URL(fileURLWithPath: b + "/z"))
            #expect(ContentStamp.facts(ofResult: b) == nil)
            #expect(ContentStamp.facts(ofResult: folder.path + "/none") == nil)
        }
    }
}
