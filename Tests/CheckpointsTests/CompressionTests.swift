import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("decompression")
struct CompressionTests {
    private let streams: Checkpoint

    init() throws {
        streams = try Fixture.tensors("Checkpoints/inflate_streams")
    }

    private func bytes(_ name: String) throws -> [UInt8] { try streams.load(name).values.map { UInt8($0) } }

    /// A gzip member around a deflate stream.
    private func member(_ stream: [UInt8], of bytes: [UInt8], flags: UInt8 = 0, fields: [UInt8] = []) -> [UInt8] {
        [0x1F, 0x8B, 8, flags, 0, 0, 0, 0, 0, 3] + fields + stream + ZipBytes.number(UInt64(ZipBytes.crc(bytes)), 4)
            + ZipBytes.number(UInt64(bytes.count), 4)
    }

    private func decompressed(_ bytes: [UInt8], limitBytes: Int = 1 << 20) throws(GzipFault) -> [UInt8] {
        let result: Result<[UInt8], GzipFault> = bytes.withUnsafeBytes { bytes in
            Result { () throws(GzipFault) in try GzipFile.decompressed(bytes, limitBytes: limitBytes) }
        }
        return try result.get()
    }

    @Test("stored, fixed and dynamic blocks of zlib come out as they went in")
    func blocks() throws {
        for name in streams.names where !name.hasSuffix(".bytes") {
            let expected = try bytes("\(name.prefix { $0 != "." }).bytes")
            #expect(try decompressed(member(try bytes(name), of: expected)) == expected, "\(name)")
        }
    }

    @Test("a file of gzip with its name, several members, and every optional field")
    func files() throws {
        let text = try bytes("text.bytes")
        let path = Fixture.path("Checkpoints/inflate_text.txt.gz")
        #expect(try GzipFile.contents(of: path, limitBytes: text.count) == text)
        #expect(throws: CheckpointError.gzip(path: path, fault: .inflate(.outputTooLong(limitBytes: text.count - 1)))) {
            try GzipFile.contents(of: path, limitBytes: text.count - 1)
        }
        #expect(try GzipFile.unpackedContents(of: path, limitBytes: text.count) == text)
        let plain = Fixture.path("Checkpoints/inflate_streams.safetensors")
        let kept = try GzipFile.unpackedContents(of: plain, limitBytes: 0)
        #expect(try kept == Array(Data(contentsOf: URL(fileURLWithPath: plain))))
        let one = member([3, 0], of: [])
        var fields: [UInt8] = [2, 0, 9, 9] + Array("name\0comment\0".utf8)
        // The header has a checksum of its own, of 16 bits.
        fields += ZipBytes.number(UInt64(ZipBytes.crc([0x1F, 0x8B, 8, 0x1E, 0, 0, 0, 0, 0, 3] + fields)) & 0xFFFF, 2)
        let stream = try bytes("one.default9")
        let full = member(stream, of: Array("x".utf8), flags: 0x1E, fields: fields)
        #expect(try decompressed(one + full + full) == Array("xx".utf8))
        // What the first member took counts for the second.
        #expect(throws: GzipFault.inflate(.outputTooLong(limitBytes: 1))) {
            try decompressed(full + member(try bytes("text.default9"), of: text), limitBytes: 2)
        }
    }

    @Test("damage of a compressed file is an error, wherever it is cut or changed")
    func damage() throws {
        let text = try bytes("text.bytes")
        let whole = member(try bytes("text.default9"), of: text)
        for cut in stride(from: 0, to: whole.count, by: 7) {
            let error = #expect(throws: GzipFault.self) { try decompressed(Array(whole.prefix(cut))) }
            #expect([.notGzip, .unknownMethod, .damaged, .inflate(.endsEarly)].contains(error), "cut at \(cut)")
        }
        var wrong = whole
        wrong[wrong.count - 8] ^= 1
        #expect(throws: GzipFault.damaged) { try decompressed(wrong) }
        #expect(throws: GzipFault.notGzip) { try decompressed(whole + [0]) }
        #expect(throws: GzipFault.unknownMethod) { try decompressed([0x1F, 0x8B, 7] + whole.dropFirst(3)) }
        #expect(throws: GzipFault.unknownMethod) { try decompressed([0x1F, 0x8B, 8, 0x80] + whole.dropFirst(4)) }
        for (stream, fault) in [
            ([7], .unknownBlockType), ([1, 1, 0, 0, 0, 9], .storedLengthMismatch), ([5, 0xE0, 0xFF], .invalidCode),
            // A fixed block whose first symbol repeats from before the start.
            ([0x03, 0x02, 0x00, 0x00], .distanceTooFar),
        ] as [([UInt8], InflateFault)] {
            #expect(throws: GzipFault.inflate(fault)) { try decompressed(member(stream, of: [])) }
        }
    }

    @Test("a code with too many words, too few, or none for the end of its block")
    func codes() {
        /// A dynamic block that says these lengths for the code of code lengths, then these bits.
        func stream(_ lengths: [Int], _ bits: [Int] = []) -> [UInt8] {
            // Last block, type 2, 257 literals, 1 distance, 19 lengths.
            var all = [1, 0, 1] + [Int](repeating: 0, count: 10) + [1, 1, 1, 1]
            for length in lengths { all += (0..<3).map { length >> $0 & 1 } }
            // zlib reads on behind a code without words, and finds then that no word ends the block.
            all += bits + [Int](repeating: 0, count: 320)
            return stride(from: 0, to: all.count - 7, by: 8).map { start in
                (0..<8).reduce(0) { $0 | UInt8(all[start + $1]) << UInt8($1) }
            }
        }
        let invalid = GzipFault.inflate(.invalidCode)
        for length in [0, 1, 7] {
            #expect(throws: invalid) {
                try decompressed(member(stream([Int](repeating: length, count: 19)), of: []))
            }
        }
        // One word says "length 1", the other "many zeros": literals 0 and 1 have codes, the end of the block has none.
        var lengths = [Int](repeating: 0, count: 19)
        (lengths[2], lengths[17]) = (1, 1)
        let many = [1] + [Int](repeating: 1, count: 7)
        let rest = [1, 0, 1, 0, 1, 0, 1, 1]
        #expect(throws: invalid) { try decompressed(member(stream(lengths, [0, 0] + many + rest + [0]), of: [])) }
    }
}
