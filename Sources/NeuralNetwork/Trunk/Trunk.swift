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
                reduction: configuration.reduction(behind: tap), patch: patch)
        }
    }

    /// `[3, height, columns]`, both sides multiples of the patch, to `[height / patch, columns / patch, width]`.
    package func callAsFunction(_ pixels: Tensor) -> Tensor {
        let grid = (height: pixels.shape[1] / patch, width: pixels.shape[2] / patch)
        var map = stem(pixels.permuted([1, 2, 0]), activation: .relu6)
        var sum: Tensor?
        for (index, block) in blocks.enumerated() {
            map = block(map)
            for lateral in laterals where lateral.tap == index { sum = lateral(map, grid: grid, adding: sum) }
        }
        // A valid configuration has a tap.
        return sum ?? Tensor(zeros: [grid.height, grid.width, width])
    }

    /// Pictures `[batch, 3, height, columns]` to planes `[batch, width, height / patch, columns / patch]`.
    package func planes(_ pixels: Tensor) -> Tensor {
        Tensor.stacked((0..<pixels.shape[0]).map { self(pixels.element($0)) }).permuted([0, 3, 1, 2])
    }
}

/// What stands behind a block, projected to a transformer's width on the patches' grid.
struct Lateral: Sendable {
    let linear: Linear
    /// The block behind which it reads.
    let tap: Int
    /// How many pixels of the map, along a side, a patch holds; 1 where the map has the patches' grid or a coarser one.
    let pooling: Int

    init(_ scope: WeightScope, tap: Int, in inputs: Int, out width: Int, reduction: Int, patch: Int) {
        linear = Linear(pixelwise: scope, in: inputs, out: width)
        self.tap = tap
        pooling = max(1, patch / reduction)
    }

    /// `[rows, columns, in]` to `[grid.height, grid.width, width]`, added to `sum`.
    func callAsFunction(_ map: Tensor, grid: (height: Int, width: Int), adding sum: Tensor?) -> Tensor {
        let pooled = pooled(map)
        if pooled.shape[0] == grid.height && pooled.shape[1] == grid.width { return linear(pooled, adding: sum) }
        return placed(linear(pooled), grid: grid, adding: sum)
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

    /// The means of the map's pixels in each patch, where it has several.
    func pooled(_ map: Tensor) -> Tensor {
        guard pooling > 1 else { return map }
        let (height, width, channels) = (map.shape[0] / pooling, map.shape[1] / pooling, map.shape[2])
        return Profile.layer(linear.path) {
            map.reshaped(to: [height, pooling, width * pooling * channels]).mean(axis: 1)
                .reshaped(to: [height * width, pooling, channels]).mean(axis: 1)
                .reshaped(to: [height, width, channels])
        }
    }
}
