import JSONText

/// The index of weights that lie in several files: a JSON object whose `weight_map` says which file holds each tensor.
struct ShardIndex {
    private typealias Reader = JSONReader<CheckpointError>

    private static let limitBytes = 16 << 20
    /// Each stays open as long as a tensor borrows from it.
    private static let shardLimit = 256
    private static let depthLimit = 64

    private let file: MappedFile
    /// File names, in the order in which the index names them first.
    private let shards: [String]
    private let shardOfTensor: [String: Int]

    init(_ file: MappedFile) throws(CheckpointError) {
        self.file = file
        guard file.byteCount <= Self.limitBytes else {
            throw .index(path: file.path, fault: .tooLong(byteCount: file.byteCount, limit: Self.limitBytes))
        }
        guard file.stillCovers(file.byteCount), let bytes = file.bytes(0..<file.byteCount) else {
            throw .shrunk(path: file.path, name: "")
        }
        let path = file.path
        var reader = Reader(Array(bytes)) { .index(path: path, fault: .text(HeaderFault($0), byteOffset: $1)) }
        try reader.checkEncoding()
        var map: (shards: [String], shardOfTensor: [String: Int])?
        try reader.object(nameLimitBytes: SafetensorsHeader.nameLimitBytes) {
            (reader, key, start) throws(CheckpointError) in
            guard key == "weight_map" else {
                _ = try reader.value(depthLimit: Self.depthLimit)
                return
            }
            guard map == nil else { throw reader.fault(.duplicateName(key), at: start) }
            map = try Self.map(&reader, path)
        }
        try reader.expectEnd()
        guard let map else { throw .index(path: path, fault: .noWeightMap) }
        (shards, shardOfTensor) = map
    }

    private static func map(
        _ reader: inout Reader, _ path: String
    ) throws(CheckpointError) -> (shards: [String], shardOfTensor: [String: Int]) {
        var shards: [String] = []
        var numbers: [String: Int] = [:]
        var shardOfTensor: [String: Int] = [:]
        try reader.object(nameLimitBytes: SafetensorsHeader.nameLimitBytes) {
            (reader, tensor, start) throws(CheckpointError) in
            let shard = try reader.string(limitBytes: SafetensorsHeader.nameLimitBytes)
            if numbers[shard] == nil {
                guard WeightFolder.isPlainFileName(shard) else {
                    throw .index(path: path, fault: .invalidShardName(shard))
                }
                guard shards.count < shardLimit else {
                    throw .index(path: path, fault: .tooManyShards(limit: shardLimit))
                }
                numbers[shard] = shards.count
                shards.append(shard)
            }
            guard shardOfTensor.updateValue(numbers[shard] ?? 0, forKey: tensor) == nil else {
                throw reader.fault(.duplicateName(tensor), at: start)
            }
        }
        return (shards, shardOfTensor)
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
