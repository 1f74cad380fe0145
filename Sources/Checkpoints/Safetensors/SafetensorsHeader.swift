/// The checked table of contents of a safetensors file.
///
/// Format: 8 bytes little-endian length N, N bytes of JSON, then the data of all tensors without a hole. Every entry
/// here lies inside the file, has the size that its shape and type ask for, and shares no byte with another one. An
/// entry of a type that is not known here is listed all the same, so that the others can be read; only its size is then
/// taken from the file.
struct SafetensorsHeader: Sendable {
    /// One tensor: `byteRange` counts from the start of the data, behind the JSON.
    struct Entry: Sendable {
        var name: String
        /// As the file calls it; `elementType` is nil for a type that is not read here.
        var typeName: String
        var elementType: ElementType? { ElementType(rawValue: typeName) }
        var dimensions: [Int]
        var byteRange: Range<Int>
    }

    /// The reference implementation's own limit on the JSON.
    static let limitBytes = 100_000_000
    static let nameLimitBytes = 4096
    static let rankLimit = 32

    /// In the order of the data.
    let entries: [Entry]
    let metadata: [String: String]

    /// Checks the order of the data as well as what the parser already checked per entry.
    ///
    /// - Parameters:
    ///   - entries: in any order.
    ///   - dataBytes: how many bytes follow the JSON.
    init(path: String, entries: [Entry], metadata: [String: String], dataBytes: Int) throws(CheckpointError) {
        let sorted = entries.sorted {
            ($0.byteRange.lowerBound, $0.byteRange.upperBound) < ($1.byteRange.lowerBound, $1.byteRange.upperBound)
        }
        var end = 0
        var previous: String?
        for entry in sorted {
            if entry.byteRange.lowerBound < end, let previous {
                throw .overlap(path: path, first: previous, second: entry.name)
            }
            if entry.byteRange.lowerBound > end {
                throw .gap(path: path, after: previous, before: entry.name, byteCount: entry.byteRange.lowerBound - end)
            }
            end = entry.byteRange.upperBound
            previous = entry.name
        }
        guard end == dataBytes else {
            throw .gap(path: path, after: previous, before: nil, byteCount: dataBytes - end)
        }
        self.entries = sorted
        self.metadata = metadata
    }
}
