import Foundation

/// A fixture file's arrays as the bytes that the reference wrote, for tests of modules below tensors.
///
/// Reads the safetensors layout: the header's length, a JSON header, the bytes. A fixture that cannot be read is an
/// error of the test.
public struct ByteFixture: Sendable {
    public struct Entry: Sendable {
        public let elementType: String
        public let shape: [Int]
        public let bytes: [UInt8]

        public var floats: [Float] { numbers(UInt32.self).map(Float.init(bitPattern:)) }

        public var int32s: [Int32] { numbers(UInt32.self).map(Int32.init(bitPattern:)) }

        private func numbers<Number: FixedWidthInteger>(_ type: Number.Type) -> [Number] {
            let width = Number.bitWidth / 8
            return stride(from: 0, to: bytes.count, by: width).map { start in
                bytes[start..<start + width].reversed().reduce(0) { $0 << 8 | Number($1) }
            }
        }
    }

    public struct Unreadable: Error, CustomStringConvertible {
        public let description: String
    }

    public let entries: [String: Entry]
    public let metadata: [String: String]

    /// - Parameters:
    ///   - name: folder and stem below Tests/Fixtures, such as `Imaging/filters`.
    ///   - testFile: the calling file; its place leads to the fixtures.
    public init(_ name: String, testFile: String = #filePath) throws {
        let tests = URL(fileURLWithPath: testFile).deletingLastPathComponent().deletingLastPathComponent()
        let file = tests.appendingPathComponent("Fixtures/\(name).safetensors")
        let data = [UInt8](try Data(contentsOf: file))
        guard data.count >= 8 else { throw Unreadable(description: "\(name) is shorter than its length field") }
        let length = data[0..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= data.count - 8,
            let header = try JSONSerialization.jsonObject(with: Data(data[8..<8 + length])) as? [String: Any]
        else { throw Unreadable(description: "\(name) has no JSON header") }
        var entries: [String: Entry] = [:]
        for (key, value) in header where key != "__metadata__" {
            guard let fields = value as? [String: Any], let type = fields["dtype"] as? String,
                let shape = fields["shape"] as? [Int], let offsets = fields["data_offsets"] as? [Int],
                offsets.count == 2, offsets[0] <= offsets[1], 8 + length + offsets[1] <= data.count
            else { throw Unreadable(description: "\(name): the entry \(key) is malformed") }
            let bytes = Array(data[8 + length + offsets[0]..<8 + length + offsets[1]])
            entries[key] = Entry(elementType: type, shape: shape, bytes: bytes)
        }
        self.entries = entries
        metadata = header["__metadata__"] as? [String: String] ?? [:]
    }

    public subscript(name: String) -> Entry {
        get throws {
            guard let entry = entries[name] else { throw Unreadable(description: "the fixture has no \(name)") }
            return entry
        }
    }
}

/// Numbers in -1..<1 made from a name: the twin of `uniform` in Tools/fixtures/generated_weights.py.
public func uniformNumbers(_ name: String, count: Int) -> [Float] {
    let seed = checksum(of: name.utf8)
    return (0..<count).map { index in
        var z = seed &+ UInt64(index + 1) &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        z ^= z >> 31
        return Float(z >> 40) * 0x1p-23 - 1
    }
}

/// FNV-1a, 64 bits.
public func checksum(of bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}
