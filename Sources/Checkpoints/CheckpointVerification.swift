/// What a reading of every byte of a checkpoint found.
public struct CheckpointVerification: Sendable {
    /// One tensor, read through.
    public struct Item: Sendable {
        /// The name of the tensor.
        public let name: String
        /// Why it cannot be loaded, nil when it can.
        public let problem: CheckpointError?
        /// How many of its elements are infinite or no number. They are legal in every format, and seldom meant.
        public let nonFiniteCount: Int
    }

    /// One record of a zip archive, its bytes compared with the checksum that the archive carries.
    public struct Record: Sendable {
        /// What the comparison with the checksum of a readable record gave.
        public enum Checksum: Hashable, Sendable {
            /// The bytes have the checksum that the archive carries.
            case matches
            /// The archive was written without checksums; nothing can be said.
            case absent
        }

        /// The archive.
        public let path: String
        /// The name of the record in the archive.
        public let name: String
        /// The comparison, or why the record cannot be read or is not what its checksum says.
        public let result: Result<Checksum, CheckpointError>
    }

    /// One entry for each tensor, in the order of `Checkpoint.names`.
    public let tensors: [Item]
    /// Empty for containers that carry no checksums, such as safetensors.
    public let records: [Record]

    /// Everything that keeps a tensor from being loaded as it was written.
    public var problems: [CheckpointError] {
        tensors.compactMap(\.problem)
            + records.compactMap { record in
                if case .failure(let error) = record.result { error } else { nil }
            }
    }

    /// The tensors that hold elements which are no finite numbers: a warning, not a fault of the file.
    public var nonFinite: [Item] { tensors.filter { $0.nonFiniteCount > 0 } }

    /// How many records carry no checksum.
    public var recordsWithoutChecksum: Int {
        records.count { record in
            if case .success(.absent) = record.result { true } else { false }
        }
    }

    /// Whether every tensor can be loaded and every checksum that exists is right.
    public var isSound: Bool { problems.isEmpty }
}

extension Checkpoint {
    /// Reads every byte: the checksums of archives, each tensor's readability, and elements that are no finite numbers.
    ///
    /// Opening checks structure only, so that the first tensor of a file of gigabytes is there at once; this is the slow
    /// look at everything else. Memory stays at what one tensor takes.
    ///
    /// - Parameter progress: called with the name of each tensor or record before it is read. It may throw to stop the
    ///   work, as with `try Task.checkCancellation()`.
    public func verify<Failure: Error>(
        _ progress: (String) throws(Failure) -> Void
    ) throws(Failure) -> CheckpointVerification {
        let items = try readThrough(progress)
        var records: [CheckpointVerification.Record] = []
        for part in parts { records += try part.checksums(progress) }
        return CheckpointVerification(tensors: items, records: records)
    }

    /// Reads every byte, without reports on the progress.
    public func verify() -> CheckpointVerification { verify { _ in } }

    /// The tensors that hold elements which are no finite numbers. One that cannot be read is not among them.
    package func nonFiniteTensors() -> [CheckpointVerification.Item] {
        readThrough { _ in }.filter { $0.nonFiniteCount > 0 }
    }

    private func readThrough<Failure: Error>(
        _ progress: (String) throws(Failure) -> Void
    ) throws(Failure) -> [CheckpointVerification.Item] {
        var items: [CheckpointVerification.Item] = []
        for name in names {
            try progress(name)
            switch Result(catching: { () throws(CheckpointError) in try nonFiniteCount(of: name) }) {
            case .success(let count): items.append(.init(name: name, problem: nil, nonFiniteCount: count))
            case .failure(let problem): items.append(.init(name: name, problem: problem, nonFiniteCount: 0))
            }
        }
        return items
    }
}
