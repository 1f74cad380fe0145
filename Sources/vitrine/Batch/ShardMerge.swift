import ArgumentParser
import Foundation
import JSONText
import Manifests
import ResultFolders
import RunJournals
import TerminalText
import TextLines
import WholeFiles

/// Shards that were found to be a whole.
struct ShardMerge {
    private let shards: [FinishedShard]
    /// Whether something is left out.
    private let isPartial: Bool
    /// Of the whole job.
    let pictureCount: Int

    /// Looks at shards before anything is written.
    ///
    /// - Parameters:
    ///   - paths: the output folders.
    ///   - allowsMissing: whether shards that are missing or not done are left out.
    /// - Throws: A ``CommandFailure`` with status `badInput` that lists all that is missing, twice or different.
    init(_ paths: [String], allowsMissing: Bool) throws {
        var shards: [FinishedShard] = []
        var gaps: [String] = []
        for path in paths {
            do { shards.append(try FinishedShard(path)) } catch FinishedShard.Fault.notDone {
                gaps.append("\(path) is not done; run its command again")
            } catch FinishedShard.Fault.changed(let file) {
                throw CommandFailure.badInput(
                    "\(path)/\(file) was changed since its run was done; run its command again")
            }
        }
        guard let first = shards.first else { throw Self.refusal(gaps) }
        let differences = shards.dropFirst().flatMap { shard in
            shard.run.differences(from: first.run, in: RunDescription.common).map { "\(shard.path): \($0)" }
        }
        if !differences.isEmpty {
            throw CommandFailure.badInput(
                "these are not shards of one job; compared with \(first.path): "
                    + differences.joined(separator: "; ") + ". Run those that are wrong again")
        }
        let count = first.shard?.count ?? 1
        var owners: [Int: [String]] = [:]
        for shard in shards {
            guard shard.shard?.count ?? 1 == count else {
                throw CommandFailure.badInput(
                    "\(first.path) is one of \(count) shards, \(shard.path) one of \(shard.shard?.count ?? 1); "
                        + "name shards of one job")
            }
            owners[shard.shard?.number ?? 1, default: []].append(shard.path)
        }
        for (number, paths) in owners.sorted(by: { $0.key < $1.key }) where paths.count > 1 {
            throw CommandFailure.badInput(
                "shard \(number)/\(count) is there twice: \(paths.joined(separator: ", ")); name one of them")
        }
        for number in 1...count where owners[number] == nil { gaps.append("shard \(number)/\(count) is missing") }
        if !gaps.isEmpty, !allowsMissing { throw Self.refusal(gaps) }
        for gap in gaps { Terminal.complain("note: left out: \(gap)") }
        self.shards = shards
        isPartial = !gaps.isEmpty
        pictureCount = first.run.number("manifest", "count") ?? 0
    }

    private static func refusal(_ gaps: [String]) -> CommandFailure {
        .badInput(
            "this is not the whole: " + gaps.joined(separator: "; ") + " (--allow-missing puts together what is there)")
    }

    // MARK: Writing

    /// - Returns: how many pictures are done and how many failed.
    func write(to output: String, startsAnew: Bool) throws -> RunRecord.Outcome {
        var ids: [String] = []
        for shard in shards {
            let part = shard.shard
            try reading(shard.path) {
                try shard.lines { id, _, _ in
                    guard part?.contains(id) ?? true else {
                        throw CommandFailure.badInput("\(shard.path) holds \(id), which belongs to another shard")
                    }
                    ids.append(id)
                }
            }
        }
        ids.sort { $0.precedesByBytes($1) }
        for (one, other) in zip(ids, ids.dropFirst()) where one.utf8.elementsEqual(other.utf8) {
            throw CommandFailure.badInput("\(one) is there twice; run its shards again")
        }
        guard isPartial || ids.count == pictureCount else {
            throw CommandFailure.badInput(
                "the shards hold \(ids.count) pictures and their manifest \(pictureCount); run them again")
        }
        let folder = try RunFolder(output, ids, shards[0].layout, startsAnew: startsAnew)
        var run = shards[0].run.ofWhole
        for shard in shards { run.add(machines: shard.run.machines) }
        try folder.begin(run)
        for shard in shards { try add(shard, to: folder, output) }
        return try folder.finish(run, isWhole: !isPartial)
    }

    private func add(_ shard: FinishedShard, to folder: RunFolder, _ output: String) throws {
        var own: [String] = []
        try shard.lines { id, _, _ in own.append(id) }
        let journal = try reading(shard.path) { try RunJournal(reading: shard.path, ids: own) }
        var changed: [String] = []
        try shard.lines { id, part, line in
            try StopRequest.check()
            guard let entry = try journal.entry(of: id), entry.record == line else {
                changed.append(id)
                return
            }
            guard case .done(let stamp) = entry.outcome else {
                try folder.fail(id, input: entry.input, record: line)
                return
            }
            let result = "\(shard.path)/\(shard.layout.place(ofResult: id))"
            guard stamp.isSame(asResult: result), let files = ResultMark.files(in: result) else {
                changed.append(id)
                return
            }
            if try folder.holds(entry) { return }
            try folder.write(id, input: entry.input, record: line) { place in
                for file in files { try Self.link("\(result)/\(file)", "\(place)/\(file)") }
            }
        }
        if !changed.isEmpty {
            throw CommandFailure.badInput(
                "\(shard.path): \(changed.count) \(changed.count == 1 ? "result was" : "results were") changed or removed "
                    + "since: \(changed.prefix(10).joined(separator: ", ")); run its command again")
        }
    }

    /// The same file under another name, or a copy where the file system cannot do that.
    private static func link(_ file: String, _ place: String) throws {
        if Foundation.link(file, place) == 0 { return }
        let source = try FileHandle(forReadingFrom: URL(fileURLWithPath: file))
        defer { try? source.close() }
        let copy = try WholeFile(path: place) { $0 }
        while let piece = try source.read(upToCount: 1 << 20), !piece.isEmpty { try copy.append(Array(piece)) }
        try copy.commit()
    }
}
