import Tensors

/// A file that `torch.save` or `torch.jit.save` wrote, its pickle read as data.
///
/// Opening reads the zip directory, every record's header, the byte order and the pickle, whose checksum is always
/// compared. The storages, nearly all of the file, are not touched: their sizes are checked against the directory, their
/// checksums only by `checksums`.
struct PyTorchArchive: WeightFile {
    /// Bytes that tensors with repeated elements may take together in memory, beyond the size of the file.
    private static let expansionAllowanceBytes = 16 << 20

    /// In how many tensors each byte of an archive may be, on average. Tied weights are in two.
    private static let sharingFactor = 64

    private let archive: ZipArchive
    private let places: [PickleTensor]
    let container: CheckpointContainer
    let ignored: [IgnoredEntry]
    let tensors: [StoredTensor]

    var file: MappedFile { archive.file }
    var path: String { archive.file.path }
    var byteCount: Int { archive.file.byteCount }
    var metadata: [String: String] { [:] }

    init(_ file: MappedFile) throws(CheckpointError) {
        let archive = try ZipArchive(file)
        guard let pickle = archive["data.pkl"] else {
            throw .archive(path: file.path, fault: .missingRecord("data.pkl"), byteOffset: 0)
        }
        try Self.checkByteOrder(archive)
        // Only TorchScript keeps the constants of its code.
        let isTorchScript = archive["constants.pkl"] != nil
        let bytes = try Self.pickleBytes(archive, pickle)
        var machine = PickleMachine(
            bytes,
            PickleMachine.Surroundings(
                isTorchScript: isTorchScript, storageBytes: { archive["data/\($0)"]?.byteCount },
                expansionBytes: file.byteCount + Self.expansionAllowanceBytes))
        let graph: PickleGraph
        do throws(PickleFault) {
            graph = try machine.run()
        } catch {
            throw .pickle(path: file.path, record: pickle.name, fault: error, byteOffset: machine.instructionOffset)
        }
        let state: StateDictionary
        do throws(ContentsFault) {
            state = try StateDictionary(graph, pickleBytes: bytes.count)
        } catch {
            throw .contents(path: file.path, fault: error)
        }
        try Self.checkSharing(state.tensors.map(\.tensor), archive)
        self.archive = archive
        container = isTorchScript ? .torchScript : .pyTorchArchive
        ignored = state.ignored
        places = state.tensors.map(\.tensor)
        tensors = state.tensors.map { name, tensor in
            let elementType = tensor.storage.elementType
            return StoredTensor(
                name: name, dimensions: tensor.dimensions, elementType: elementType, typeName: elementType.rawValue,
                byteCount: Shape(tensor.dimensions).elementCount * elementType.byteCount)
        }
    }

    /// Refuses tensors that share storages so often that writing all of them out would take far more than the file:
    /// whatever reads every tensor, such as `verify` or a conversion, then takes time linear in the file.
    private static func checkSharing(_ tensors: [PickleTensor], _ archive: ZipArchive) throws(CheckpointError) {
        // Each product and each record is below the file's size times what one byte can inflate to.
        let limit = archive.records.reduce(expansionAllowanceBytes) { $0 + sharingFactor * $1.byteCount }
        var total = 0
        for tensor in tensors {
            total += tensor.dimensions.reduce(tensor.storage.elementType.byteCount, *)
            guard total <= limit else { throw .contents(path: archive.file.path, fault: .sharedTooOften) }
        }
    }

    /// PyTorch writes the record since version 2.1; before, files were little-endian.
    private static func checkByteOrder(_ archive: ZipArchive) throws(CheckpointError) {
        guard let record = archive["byteorder"] else { return }
        let text = try archive.contents(record).withUnsafeBytes { String(decoding: $0.prefix(64), as: UTF8.self) }
        guard record.byteCount == 6, text == "little" else {
            throw .archive(path: archive.file.path, fault: .byteOrder(text), byteOffset: record.range.lowerBound)
        }
        _ = try archive.checksum(record)
    }

    private static func pickleBytes(_ archive: ZipArchive, _ record: ZipRecord) throws(CheckpointError) -> [UInt8] {
        guard record.byteCount <= PickleMachine.recordLimitBytes else {
            throw .pickle(
                path: archive.file.path, record: record.name,
                fault: .recordTooLong(byteCount: record.byteCount, limit: PickleMachine.recordLimitBytes),
                byteOffset: 0)
        }
        _ = try archive.checksum(record)
        return try archive.contents(record).withUnsafeBytes { Array($0) }
    }

    // MARK: Tensors

    func load(_ index: Int) throws(CheckpointError) -> Tensor {
        let tensor = places[index]
        let shape = Shape(tensor.dimensions)
        let elementType = tensor.storage.elementType
        let contents = try contents(tensor)
        return contents.withUnsafeBytes { storage in
            guard tensor.isContiguous else {
                return tensor.gathered(storage).withUnsafeBytes { elementType.widened($0, shape: shape) }
            }
            let bytes = tensor.elements(of: storage)
            return switch contents {
            case .mapped: elementType.tensor(bytes, shape: shape, owner: archive.file)
            case .owned: elementType.widened(bytes, shape: shape)
            }
        }
    }

    func nonFiniteCount(_ index: Int) throws(CheckpointError) -> Int {
        let tensor = places[index]
        return try contents(tensor).withUnsafeBytes { storage in
            guard tensor.isContiguous else {
                return tensor.gathered(storage).withUnsafeBytes { tensor.storage.elementType.nonFiniteCount($0) }
            }
            return tensor.storage.elementType.nonFiniteCount(tensor.elements(of: storage))
        }
    }

    func checksums<Failure: Error>(
        _ progress: (String) throws(Failure) -> Void
    ) throws(Failure) -> [CheckpointVerification.Record] {
        var compared: [CheckpointVerification.Record] = []
        for record in archive.records {
            try progress(record.name)
            compared.append(
                CheckpointVerification.Record(
                    path: path, name: record.name,
                    result: Result { () throws(CheckpointError) in try archive.checksum(record) }))
        }
        return compared
    }

    private func contents(_ tensor: PickleTensor) throws(CheckpointError) -> ZipArchive.Contents {
        let name = "data/\(tensor.storage.key)"
        guard let record = archive[name] else {
            throw .archive(path: path, fault: .missingRecord(name), byteOffset: 0)
        }
        return try archive.contents(record)
    }
}
