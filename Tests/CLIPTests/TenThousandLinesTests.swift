import CLIP
import Foundation
import TestSupport
import Testing

/// Behind `Tools/fixtures/clip_lines.py`: OpenAI's own tokenizer on 10,000 lines of many scripts, with HTML references,
/// emoji, marks in any order, wide forms, control characters, line breaks and text that was decoded wrongly.
@Suite("tokenizer against OpenAI's on 10,000 lines")
struct TenThousandLinesTests {
    private struct Text: Decodable {
        var seed: UInt64
        var lines: Int
        var groups: [[String]]
        var separators: [String]
        /// Lines as they are; the others are put together.
        var whole: [String]

        /// How many fragments, then for each its group, its place in it and what follows it.
        func composed(_ index: Int) -> String {
            var source = SeededGenerator(seed: seed + UInt64(index))
            func pick(_ count: Int) -> Int { Int(source.next() % UInt64(count)) }
            var count = 1 + pick(12)
            if pick(50) == 0 { count *= 12 }
            var line = String.UnicodeScalarView()
            for _ in 0..<count {
                let group = groups[pick(groups.count)]
                line.append(contentsOf: group[pick(group.count)].unicodeScalars)
                line.append(contentsOf: separators[pick(separators.count)].unicodeScalars)
            }
            return String(line)
        }

        var all: [String] { whole + (0..<lines - whole.count).map(composed) }
    }

    private struct Numbers: Decodable {
        var own: String
        var published: String

        /// Eight hexadecimal digits a line.
        static func parsed(_ digits: String) -> [UInt32] {
            let bytes = Array(digits.utf8)
            return stride(from: 0, to: bytes.count, by: 8).compactMap {
                UInt32(String(decoding: bytes[$0..<min($0 + 8, bytes.count)], as: UTF8.self), radix: 16)
            }
        }
    }

    private func decoded<Value: Decodable>(_ name: String) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(contentsOf: Fixture.url("CLIP/\(name).json")))
    }

    /// The lines whose ids differ.
    private func differing(_ merges: Data, _ digits: String) throws -> [String] {
        let tokenizer = CLIPTokenizer(vocabulary: try Vocabulary(merges: merges))
        let lines = try (decoded("lines_text") as Text).all
        let expected = Numbers.parsed(digits)
        try #require(lines.count == 10_000 && expected.count == 10_000)
        return zip(lines, expected).filter { line, number in
            let bytes = tokenizer.encode(line).flatMap { id in (0..<4).map { UInt8(truncatingIfNeeded: id >> (8 * $0)) }
            }
            return UInt32(truncatingIfNeeded: checksum(of: bytes)) != number
        }.map(\.0)
    }

    @Test("the ids are the same, over merges of our own")
    func own() throws {
        let merges = try Data(contentsOf: Fixture.url("CLIP/tokenizer_merges.txt"))
        let differing = try differing(merges, (decoded("lines_ids") as Numbers).own)
        #expect(
            differing.isEmpty, "\(differing.count) lines differ, such as \(differing.prefix(5).map(\.debugDescription))"
        )
    }

    /// Runs where `VITRINE_BPE` names the unpacked merges file that OpenAI published.
    @Test(
        "the ids are the same, over the published merges",
        .enabled(
            if: ProcessInfo.processInfo.environment["VITRINE_BPE"] != nil,
            "set VITRINE_BPE to the unpacked bpe_simple_vocab_16e6.txt"))
    func published() throws {
        let path = ProcessInfo.processInfo.environment["VITRINE_BPE"] ?? ""
        let merges = try Data(contentsOf: URL(fileURLWithPath: path))
        let differing = try differing(merges, (decoded("lines_ids") as Numbers).published)
        #expect(
            differing.isEmpty, "\(differing.count) lines differ, such as \(differing.prefix(5).map(\.debugDescription))"
        )
    }
}
