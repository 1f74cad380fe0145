public import Tensors

/// Named tensors on disk, opened for reading: one file, several files with an index, or a folder that holds one of these.
///
/// The kind of a file is recognised by its first bytes, never by its name, and nothing in it is executed. Tensors come
/// back as Float32: stored Float32 that is contiguous and aligned is used in place in the mapped file, without a copy;
/// everything else is converted when it is loaded. The mapping lives as long as any tensor that borrows from it. What
/// happens when a file is cut short while it is open stands in the module's documentation: replace weights by renaming,
/// never by rewriting.
///
/// Nested dictionaries and modules become names with dots (`state_dict.visual.proj`). Nothing is stripped from a name
/// and nothing is left out silently: what is no tensor is listed in `ignored`.
public struct Checkpoint: TensorSource {
    private struct Place: Sendable {
        var part: Int
        var index: Int
    }

    /// What was opened: the file, the index or the folder.
    public let path: String
    /// How the tensors lie on disk.
    public let container: CheckpointContainer
    /// Every file that tensors or their index are read from.
    public let files: [CheckpointFile]
    /// The free texts that came with the tensors: `__metadata__` of safetensors, and for a folder the texts of
    /// `config.json`, `preprocessor_config.json` and `open_clip_config.json` under those names.
    public let metadata: [String: String]
    /// Entries that are no tensors, in the order of the files.
    public let ignored: [IgnoredEntry]
    /// The names of all tensors, in the order of the files.
    public let names: [String]
    let parts: [any WeightFile]
    private let index: CheckpointFile?
    private let places: [String: Place]

    /// The same tensors under the name of the folder that they lie in, with the texts beside them.
    func named(_ path: String, texts: [String: String]) -> Checkpoint {
        Checkpoint(path: path, container: container, parts: parts, index: index, texts: texts)
    }

    /// - Parameters:
    ///   - path: what the user named.
    ///   - parts: in the order of the index. Precondition: no tensor's name stands in two of them.
    ///   - index: the index file, when there is one.
    ///   - texts: what lies beside the weights.
    init(
        path: String, container: CheckpointContainer, parts: [any WeightFile], index: CheckpointFile? = nil,
        texts: [String: String] = [:]
    ) {
        self.path = path
        self.container = container
        self.index = index
        self.parts = parts
        files = (index.map { [$0] } ?? []) + parts.map { CheckpointFile(path: $0.path, byteCount: $0.byteCount) }
        metadata = parts.reduce(into: texts) { all, part in all.merge(part.metadata) { first, _ in first } }
        ignored = parts.flatMap(\.ignored)
        var names: [String] = []
        var places: [String: Place] = [:]
        for (part, file) in parts.enumerated() {
            for (index, tensor) in file.tensors.enumerated() {
                names.append(tensor.name)
                places[tensor.name] = Place(part: part, index: index)
            }
        }
        self.names = names
        self.places = places
    }

    /// Size of all files together.
    public var byteCount: Int { files.reduce(0) { $0 + $1.byteCount } }

    private func stored(_ name: String) -> StoredTensor? {
        places[name].map { parts[$0.part].tensors[$0.index] }
    }

    /// The dimensions of a tensor, nil when there is none of that name.
    public func shape(of name: String) -> Shape? { stored(name).map { Shape($0.dimensions) } }

    /// How a tensor is stored; nil when there is none of that name or its type is not read here.
    public func elementType(of name: String) -> ElementType? { stored(name)?.elementType }

    /// How a tensor is stored, as the file calls it, also for a type that is not read here; nil when there is no tensor
    /// of that name.
    public func typeName(of name: String) -> String? { stored(name)?.typeName }

    /// Bytes that a tensor's elements take in the file, nil when there is none of that name.
    public func storedByteCount(of name: String) -> Int? { stored(name)?.byteCount }

    /// The tensor as Float32.
    ///
    /// - Throws: `CheckpointError.noSuchTensor`, `.shrunk`, `.tensor` for an element type that is not read here, and
    ///   what a compressed record of an archive can hide until it is read.
    public func load(_ name: String) throws -> Tensor {
        let place = try place(of: name)
        return try parts[place.part].load(place.index)
    }

    /// The signed bytes of a tensor and the scales of its rows, nil where it is kept otherwise.
    ///
    /// - Throws: as ``load(_:)`` does.
    public func byteRows(_ name: String) throws -> ByteRows? {
        let place = try place(of: name)
        return try parts[place.part].byteRows(place.index)
    }

    func nonFiniteCount(of name: String) throws(CheckpointError) -> Int {
        let place = try place(of: name)
        return try parts[place.part].nonFiniteCount(place.index)
    }

    private func place(of name: String) throws(CheckpointError) -> Place {
        guard let place = places[name] else { throw .noSuchTensor(path: path, name: name) }
        return place
    }
}
