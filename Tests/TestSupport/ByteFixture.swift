import Checkpoints
import Tensors

/// A fixture file's arrays of small whole numbers and floats, for tests that compare bytes.
public struct ByteFixture: Sendable {
    public struct Entry: Sendable {
        /// The last axis runs fastest.
        public let shape: [Int]
        public let floats: [Float]

        /// The values as bytes; the file holds nothing else under this name.
        public var bytes: [UInt8] { floats.map(UInt8.init) }

        public var int32s: [Int32] { floats.map(Int32.init) }
    }

    public let entries: [String: Entry]
    public let metadata: [String: String]

    /// - Parameter name: folder and stem below Tests/Fixtures, such as `Imaging/filters`.
    public init(_ name: String) throws {
        try self.init(file: Fixture.tensors(name))
    }

    /// A file that lies elsewhere.
    public init(at path: String) throws {
        try self.init(file: Checkpoint.open(path))
    }

    private init(file: Checkpoint) throws {
        var entries: [String: Entry] = [:]
        for key in file.names {
            let tensor = try file.load(key)
            entries[key] = Entry(shape: tensor.shape.dimensions, floats: tensor.values)
        }
        self.entries = entries
        metadata = file.metadata
    }

    public subscript(name: String) -> Entry {
        get throws {
            guard let entry = entries[name] else { throw MissingEntry(name: name) }
            return entry
        }
    }

    public struct MissingEntry: Error {
        public let name: String
    }
}

/// Numbers in -1..<1 made from a name: the inputs of the fixtures.
public func uniformNumbers(_ name: String, count: Int) -> [Float] {
    GeneratedWeights.input([count], name: name).values
}

/// FNV-1a, 64 bits.
public func checksum(of bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}
