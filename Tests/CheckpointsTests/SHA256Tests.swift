import Checkpoints
import Foundation
import TestSupport
import Testing

@Suite("SHA-256")
struct SHA256Tests {
    private func digest(_ bytes: [UInt8], step: Int = .max) -> String {
        var digest = SHA256()
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + min(step, bytes.count))
            bytes[start..<end].withUnsafeBytes { digest.update($0) }
            start = end
        }
        return digest.hexadecimalDigest()
    }

    @Test("the standard's examples")
    func standard() {
        #expect(digest([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(digest(Array("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            digest(Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8))
                == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
        #expect(
            digest([UInt8](repeating: UInt8(ascii: "a"), count: 100_000), step: 777)
                == "6d1cf22d7cc09b085dfc25ee1a1f3ae0265804c607bc2074ad253bcc82fd81ee")
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
            try Data().write(to: url)
            #expect(try SHA256.hexadecimalDigest(ofFile: url.path) == digest([]))
        }
    }
}
