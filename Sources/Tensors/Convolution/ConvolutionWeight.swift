import KernelInterface

/// The weight of a 3 x 3 convolution of pixels that keep their channels together, packed for the product of this package.
public struct ConvolutionWeight: Sendable {
    /// Channels of a pixel that comes in.
    public let inputs: Int
    /// Channels of a pixel of the result.
    public let outputs: Int
    /// A row for each result; along the depth the kernel's places in reading order, each with all channels.
    let packed: PackedWeight

    /// The weight as it was given, `[out, in, 3, 3]`; a copy.
    package var tensor: Tensor { packed.unpacked.reshaped(to: [outputs, 3, 3, inputs]).permuted([0, 3, 1, 2]) }

    /// - Parameter weight: `[out, in, 3, 3]`.
    public init(_ weight: Tensor) { self.init(weight, kernels: Kernels.active) }

    init(_ weight: Tensor, kernels: any KernelSet.Type) {
        require(
            weight.shape.rank == 4 && weight.shape[2] == 3 && weight.shape[3] == 3 && weight.count > 0,
            "ConvolutionWeight", "shape \(weight.shape) is not [out, in, 3, 3]")
        outputs = weight.shape[0]
        inputs = weight.shape[1]
        // Passes that end where the rows of the kernel end.
        packed = PackedWeight(
            weight.permuted([0, 2, 3, 1]).reshaped(to: [outputs, 9 * inputs]), kernels: kernels,
            passDepth: PackedWeight.evenPassDepth(3 * inputs))
    }
}
