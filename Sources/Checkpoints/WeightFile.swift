import Tensors

/// One tensor as a file lists it, its place in the file left out.
struct StoredTensor: Sendable {
    var name: String
    var dimensions: [Int]
    /// nil for a type that is not read here; then the tensor is listed and cannot be loaded.
    var elementType: ElementType?
    /// The type as the file calls it.
    var typeName: String
    /// Bytes that its elements take in the file.
    var byteCount: Int
}

/// One file of tensors, opened and checked: what `Checkpoint` is made of.
protocol WeightFile: Sendable {
    /// Its bytes.
    var file: MappedFile { get }
    var path: String { get }
    var byteCount: Int { get }
    var container: CheckpointContainer { get }
    var metadata: [String: String] { get }
    var ignored: [IgnoredEntry] { get }
    /// In the order of the file; no name stands twice.
    var tensors: [StoredTensor] { get }

    /// Precondition: `index` is one of `tensors`.
    func load(_ index: Int) throws(CheckpointError) -> Tensor

    /// The same as signed bytes with a scale for each row; nil for a tensor that is kept otherwise.
    ///
    /// Precondition: `index` is one of `tensors`.
    func byteRows(_ index: Int) throws(CheckpointError) -> ByteRows?

    /// How many elements are infinite or no number, read without keeping them.
    ///
    /// Precondition: `index` is one of `tensors`.
    func nonFiniteCount(_ index: Int) throws(CheckpointError) -> Int

    /// The checksums that the file carries, compared with its bytes; empty for a container that has none.
    ///
    /// - Parameter progress: called with the name of each record before it is read. It may throw to stop the work.
    func checksums<Failure: Error>(
        _ progress: (String) throws(Failure) -> Void
    ) throws(Failure) -> [CheckpointVerification.Record]
}

extension WeightFile {
    /// Of the containers only safetensors files written here have such tensors.
    func byteRows(_ index: Int) throws(CheckpointError) -> ByteRows? { nil }
}
