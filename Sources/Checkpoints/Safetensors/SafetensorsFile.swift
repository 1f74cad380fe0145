import Tensors

/// A mapped safetensors file whose header has been checked.
struct SafetensorsFile: WeightFile {
    private let header: SafetensorsHeader
    let tensors: [StoredTensor]
    /// Where each tensor stands in the header.
    private let places: [Place]
    let file: MappedFile
    private let dataStart: Int

    private struct Place {
        var entry: Int
        /// The scales of the rows, where the tensor's bytes stand for other numbers.
        var scales: Int?
    }

    /// What the scales of a tensor are called, behind its own name: those of its rows, `[rows, 1]`.
    static let scaleSuffix = "_scale"

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
        places = Self.places(header.entries)
        let entries = header.entries
        tensors = places.map { place in
            let entry = entries[place.entry]
            return StoredTensor(
                name: entry.name, dimensions: entry.dimensions, elementType: entry.elementType,
                typeName: entry.typeName,
                byteCount: entry.byteRange.count + (place.scales.map { entries[$0].byteRange.count } ?? 0))
        }
        self.file = file
        self.dataStart = dataStart
    }

    /// A tensor as Float32: borrowed from the mapping when it is stored so and aligned, converted otherwise.
    func load(_ index: Int) throws(CheckpointError) -> Tensor {
        let place = places[index]
        let (elementType, bytes) = try stored(place.entry)
        let shape = Shape(header.entries[place.entry].dimensions)
        guard let scales = place.scales else { return elementType.tensor(bytes, shape: shape, owner: file) }
        let tensor = Tensor(signedBytes: bytes, scales: try rowScales(scales, shape[0]), shape: shape)
        file.discardPages(bytes)
        return tensor
    }

    func byteRows(_ index: Int) throws(CheckpointError) -> ByteRows? {
        let place = places[index]
        guard let scales = place.scales else { return nil }
        let bytes = try stored(place.entry).bytes
        let shape = Shape(header.entries[place.entry].dimensions)
        let rows = ByteRows(
            bytes: Array(bytes.bindMemory(to: Int8.self)), scales: try rowScales(scales, shape[0]), shape: shape)
        file.discardPages(bytes)
        return rows
    }

    private func rowScales(_ entry: Int, _ rows: Int) throws(CheckpointError) -> [Float] {
        ElementType.float32.widened(try stored(entry).bytes, shape: [rows]).values
    }

    func nonFiniteCount(_ index: Int) throws(CheckpointError) -> Int {
        let place = places[index]
        let (elementType, bytes) = try stored(place.scales ?? place.entry)
        return elementType.nonFiniteCount(bytes)
    }

    /// The tensors of a file. Scales belong to the tensor of signed bytes whose rows they are for, and are none themselves.
    private static func places(_ entries: [SafetensorsHeader.Entry]) -> [Place] {
        var byName: [String: Int] = [:]
        for (index, entry) in entries.enumerated() where entry.name.hasSuffix(scaleSuffix) {
            byName[entry.name] = index
        }
        let places = entries.indices.map { index in
            let entry = entries[index]
            guard entry.elementType == .signed8, entry.dimensions.count == 2,
                let scales = byName[entry.name + scaleSuffix], entries[scales].elementType == .float32,
                entries[scales].dimensions == [entry.dimensions[0], 1]
            else { return Place(entry: index) }
            return Place(entry: index, scales: scales)
        }
        let scales = Set(places.compactMap(\.scales))
        return places.filter { !scales.contains($0.entry) }
    }

    /// The format carries no checksums.
    func checksums<Failure: Error>(_ progress: (String) throws(Failure) -> Void) -> [CheckpointVerification.Record] {
        []
    }

    /// An entry's bytes, valid as long as `file` lives.
    private func stored(
        _ index: Int
    ) throws(CheckpointError) -> (type: ElementType, bytes: UnsafeRawBufferPointer) {
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
