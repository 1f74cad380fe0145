// Layer normalisation in two passes: the mean first, then the squared distances from it, never E[x^2] - E[x]^2.

extension Kernels {
    /// `out = (source - mean) / sqrt(variance + epsilon) * weight + bias` over one row, biased variance.
    static func layerNormRow(_ out: Target, _ source: Source, weight: Source, bias: Source, epsilon: Float, count: Int)
    {
        let mean = sumRow(source, count: count) / Float(count)
        let variance = squaredDeviationRow(source, from: mean, count: count) / Float(count)
        let scale = 1 / (variance + epsilon).squareRoot()
        let means = Lanes(repeating: mean)
        let scales = Lanes(repeating: scale)
        var index = 0
        while index + laneCount <= count {
            let x = (load(source + index) - means) * scales
            store(multiplyAdd(x, load(weight + index), load(bias + index)), out + index)
            index += laneCount
        }
        while index < count {
            out[index] = multiplyAdd((source[index] - mean) * scale, weight[index], bias[index])
            index += 1
        }
    }

    /// The same over `channels` planes, for `count` neighbouring pixels: element (channel, pixel) stands at
    /// `channel * planeStride + pixel`.
    static func layerNormPixels(
        _ out: Target, _ source: Source, weight: Source, bias: Source, epsilon: Float, channels: Int, planeStride: Int,
        count: Int
    ) {
        let channelCount = Lanes(repeating: Float(channels))
        var pixel = 0
        while pixel < count {
            let rest = min(laneCount, count - pixel)
            let whole = rest == laneCount
            var sum = Lanes.zero
            for channel in 0..<channels {
                let place = source + channel * planeStride + pixel
                sum += whole ? load(place) : loadPartial(place, rest, filler: 0)
            }
            let mean = sum / channelCount
            var squares = Lanes.zero
            for channel in 0..<channels {
                let place = source + channel * planeStride + pixel
                let x = (whole ? load(place) : loadPartial(place, rest, filler: 0)) - mean
                squares = multiplyAdd(x, x, squares)
            }
            let scale = Lanes(repeating: 1) / (squares / channelCount + Lanes(repeating: epsilon)).squareRoot()
            for channel in 0..<channels {
                let place = source + channel * planeStride + pixel
                let x = ((whole ? load(place) : loadPartial(place, rest, filler: 0)) - mean) * scale
                let value = multiplyAdd(x, Lanes(repeating: weight[channel]), Lanes(repeating: bias[channel]))
                let target = out + channel * planeStride + pixel
                if whole { store(value, target) } else { storePartial(value, target, rest) }
            }
            pixel += laneCount
        }
    }
}
