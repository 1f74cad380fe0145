package import Tensors

/// A convolutional trunk: from a picture to a vector for each patch.
///
/// Keys: `stem`, `blocks.<n>`, `laterals.<n>`. All of it is computed in full precision, with a pixel's channels together.
/// Matches `Trunk` of Tools/training/trunk.py.
package struct Trunk: Sendable {
    let stem: SpatialConvolution
    let blocks: [InvertedResidual]
    let laterals: [Lateral]
    /// Pixels along a patch's side.
    let patch: Int
    /// Channels of the result.
    package let width: Int
    /// The trunk's name among the weights.
    let path: String

    /// Precondition: the configuration is valid for this patch.
    package init(_ scope: WeightScope, _ configuration: TrunkConfiguration, patch: Int, width: Int) {
        let scope = scope.computing(in: .full)
        path = scope.path
        self.patch = patch
        self.width = width
        let first = scope.child("stem")
        stem = SpatialConvolution(
            weight: first.tensor("weight", shape: [configuration.stemChannels, 3, 3, 3]),
            bias: first.tensor("bias", shape: [configuration.stemChannels]), stride: 2, path: first.path)
        blocks = zip(configuration.inputs, configuration.blocks).enumerated().map { index, sizes in
            InvertedResidual(scope.child("blocks").child(index), in: sizes.0, sizes.1)
        }
        laterals = configuration.taps.enumerated().map { index, tap in
            Lateral(
                scope.child("laterals").child(index), tap: tap, in: configuration.blocks[tap].channels, out: width,
                side: max(1, patch / configuration.reduction(behind: tap)))
        }
    }

    /// `[3, height, columns]`, both sides multiples of the patch, to `[height / patch, columns / patch, width]`.
    package func callAsFunction(_ pixels: Tensor) -> Tensor {
        let grid = (height: pixels.shape[1] / patch, width: pixels.shape[2] / patch)
        var map = first(pixels)
        var sum: Tensor?
        for (index, block) in blocks.enumerated() {
            map = block(map)
            for lateral in laterals where lateral.tap == index { sum = lateral(map, grid: grid, adding: sum) }
        }
        // A valid configuration has a tap.
        return sum ?? Tensor(zeros: [grid.height, grid.width, width])
    }

    /// Rows of the first convolution's result that are made at a time.
    private static let stemRows = 8

    /// `[3, height, columns]` to the first convolution's result, `[height / 2, columns / 2, channels]`.
    func first(_ pixels: Tensor) -> Tensor {
        let height = pixels.shape[1]
        let shape: Shape = [stem.results(height), stem.results(pixels.shape[2]), stem.weight.outputs]
        return Profile.layer(path) {
            Tensor.inBands(shape, bandRows: Self.stemRows) { rows in
                let band = KernelBand(outputs: rows, height: height, stride: 2)
                return stem(pixels.pixels(in: band.inputs), padding: band.padding, activation: .relu6)
            }
        }
    }

    /// Pictures `[batch, 3, height, columns]` to planes `[batch, width, height / patch, columns / patch]`.
    package func planes(_ pixels: Tensor) -> Tensor {
        let (batch, height, columns) = (pixels.shape[0], pixels.shape[2] / patch, pixels.shape[3] / patch)
        let grids = (0..<batch).map { self(pixels.element($0)) }
        return Profile.layer(path) {
            Tensor.stacked(grids).reshaped(to: [batch, height * columns, width]).transposed()
                .reshaped(to: [batch, width, height, columns])
        }
    }
}

/// What stands behind a block, projected to a transformer's width on the patches' grid.
///
/// Keys: `weight` [out, in, side, side], `bias` [out]. Matches `torch.nn.Conv2d` whose kernel and stride are the number of
/// the map's pixels along a patch's side; where the map is coarser than the patches, they are 1, and `interpolate` follows.
struct Lateral: Sendable {
    /// Of a patch's pixels, row by row, each with its channels: `[out, side * side * in]`.
    let linear: Linear
    /// The block behind which it reads.
    let tap: Int
    /// Pixels of the map along a patch's side; 1 where the map has the patches' grid or a coarser one.
    let side: Int

    init(_ scope: WeightScope, tap: Int, in inputs: Int, out width: Int, side: Int) {
        let weight = scope.tensor("weight", shape: [width, inputs, side, side])
        linear = Linear(
            weight: (side == 1 ? weight : weight.permuted([0, 2, 3, 1])).reshaped(to: [width, side * side * inputs]),
            bias: scope.tensor("bias", shape: [width]), path: scope.path)
        self.tap = tap
        self.side = side
    }

    /// `[rows, columns, in]` to `[grid.height, grid.width, width]`, added to `sum`.
    func callAsFunction(_ map: Tensor, grid: (height: Int, width: Int), adding sum: Tensor?) -> Tensor {
        let patches = patches(of: map)
        if patches.shape[0] == grid.height && patches.shape[1] == grid.width { return linear(patches, adding: sum) }
        return placed(linear(patches), grid: grid, adding: sum)
    }

    /// The pixels of each patch behind one another, `[rows / side, columns / side, side * side * in]`.
    func patches(of map: Tensor) -> Tensor {
        guard side > 1 else { return map }
        let (height, width, channels) = (map.shape[0] / side, map.shape[1] / side, map.shape[2])
        return Profile.layer(linear.path) {
            map.reshaped(to: [height, side, width, side * channels]).permuted([0, 2, 1, 3])
                .reshaped(to: [height, width, side * side * channels])
        }
    }

    /// What ``linear`` gave, brought to the patches' grid where it is coarser, as `interpolate(mode="bilinear")` does it.
    func placed(_ map: Tensor, grid: (height: Int, width: Int), adding sum: Tensor?) -> Tensor {
        Profile.layer(linear.path) {
            let (height, channels) = (map.shape[0], map.shape[2])
            let resized = map.resizedBilinear(height: grid.width, width: channels)
                .reshaped(to: [height, grid.width * channels])
                .resizedBilinear(height: grid.height, width: grid.width * channels)
                .reshaped(to: [grid.height, grid.width, channels])
            return sum.map { $0 + resized } ?? resized
        }
    }
}
