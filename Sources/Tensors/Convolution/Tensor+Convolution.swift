import KernelInterface

extension Tensor {
    /// A convolution of planes (the network kind: no kernel is turned round).
    ///
    /// **Shapes**: [batch, channels, height, columns], weight [out, channels / groups, kernelHeight, kernelWidth], bias
    /// [out] -> [batch, out, (height + 2 padding - kernelHeight) / stride + 1, ...]
    /// **Complexity**: one multiply-add a result, channel of its group and kernel place. A block of the unrolled input,
    /// about 1 MB a thread, is the only memory beside the result.
    /// **Matches**: `torch.nn.functional.conv2d`
    public func convolution2D(
        weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, groups: Int = 1,
        activation: Activation = .none
    ) -> Tensor {
        require(
            shape.rank == 4 && weight.shape.rank == 4 && groups > 0 && shape[1] == weight.shape[1] * groups
                && weight.shape[0] % groups == 0, "convolution2D",
            "shape \(shape) with weight \(weight.shape) in \(groups) groups")
        require(
            bias.map { $0.shape == [weight.shape[0]] } ?? true, "convolution2D",
            "bias \(bias?.shape ?? []) for \(weight.shape[0]) channels")
        let geometry = ConvolutionGeometry(shape, weight.shape, stride: stride, padding: padding, groups: groups)
        require(
            stride > 0 && padding >= 0 && geometry.outHeight > 0 && geometry.outWidth > 0, "convolution2D",
            "kernel \(weight.shape), stride \(stride), padding \(padding) on \(shape)")
        let target: Shape = [shape[0], weight.shape[0], geometry.outHeight, geometry.outWidth]
        return Tensor.filled(
            target,
            OperationCost(
                .convolution, multiplyAdds: target.elementCount * weight.count / max(1, weight.shape[0]),
                elements: count + weight.count + (bias?.count ?? 0) + target.elementCount)
        ) { out in
            read { source in
                weight.read { weight in
                    Tensors.read(bias) { bias in
                        let epilogue = ProductEpilogue(bias: bias.map { .perRow($0) } ?? .none, activation: activation)
                        if geometry.isPointwise {
                            geometry.runPointwise(out, source, weight, epilogue)
                        } else if geometry.channels == geometry.groups {
                            geometry.runDepthwise(out, source, weight, epilogue)
                        } else {
                            geometry.runUnrolled(out, source, weight, epilogue)
                        }
                    }
                }
            }
        }
    }
}

/// The sizes of one convolution and the three ways to compute it.
struct ConvolutionGeometry {
    let batch, channels, height, width: Int
    let outChannels, kernelHeight, kernelWidth: Int
    let stride, padding, groups: Int
    let outHeight, outWidth: Int

    init(_ shape: Shape, _ weight: Shape, stride: Int, padding: Int, groups: Int) {
        batch = shape[0]
        channels = shape[1]
        height = shape[2]
        width = shape[3]
        outChannels = weight[0]
        kernelHeight = weight[2]
        kernelWidth = weight[3]
        self.stride = stride
        self.padding = padding
        self.groups = groups
        outHeight = (height + 2 * padding - kernelHeight) / max(stride, 1) + 1
        outWidth = (width + 2 * padding - kernelWidth) / max(stride, 1) + 1
    }

    var pixels: Int { outHeight * outWidth }
    var isPointwise: Bool {
        kernelHeight == 1 && kernelWidth == 1 && stride == 1 && padding == 0 && groups == 1
    }

    typealias Target = UnsafeMutablePointer<Float>
    typealias Source = UnsafePointer<Float>

    /// A kernel of one pixel: the planes are the right operand as they lie.
    func runPointwise(_ out: Target, _ source: Source, _ weight: Source, _ epilogue: ProductEpilogue) {
        let plan = ProductPlan(rows: outChannels, columns: pixels, depth: channels)
        for image in 0..<batch {
            plan.run(
                .active, out + image * outChannels * pixels, stride: pixels, .rowMajor(weight, stride: channels),
                .rowMajor(source + image * channels * pixels, stride: pixels), epilogue)
        }
    }

    /// One input channel a group: kernels go over their plane directly.
    func runDepthwise(_ out: Target, _ source: Source, _ weight: Source, _ epilogue: ProductEpilogue) {
        let kernels = Kernels.active
        let perGroup = outChannels / groups
        let kernelSize = kernelHeight * kernelWidth
        ParallelRows.forEachDisjoint(
            WorkSplit(batch * outChannels, least: 65_536 / max(1, pixels * kernelSize))
        ) {
            for index in $0 {
                let channel = index % outChannels
                let plane = source + ((index / outChannels) * channels + channel / perGroup) * height * width
                for row in 0..<outHeight {
                    let line = out + (index * outHeight + row) * outWidth
                    kernels.fillRow(line, with: 0, count: outWidth)
                    kernels.convolvePlaneRow(
                        line, width: outWidth, row: row, plane, height: height, width: width,
                        kernel: weight + channel * kernelSize, kernelHeight: kernelHeight, kernelWidth: kernelWidth,
                        stride: stride, padding: padding)
                    epilogue.apply(
                        kernels, line, stride: outWidth, row: channel, rows: 1, column: 0, columns: outWidth,
                        residualOffset: 0)
                }
            }
        }
    }
}
