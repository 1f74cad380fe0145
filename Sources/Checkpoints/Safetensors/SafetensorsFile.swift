import Tensors

/// A mapped safetensors file whose header has been checked.
struct SafetensorsFile: Sendable {
    let header: SafetensorsHeader
    private let file: MappedFile
    private let dataStart: Int

    var path: String { file.path }
    var byteCount: Int { file.byteCount }

    init(_ file: MappedFile) throws(CheckpointError) {
        let path = file.path
        guard let field = file.bytes(0..<8) else {
            throw .header(
                path: path, fault: .shorterThanLengthField(fileBytes: file.byteCount), byteOffset: 0)
        }
        let declared = UInt64(littleEndian: field.loadUnaligned(as: UInt64.self))
        guard declared >= 2 else { throw .header(path: path, fault: .tooShort(declared: declared), byteOffset: 0) }
        guard declared <= UInt64(SafetensorsHeader.limitBytes) else {
            throw .header(
                path: path, fault: .tooLong(declared: declared, limit: SafetensorsHeader.limitBytes), byteOffset: 0)
        }
        let dataStart = 8 + Int(declared)
        guard let json = file.bytes(8..<dataStart) else {
            throw .header(
                path: path, fault: .beyondFile(declared: declared, available: file.byteCount - 8), byteOffset: 0)
        }
        var parser = SafetensorsHeaderParser(
            path: path, json: Array(json), byteOffset: 8, dataBytes: file.byteCount - dataStart)
        header = try parser.header()
        self.file = file
        self.dataStart = dataStart
    }

    /// A tensor as Float32: borrowed from the mapping when it is stored so and aligned, converted otherwise.
    func load(_ name: String) throws(CheckpointError) -> Tensor {
        guard let entry = header.entry(name) else { throw .noSuchTensor(path: path, name: name) }
        let range = dataStart + entry.byteRange.lowerBound..<dataStart + entry.byteRange.upperBound
        guard let bytes = file.bytes(range), file.stillCovers(range.upperBound) else {
            throw .shrunk(path: path, name: name)
        }
        let shape = Shape(entry.dimensions)
        if entry.elementType == .float32, let start = bytes.baseAddress, !bytes.isEmpty,
            Int(bitPattern: start) % MemoryLayout<Float>.alignment == 0
        {
            return Tensor(borrowing: start.assumingMemoryBound(to: Float.self), shape: shape, owner: file)
        }
        return entry.elementType.widened(bytes, shape: shape)
    }
}
