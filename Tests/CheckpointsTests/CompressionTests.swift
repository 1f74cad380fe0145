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
        let one = member([3, 0], of: [])
        let fields: [UInt8] = [2, 0, 9, 9] + Array("name\0comment\0".utf8) + [1, 2]
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
            #expect(throws: GzipFault.self) { try decompressed(Array(whole.prefix(cut))) }
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
}
