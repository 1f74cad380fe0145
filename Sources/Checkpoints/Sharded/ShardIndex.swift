/// The index of weights that lie in several files: a JSON object whose `weight_map` says which file holds each tensor.
struct ShardIndex {
    private static let limitBytes = 16 << 20
    /// Each stays open as long as a tensor borrows from it.
    private static let shardLimit = 256
    private static let depthLimit = 64

    private let file: MappedFile
    /// File names, in the order in which the index names them first.
    private var shards: [String] = []
    private var shardOfTensor: [String: Int] = [:]

    init(_ file: MappedFile) throws(CheckpointError) {
        self.file = file
        guard file.byteCount <= Self.limitBytes else {
            throw .index(path: file.path, fault: .tooLong(byteCount: file.byteCount, limit: Self.limitBytes))
        }
        guard file.stillCovers(file.byteCount), let bytes = file.bytes(0..<file.byteCount) else {
            throw .shrunk(path: file.path, name: "")
        }
        var cursor = JSONCursor(path: file.path, bytes: Array(bytes), byteOffset: 0, document: .index)
        try cursor.checkEncoding()
        try cursor.expect("{")
        var hasMap = false
        if try !cursor.accepts("}") {
            repeat {
                let start = cursor.position
                let key = try cursor.string(limitBytes: SafetensorsHeader.nameLimitBytes)
                try cursor.expect(":")
                guard key == "weight_map" else {
                    try cursor.skipValue(depthLimit: Self.depthLimit)
                    continue
                }
                guard !hasMap else { throw cursor.fault(.duplicateKey(key), at: start) }
                hasMap = true
                try readMap(&cursor)
            } while try cursor.accepts(",")
            try cursor.expect("}")
        }
        try cursor.expectOnlySpace()
        guard hasMap else { throw .index(path: file.path, fault: .noWeightMap) }
    }

    private mutating func readMap(_ cursor: inout JSONCursor) throws(CheckpointError) {
        var numbers: [String: Int] = [:]
        try cursor.expect("{")
        if try cursor.accepts("}") { return }
        repeat {
            let start = cursor.position
            let tensor = try cursor.string(limitBytes: SafetensorsHeader.nameLimitBytes)
            try cursor.expect(":")
            let shard = try cursor.string(limitBytes: SafetensorsHeader.nameLimitBytes)
            if numbers[shard] == nil {
                guard WeightFolder.isPlainFileName(shard) else {
                    throw .index(path: file.path, fault: .invalidShardName(shard))
                }
                guard shards.count < Self.shardLimit else {
                    throw .index(path: file.path, fault: .tooManyShards(limit: Self.shardLimit))
                }
                numbers[shard] = shards.count
                shards.append(shard)
            }
            guard shardOfTensor.updateValue(numbers[shard] ?? 0, forKey: tensor) == nil else {
                throw cursor.fault(.duplicateKey(tensor), at: start)
            }
        } while try cursor.accepts(",")
        try cursor.expect("}")
    }

    /// Opens every shard and compares what it holds with what the index says.
    func open() throws(CheckpointError) -> Checkpoint {
        func fault(_ fault: IndexFault) -> CheckpointError { .index(path: file.path, fault: fault) }
        var parts: [any WeightFile] = []
        var found: Set<String> = []
        for (number, shard) in shards.enumerated() {
            let path = WeightFolder.path(of: shard, beside: file.path)
            let mapped: MappedFile
            do throws(CheckpointError) {
                mapped = try MappedFile(path: path)
            } catch .cannotOpen(_, let reason) {
                throw fault(.missingShard(name: shard, reason: reason))
            } catch {
                throw error
            }
            let part = try Checkpoint.openFile(mapped)
            if let first = parts.first, first.container != part.container {
                throw fault(.mixedContainers(first: shards[0], second: shard))
            }
            for tensor in part.tensors {
                guard shardOfTensor[tensor.name] == number else {
                    throw fault(.tensorUnlisted(name: tensor.name, shard: shard))
                }
                found.insert(tensor.name)
            }
            parts.append(part)
        }
        if found.count != shardOfTensor.count,
            let (name, number) = shardOfTensor.filter({ !found.contains($0.key) }).min(by: { $0.key < $1.key })
        {
            throw fault(.tensorMissing(name: name, shard: shards[number]))
        }
        return Checkpoint(
            path: file.path, container: parts.first?.container == .safetensors ? .shardedSafetensors : .shardedPyTorch,
            parts: parts, index: CheckpointFile(path: file.path, byteCount: file.byteCount))
    }
}
