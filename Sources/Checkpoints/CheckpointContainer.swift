/// How a checkpoint lies on disk.
public enum CheckpointContainer: String, Hashable, Sendable {
    /// One safetensors file.
    case safetensors
    /// A zip archive that `torch.save` wrote.
    case pyTorchArchive
    /// A zip archive that `torch.jit.save` wrote, such as OpenAI's CLIP files.
    case torchScript
    /// Several safetensors files and an index that names them.
    case shardedSafetensors
    /// Several PyTorch archives and an index that names them.
    case shardedPyTorch
}

extension CheckpointContainer: CustomStringConvertible {
    /// How a person would call it.
    public var description: String {
        switch self {
        case .safetensors: "safetensors"
        case .pyTorchArchive: "PyTorch archive"
        case .torchScript: "TorchScript archive"
        case .shardedSafetensors: "sharded safetensors"
        case .shardedPyTorch: "sharded PyTorch archives"
        }
    }
}
