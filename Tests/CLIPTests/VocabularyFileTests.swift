import CLIP
import Foundation
import NeuralNetwork
import TestSupport
import Testing
import WeightIdentity

@Suite("the files in which vocabularies are published")
struct VocabularyFileTests {
    private static let texts = ["a photo of a flawless metal_nut.", "pcb4 tile \u{1F600}", "damaged damaged", "zebra"]

    /// The merges behind `Tools/fixtures/clip_tokenizer.py`.
    private func lines() throws -> [String] {
        let text = try String(contentsOf: Fixture.url("CLIP/tokenizer_merges.txt"), encoding: .utf8)
        return text.split(separator: "\n").dropFirst().map(String.init)
    }

    /// Every token in CLIP's order.
    private func tokens() throws -> [String] {
        let printable = Array(33...126) + Array(161...172) + Array(174...255)
        let bytes = (printable + Array(256..<324)).compactMap { Unicode.Scalar($0).map { String($0) } }
        let merged = try lines().map { $0.replacingOccurrences(of: " ", with: "") }
        return bytes + bytes.map { "\($0)</w>" } + merged + ["<|startoftext|>", "<|endoftext|>"]
    }

    private func json(_ value: Any) throws -> Data {
        try JSONSerialization.data(withJSONObject: value)
    }

    private func numbers(_ tokens: [String]) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: zip(tokens, 0...))
    }

    private func same(_ file: Data, count: Int? = nil) throws -> Bool {
        let expected = CLIPTokenizer(vocabulary: try Vocabulary(merges: lines().joined(separator: "\n").utf8))
        let actual = CLIPTokenizer(vocabulary: try Vocabulary(file, count: count))
        return actual.vocabulary.count == expected.vocabulary.count
            && Self.texts.allSatisfy { actual.encode($0) == expected.encode($0) }
    }

    @Test("merges with a version line, tokenizer.json in both spellings, and vocab.json give one vocabulary")
    func files() throws {
        let lines = try lines()
        let tokens = try tokens()
        let count = tokens.count
        #expect(try same(Data("#version: 0.2\n\(lines.joined(separator: "\r\n"))\n\n".utf8), count: count))
        #expect(
            try same(
                Data("\"bpe_simple_vocab_16e6.txt#version: 0.2\n\(lines.joined(separator: "\n"))\nx y".utf8),
                count: count))
        let numbers = numbers(tokens)
        #expect(try same(json(numbers), count: count))
        let added = [["id": count - 2, "content": "<|startoftext|>"], ["id": count - 1, "content": "<|endoftext|>"]]
        let spellings: [Any] = [lines, lines.map { $0.split(separator: " ").map(String.init) }]
        for merges in spellings {
            let model: [String: Any] = ["type": "BPE", "vocab": numbers, "merges": merges]
            #expect(try same(json(["added_tokens": added, "model": model]), count: count))
        }
        let model: [String: Any] = ["vocab": numbers.filter { $0.value < count - 2 }, "merges": lines]
        #expect(try same(json(["added_tokens": added, "model": model])))
    }

    @Test("vocabularies that cannot belong to a CLIP are refused by token")
    func refused() throws {
        var tokens = try tokens()
        func error(_ file: Any, count: Int? = nil) -> VocabularyError? {
            do {
                _ = try Vocabulary(json(file), count: count)
                return nil
            } catch {
                return error as? VocabularyError
            }
        }
        let count = tokens.count
        let merges = count - 514
        #expect(
            error(numbers(tokens), count: count + 1) == .tooFewMerges(found: merges, expected: merges + 1))
        tokens.swapAt(count - 1, count - 2)
        #expect(error(numbers(tokens)) == .misplacedMark(token: "<|endoftext|>"))
        tokens.swapAt(count - 1, count - 2)
        tokens.swapAt(0, 1)
        #expect(error(numbers(tokens)) == .unexpectedNumber(token: "\""))
        tokens.swapAt(0, 1)
        tokens[600] = "xqzj"
        #expect(error(numbers(tokens)) == .unexpectedNumber(token: "xqzj"))
        #expect(
            error(["a": 0, "b": 0]) == .unexpectedNumber(token: "a")
                || error(["a": 0, "b": 0]) == .unexpectedNumber(token: "b"))
        #expect(error(["a": 1.5]) == .unexpectedNumber(token: "a"))
        #expect(error(["a": 0, "b": 1]) == .notBytePairs)
        #expect(error(["model": ["type": "WordPiece", "vocab": [:]]]) == .notBytePairs)
        #expect(throws: VocabularyError.malformedJSON(byteOffset: 7)) {
            try Vocabulary(#"{"a": 1"#.utf8, count: nil)
        }
        #expect(
            VocabularyError.misplacedMark(token: "a\u{7}").description
                == "the vocabulary has \"a\\u{07}\" where the marks of start and end should be last: use the file that "
                + "belongs to the weights")
    }

    @Test("weights with fewer tokens than bytes are refused")
    func tooFewTokens() throws {
        #expect(throws: VocabularyError.tooFewTokens(20)) { try Vocabulary("a b\n".utf8, count: 20) }
    }

    @Test("damaged files are refused or read, and never stop the process", arguments: [1, 2, 3] as [UInt64])
    func damaged(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let tokens = try tokens()
        let model: [String: Any] = ["vocab": numbers(tokens), "merges": try lines()]
        let whole = Array(try json(["model": model]))
        for _ in 0..<40 {
            var bytes = whole
            for _ in 0...Int.random(in: 0..<6, using: &random) {
                let place = Int.random(in: bytes.indices, using: &random)
                bytes[place] = UInt8.random(in: .min ... .max, using: &random)
            }
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
            let vocabulary = try? Vocabulary(bytes, count: nil)
            #expect(vocabulary.map { $0.count == tokens.count } ?? true, "seed \(seed)")
        }
    }

    @Test("a list of merges that begins with a brace is one")
    func brace() throws {
        #expect(try Vocabulary("{ }\n".utf8, count: nil).count == 515)
    }

    /// Runs where `VITRINE_VOCABULARY` names a folder with the published `merges.txt`, `tokenizer.json` or `vocab.json`.
    @Test(
        "the published files give one vocabulary",
        .enabled(
            if: ProcessInfo.processInfo.environment["VITRINE_VOCABULARY"] != nil,
            "set VITRINE_VOCABULARY to a folder with merges.txt, vocab.json and tokenizer.json of a CLIP"))
    func published() throws {
        let folder = URL(fileURLWithPath: ProcessInfo.processInfo.environment["VITRINE_VOCABULARY"] ?? "")
        let tokenizers = try ["merges.txt", "vocab.json", "tokenizer.json"].map { name in
            let data = try Data(contentsOf: folder.appendingPathComponent(name))
            return CLIPTokenizer(vocabulary: try Vocabulary(data, count: 49_408))
        }
        for index in 0..<3000 {
            let text = String(
                String.UnicodeScalarView((0..<6).compactMap { Unicode.Scalar(97 + (index * 7 + $0 * $0 * index) % 26) })
            )
            #expect(Set(tokenizers.map { $0.encode("\(text) photos of \(text.prefix(3))ing") }).count == 1, "\(text)")
        }
    }
}
