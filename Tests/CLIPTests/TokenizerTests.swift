import CLIP
import Foundation
import TestSupport
import Testing

@Suite("tokenizer against open_clip")
struct TokenizerTests {
    private struct Prompts: Decodable {
        struct Prompt: Decodable {
            var text: String
            var ids, published: [Int]
        }

        struct Long: Decodable {
            var text: String
            var count: Int
            var truncated: [Int]
        }

        var vocabulary: Int
        var prompts: [Prompt]
        var long: Long

        static func load() throws -> Prompts {
            try JSONDecoder().decode(
                Prompts.self, from: Data(contentsOf: Fixture.url("CLIP/tokenizer_prompts.json")))
        }
    }

    private func tokenizer() throws -> CLIPTokenizer {
        let merges = try Data(contentsOf: Fixture.url("CLIP/tokenizer_merges.txt"))
        return CLIPTokenizer(vocabulary: try Vocabulary(merges: merges), marks: .openCLIP)
    }

    @Test("the ids of 200 prompts, over merges of our own")
    func ids() throws {
        let prompts = try Prompts.load()
        let tokenizer = try tokenizer()
        #expect(tokenizer.vocabulary.count == prompts.vocabulary)
        #expect(prompts.prompts.count == 200)
        for prompt in prompts.prompts {
            #expect(tokenizer.encode(prompt.text) == prompt.ids, "\(prompt.text.debugDescription)")
        }
    }

    /// Runs where `VITRINE_BPE` names the unpacked merges file that OpenAI published.
    @Test(
        "the ids of 200 prompts, over the published merges",
        .enabled(if: ProcessInfo.processInfo.environment["VITRINE_BPE"] != nil))
    func publishedIDs() throws {
        let path = ProcessInfo.processInfo.environment["VITRINE_BPE"] ?? ""
        let merges = try Data(contentsOf: URL(fileURLWithPath: path))
        let tokenizer = CLIPTokenizer(vocabulary: try Vocabulary(merges: merges), marks: .openCLIP)
        #expect(tokenizer.vocabulary.count == 49_408)
        for prompt in try Prompts.load().prompts {
            #expect(tokenizer.encode(prompt.text) == prompt.published, "\(prompt.text.debugDescription)")
        }
    }

    @Test("a text that is too long is refused with its count and what fits, or cut with the end token kept")
    func tooLong() throws {
        let long = try Prompts.load().long
        let tokenizer = try tokenizer()
        #expect(try tokenizer.tokens(for: long.text, truncate: true) == long.truncated)
        let error = #expect(throws: TokenizerError.self) { try tokenizer.tokens(for: long.text) }
        guard case .tooLong(let tokens, let limit, let fitting)? = error else { return }
        #expect(tokens == long.count && limit == 77)
        #expect(long.text.hasPrefix(fitting))
        #expect(tokenizer.encode(fitting).count <= 75)
        #expect(tokenizer.encode(fitting + " very").count > 75)
    }

    @Test("start and end stand around the text")
    func marks() throws {
        let tokenizer = try tokenizer()
        let (start, end) = (tokenizer.vocabulary.startToken, tokenizer.vocabulary.endToken)
        #expect(try tokenizer.tokens(for: "") == [start, end])
        #expect(try tokenizer.tokens(for: "a tile") == [start] + tokenizer.encode("a tile") + [end])
        #expect(end == tokenizer.vocabulary.count - 1 && start == end - 1)
    }

    @Test("the sentence tells how long the text is and where it would be cut")
    func sentence() {
        let error = TokenizerError.tooLong(tokens: 90, limit: 77, fitting: "a photo of a tile")
        #expect(
            "\(error)" == "the text has 90 tokens and the model takes 77: shorten it; what fits ends with "
                + "\"a photo of a tile\"")
    }

    @Test("merges files that cannot be used are refused by line")
    func badMerges() throws {
        #expect(throws: VocabularyError.notText) { try Vocabulary(merges: [0x1F, 0x8B, 8]) }
        #expect(throws: VocabularyError.notText) { try Vocabulary(merges: [0x61, 0x20, 0xFF]) }
        #expect(throws: VocabularyError.malformedLine(3)) { try Vocabulary(merges: "#version: 1\na b\nabc\n".utf8) }
        #expect(throws: VocabularyError.unknownSymbol(line: 2)) { try Vocabulary(merges: "a b\nxy z\n".utf8) }
        #expect(throws: VocabularyError.tooFewMerges(found: 1, expected: 2)) {
            try Vocabulary(merges: "a b\n".utf8, mergeCount: 2)
        }
        #expect(try Vocabulary(merges: "a b\nc d\n\n".utf8, mergeCount: 1).count == 515)
        #expect(try Vocabulary(merges: "".utf8).count == 514)
        #expect(
            "\(VocabularyError.tooFewMerges(found: 1, expected: 2))"
                == "the merges file has 1 merges where the weights need 2: use the one that belongs to them")
    }

    @Test("any text has tokens, and all of them are of the vocabulary", arguments: [1, 2, 3] as [UInt64])
    func anyText(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let tokenizer = try tokenizer()
        for _ in 0..<400 {
            // Mostly characters of wrongly decoded text, where the repair has most to do.
            let limits: [UInt32] = [0x80, 0x100, 0x180, 0x460, 0x2600, 0x11_0000]
            let scalars = (0..<Int.random(in: 0..<40, using: &random)).compactMap { _ in
                Unicode.Scalar(UInt32.random(in: 0..<(limits.randomElement(using: &random) ?? 0x80), using: &random))
            }
            let text = String(String.UnicodeScalarView(scalars))
            let tokens = try tokenizer.tokens(for: text, truncate: true)
            #expect(tokens.count <= 77 && tokens.allSatisfy { (0..<tokenizer.vocabulary.count).contains($0) })
        }
    }
}
