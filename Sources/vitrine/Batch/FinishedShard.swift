import Foundation
import JSONText
import Manifests
import ResultFolders
import RunJournals
import TextLines

/// An output folder whose run is done, as one of those that are put together.
struct FinishedShard {
    let path: String
    let run: RunDescription
    let layout: RunLayout

    /// Why a folder is none.
    enum Fault: Error {
        /// Its run was stopped, or still goes on.
        case notDone
        /// A file at its top, by its name, is another than its marker says.
        case changed(String)
    }

    init(_ path: String) throws {
        self.path = path
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: "\(path)/done.json")),
            let digests = try? JSONDecoder().decode(DoneRecord.self, from: data).sha256
        else { throw Fault.notDone }
        func check(_ name: String, _ digest: String) throws {
            if (try? ContentStamp.digest(ofFile: "\(path)/\(name)")) != digest { throw Fault.changed(name) }
        }
        try check("run.json", digests.run)
        run = try RunDescription(file: "\(path)/run.json")
        guard let layout = run.layout else { throw Fault.changed("run.json") }
        self.layout = layout
        try check(layout.name(of: .lines), digests.results)
        try check(layout.name(of: .failures), digests.failures)
    }

    /// Its part of the whole; nil for a run that has all pictures.
    var shard: Shard? {
        guard let number = run.number("shard", "number"), let count = run.number("shard", "count") else { return nil }
        return Shard(number: number, of: count)
    }

    /// Its pictures in the order of their ids, each with its line.
    func lines(_ use: (_ id: String, _ part: RunJournal.Part, _ line: String) throws -> Void) throws {
        let readers = try [(RunLayout.File.lines, RunJournal.Part.done), (.failures, .failed)].map { file, part in
            (reader: try LineReader("\(path)/\(layout.name(of: file))"), part: part)
        }
        var next = try readers.map { try Self.next($0.reader) }
        while let first = next.indices.filter({ next[$0] != nil }).min(by: { one, other in
            (next[one]?.id ?? "").precedesByBytes(next[other]?.id ?? "")
        }), let found = next[first] {
            try use(found.id, readers[first].part, found.line)
            next[first] = try Self.next(readers[first].reader)
        }
    }

    private static func next(_ reader: LineReader) throws -> (id: String, line: String)? {
        guard let line = try reader.next() else { return nil }
        let members = try JSONValue.members(of: line.bytes)
        guard case .object(let picture)? = members["picture"], case .text(let id)? = picture["name"] else {
            throw JSONError(.unexpected(.name), byteOffset: 0)
        }
        return (id, String(decoding: line.bytes, as: UTF8.self))
    }
}
