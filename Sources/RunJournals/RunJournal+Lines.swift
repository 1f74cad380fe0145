import Checkpoints
import WholeFiles

extension RunJournal {
    /// Which of the pictures.
    package enum Part: Sendable { case done, failed }

    private static let pieceBytes = 1 << 18

    /// Writes the records of the pictures that were done, or of those that failed, in the order of their ids, a line each.
    ///
    /// - Parameter name: of the file at the top of the folder, which is replaced in one step.
    /// - Returns: how many there are, and the SHA-256 of the file.
    package func write(_ part: Part, to name: String) throws -> (count: Int, digest: String) {
        let file = try WholeFile(path: folder + "/" + name) { $0 }
        var digest = SHA256()
        var count = 0
        var pending: [UInt8] = []
        for index in ids.indices {
            if let entry = try entry(at: index), entry.part == part {
                pending += entry.record.utf8
                pending.append(UInt8(ascii: "\n"))
                count += 1
            }
            if pending.count > Self.pieceBytes || index == ids.count - 1 {
                pending.withUnsafeBytes { digest.update($0) }
                try file.append(pending)
                pending = []
            }
        }
        try file.commit()
        return (count, digest.hexadecimalDigest())
    }
}

extension JournalEntry {
    fileprivate var part: RunJournal.Part {
        switch outcome {
        case .done: .done
        case .failed: .failed
        }
    }
}
