extension IndexFault: CustomStringConvertible {
    /// The rest of a sentence that starts with the index's name.
    public var description: String {
        switch self {
        case .tooLong(let byteCount, let limit): "is an index of \(byteCount) bytes, more than the limit of \(limit)"
        case .text(let fault, let byteOffset):
            "is not a valid index of weights: \(fault.sentence(about: "its text")) (byte \(byteOffset))"
        case .noWeightMap:
            "is a JSON text without \"weight_map\", not weights: name the file of weights, its index or the folder"
        case .tooManyShards(let limit): "is an index of more than \(limit) files"
        case .invalidShardName(let name): "names the file \(quoted(name)), which does not lie beside it"
        case .missingShard(let name, let reason):
            "names the file \(quoted(name)), which cannot be opened (\(reason)): copy it beside the index"
        case .mixedContainers(let first, let second):
            "names files of different kinds, \(quoted(first)) and \(quoted(second))"
        case .tensorMissing(let name, let shard):
            "places the tensor \(quoted(name)) in \(quoted(shard)), which does not hold it: index and files are not of "
                + "one model"
        case .tensorUnlisted(let name, let shard):
            "does not place the tensor \(quoted(name)) in \(quoted(shard)), which holds it: index and files are not of "
                + "one model"
        }
    }
}

extension FolderFault: CustomStringConvertible {
    /// The rest of a sentence that starts with the folder's name.
    public var description: String {
        switch self {
        case .unreadable(let reason): "cannot be listed: \(reason)"
        case .noWeights(let files) where files.isEmpty: "is an empty folder"
        case .noWeights(let files): "holds no file of weights, only \(listed(files))"
        case .severalCandidates(let files): "holds several files of weights, \(listed(files)): name one of them"
        case .invalidText(let name): "holds \(quoted(name)), which is longer than 1 MB or no UTF-8 text"
        }
    }

    private func listed(_ files: [String]) -> String {
        let shown = files.prefix(8).map { quoted($0) }.joined(separator: ", ")
        return files.count > 8 ? "\(shown) and \(files.count - 8) more" : shown
    }
}
