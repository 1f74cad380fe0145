/// Why an index of several weight files cannot be followed.
public enum IndexFault: Hashable, Sendable {
    /// The index is longer than is read.
    case tooLong(byteCount: Int, limit: Int)
    /// The text breaks a rule of JSON.
    case text(HeaderFault, byteOffset: Int)
    /// A JSON text, but no index.
    case noWeightMap
    /// The index names more files than the limit.
    case tooManyShards(limit: Int)
    /// A shard has to lie beside its index, so its name is a plain file name.
    case invalidShardName(String)
    /// A file that the index names cannot be found; `reason` is the text of the system.
    case missingShard(name: String, reason: String)
    /// Two files of the index are of different kinds.
    case mixedContainers(first: String, second: String)
    /// The index places a tensor in a shard that does not hold it.
    case tensorMissing(name: String, shard: String)
    /// A shard holds a tensor that the index does not place in it.
    case tensorUnlisted(name: String, shard: String)
}

/// Why a folder is not read as one set of weights.
public enum FolderFault: Hashable, Sendable {
    /// The system refused to list the folder; `reason` is its own text.
    case unreadable(reason: String)
    /// No file in the folder holds weights; `files` are the names that were found.
    case noWeights(files: [String])
    /// Several files that could be the weights, and nothing says which.
    case severalCandidates([String])
    /// A text beside the weights that is too long or not UTF-8.
    case invalidText(name: String)
}
