import JSONText

/// What became of a picture.
package struct JournalEntry: Hashable, Sendable {
    package enum Outcome: Hashable, Sendable {
        case done(result: ContentStamp)
        case failed
    }

    package var id: String
    package var outcome: Outcome
    /// nil for a picture that could not be read at all.
    package var input: ContentStamp?
    /// The picture's line of `results.jsonl` or `failures.jsonl`, without its end.
    package var record: String

    package init(id: String, outcome: Outcome, input: ContentStamp?, record: String) {
        self.id = id
        self.outcome = outcome
        self.input = input
        self.record = record
    }
}

/// A line of a journal: a checksum, a word for its kind and fields between tabs. A field is JSON, or a text without tabs.
enum JournalLine: Hashable {
    case entry(JournalEntry)
    /// A file at the top of the folder that is Vitrine's from here on.
    case owned(file: String)

    static let sumDigits = 16

    init?(_ bytes: [UInt8]) {
        let tab = UInt8(ascii: "\t")
        guard let first = bytes.firstIndex(of: tab), first == Self.sumDigits,
            Self.sum(bytes[(first + 1)...]).utf8.elementsEqual(bytes[..<first])
        else { return nil }
        let fields = bytes[(first + 1)...].split(separator: tab, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        switch fields.first {
        case "file" where fields.count == 2: self = .owned(file: fields[1])
        case "done" where fields.count == 7:
            guard let id = Self.id(fields[1]) else { return nil }
            self = .entry(
                JournalEntry(
                    id: id, outcome: .done(result: ContentStamp(facts: fields[4], digest: fields[5])),
                    input: Self.stamp(fields[2], fields[3]), record: fields[6]))
        case "failed" where fields.count == 5:
            guard let id = Self.id(fields[1]) else { return nil }
            self = .entry(
                JournalEntry(id: id, outcome: .failed, input: Self.stamp(fields[2], fields[3]), record: fields[4]))
        default: return nil
        }
    }

    /// The line with its end.
    var text: String {
        let body: String
        switch self {
        case .owned(let file): body = "file\t\(file)"
        case .entry(let entry):
            let head = "\(JSONWriter.text(entry.id))\t\(entry.input?.facts ?? "")\t\(entry.input?.digest ?? "")"
            switch entry.outcome {
            case .done(let result): body = "done\t\(head)\t\(result.facts)\t\(result.digest)\t\(entry.record)"
            case .failed: body = "failed\t\(head)\t\(entry.record)"
            }
        }
        return "\(Self.sum(Array(body.utf8)[...]))\t\(body)\n"
    }

    private static func sum(_ bytes: ArraySlice<UInt8>) -> String {
        String(ContentStamp.digest(of: Array(bytes)).prefix(sumDigits))
    }

    private static func stamp(_ facts: String, _ digest: String) -> ContentStamp? {
        digest.isEmpty ? nil : ContentStamp(facts: facts, digest: digest)
    }

    private static func id(_ json: String) -> String? {
        var reader = JSONReader(Array(json.utf8)) { fault, byteOffset in JSONError(fault, byteOffset: byteOffset) }
        return try? reader.string()
    }
}
