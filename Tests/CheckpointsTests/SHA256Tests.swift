import Foundation
import TestSupport
import Testing

@testable import Checkpoints

@Suite("SHA-256")
struct SHA256Tests {
    private func digest(_ bytes: [UInt8], step: Int = .max, by empty: SHA256 = SHA256()) -> String {
        var digest = empty
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + min(step, bytes.count))
            bytes[start..<end].withUnsafeBytes { digest.update($0) }
            start = end
        }
        return digest.hexadecimalDigest()
    }

    @Test("the standard's examples, by the processor's instructions and by the plain loop")
    func standard() {
        for (message, step, expected) in [
            ([], .max, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (Array("abc".utf8), .max, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8), .max,
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                [UInt8](repeating: UInt8(ascii: "a"), count: 100_000), 777,
                "6d1cf22d7cc09b085dfc25ee1a1f3ae0265804c607bc2074ad253bcc82fd81ee"
            ),
        ] as [([UInt8], Int, String)] {
            #expect(digest(message, step: step) == expected)
            #expect(digest(message, step: step, by: .plain) == expected)
        }
    }

    @Test("the processor's instructions and the plain loop agree on every length up to five blocks")
    func twins() {
        var generator = SeededGenerator(seed: 256)
        let bytes = (0..<320).map { _ in UInt8.random(in: 0 ... .max, using: &generator) }
        for count in 0...bytes.count {
            let message = Array(bytes.prefix(count))
            #expect(digest(message) == digest(message, by: .plain), "\(count) bytes")
        }
    }

    @Test("pieces of any size give the digest of the whole", arguments: [1, 55, 56, 63, 64, 65, 127])
    func pieces(step: Int) {
        let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        for count in [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 128, 300] {
            let message = Array(bytes.prefix(count))
            #expect(digest(message, step: step) == digest(message))
        }
    }

    @Test("a file's digest is that of its bytes")
    func file() throws {
        try Fixture.withTemporaryFolder { (folder) throws in
            let url = folder.appendingPathComponent("w")
            let bytes = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            try Data(bytes).write(to: url)
            #expect(try SHA256.hexadecimalDigest(ofFile: url.path) == digest(bytes))
            #expect(try SHA256.hexadecimalDigest(ofFile: url.path) {} == digest(bytes))
            var calls = 0
            #expect(throws: CancellationError.self) {
                try SHA256.hexadecimalDigest(ofFile: url.path) {
                    calls += 1
                    if calls == 2 { throw CancellationError() }
                }
            }
            #expect(calls == 2)
            try Data().write(to: url)
            #expect(try SHA256.hexadecimalDigest(ofFile: url.path) == digest([]))
        }
    }
}
