import KernelInterface

extension Tensor {
    /// Softmax over the last axis.
    ///
    /// The row's maximum is taken off first. A NaN or a plus infinity in a row makes the row NaN, and so does a row of
    /// minus infinities alone, as in PyTorch.
    public func softmax() -> Tensor {
        let columns = shape[-1]
        let kernels = Kernels.active
        return Tensor.filled(shape) { out in
            read { source in
                ParallelRows.forEachDisjoint(
                    count: columns == 0 ? 0 : count / columns, minimumPerTask: max(1, 8_192 / max(1, columns))
                ) {
                    for row in $0 { kernels.softmaxRow(out + row * columns, source + row * columns, count: columns) }
                }
            }
        }
    }

    /// Layer normalisation over the last axis: `(x - mean) / sqrt(variance + epsilon) * weight + bias`, biased variance.
    ///
    /// **Shapes**: [..., width], weight and bias [width]
    /// **Matches**: `torch.nn.functional.layer_norm(x, [width], weight, bias, eps)`
    public func layerNorm(weight: Tensor, bias: Tensor, epsilon: Float) -> Tensor {
        let width = shape[-1]
        require(
            weight.shape == [width] && bias.shape == [width], "layerNorm",
            "weight \(weight.shape) and bias \(bias.shape) for rows of shape \(shape)")
        let kernels = Kernels.active
        return Tensor.filled(shape) { out in
            read { source in
                weight.read { weight in
                    bias.read { bias in
                        ParallelRows.forEachDisjoint(
                            count: width == 0 ? 0 : count / width, minimumPerTask: max(1, 16_384 / max(1, width))
                        ) {
                            for row in $0 {
                                kernels.layerNormRow(
                                    out + row * width, source + row * width, weight: weight, bias: bias,
                                    epsilon: epsilon, count: width)
                            }
                        }
                    }
                }
            }
        }
    }

    /// Layer normalisation over the channels of each pixel.
    ///
    /// **Shapes**: [batch, channels, height, columns], weight and bias [channels]
    /// **Matches**: `LayerNorm2d` of segment-anything
    public func layerNorm2D(weight: Tensor, bias: Tensor, epsilon: Float) -> Tensor {
        require(shape.rank == 4, "layerNorm2D", "shape \(shape) is not [batch, channels, height, columns]")
        let channels = shape[1]
        require(
            weight.shape == [channels] && bias.shape == [channels], "layerNorm2D",
            "weight \(weight.shape) and bias \(bias.shape) for shape \(shape)")
        let plane = shape[2] * shape[3]
        let run = 256
        let runs = (plane + run - 1) / run
        let batch = shape[0]
        let kernels = Kernels.active
        return Tensor.filled(shape) { out in
            read { source in
                weight.read { weight in
                    bias.read { bias in
                        ParallelRows.forEachDisjoint(
                            count: batch * runs, minimumPerTask: max(1, 65_536 / (run * max(1, channels)))
                        ) {
                            for index in $0 {
                                let first = (index % runs) * run
                                let offset = (index / runs) * channels * plane + first
                                kernels.layerNormPixels(
                                    out + offset, source + offset, weight: weight, bias: bias, epsilon: epsilon,
                                    channels: channels, planeStride: plane, count: min(run, plane - first))
                            }
                        }
                    }
                }
            }
        }
    }
}
