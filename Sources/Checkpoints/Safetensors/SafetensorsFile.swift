import Tensors

/// A mapped safetensors file whose header has been checked.
struct SafetensorsFile: WeightFile {
    private let header: SafetensorsHeader
    let tensors: [StoredTensor]
    private let file: MappedFile
    private let dataStart: Int

    var path: String { file.path }
    var byteCount: Int { file.byteCount }
    var container: CheckpointContainer { .safetensors }
    var metadata: [String: String] { header.metadata }
    var ignored: [IgnoredEntry] { [] }

    init(_ file: MappedFile) throws(CheckpointError) {
        let path = file.path
        guard let field = file.bytes(0..<8) else {
            throw .header(path: path, fault: .shorterThanLengthField(fileBytes: file.byteCount), byteOffset: 0)
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
        header = try SafetensorsHeaderParser(path: path, dataBytes: file.byteCount - dataStart)
            .header(Array(json), byteOffset: 8)
        tensors = header.entries.map {
            StoredTensor(
                name: $0.name, dimensions: $0.dimensions, elementType: $0.elementType, typeName: $0.typeName,
                byteCount: $0.byteRange.count)
        }
        self.file = file
        self.dataStart = dataStart
    }

    /// A tensor as Float32: borrowed from the mapping when it is stored so and aligned, converted otherwise.
    func load(_ index: Int) throws(CheckpointError) -> Tensor {
        let (elementType, bytes) = try stored(index)
        return elementType.tensor(bytes, shape: Shape(header.entries[index].dimensions), owner: file)
    }

    func nonFiniteCount(_ index: Int) throws(CheckpointError) -> Int {
        let (elementType, bytes) = try stored(index)
        return elementType.nonFiniteCount(bytes)
    }

    /// The format carries no checksums.
    func checksums<Failure: Error>(_ progress: (String) throws(Failure) -> Void) -> [CheckpointVerification.Record] {
        []
    }

    /// An entry's bytes, valid as long as `file` lives.
    private func stored(_ index: Int) throws(CheckpointError) -> (ElementType, UnsafeRawBufferPointer) {
        let entry = header.entries[index]
        guard let elementType = entry.elementType else {
            throw .tensor(path: path, name: entry.name, fault: .unknownElementType(entry.typeName))
        }
        let range = dataStart + entry.byteRange.lowerBound..<dataStart + entry.byteRange.upperBound
        guard let bytes = file.bytes(range), file.stillCovers(range.upperBound) else {
            throw .shrunk(path: path, name: entry.name)
        }
        return (elementType, bytes)
    }
}
