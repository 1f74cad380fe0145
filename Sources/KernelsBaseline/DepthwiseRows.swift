// A depthwise 3 x 3 convolution of pixels that keep their channels together: vectors go over the channels.

extension Kernels {
    /// One output row: `above`, `middle` and `below` are the input rows under the kernel, `width` pixels of `channels`
    /// each (a row of zeros where the kernel hangs over). `weight` is nine rows of `channels`, the kernel's places in
    /// reading order. `stride` is 1 or 2, and the kernel hangs over the left end by one pixel.
    static func convolveChannelsRow(
        _ out: Target, width outWidth: Int, above: Source, middle: Source, below: Source, width: Int, channels: Int,
        weight: Source, bias: Source, stride: Int
    ) {
        var channel = 0
        while channel + laneCount <= channels {
            convolveLanes(
                out + channel, outWidth, above + channel, middle + channel, below + channel, width, channels,
                weight + channel, bias + channel, stride)
            channel += laneCount
        }
        while channel < channels {
            convolveChannel(
                out + channel, outWidth, above + channel, middle + channel, below + channel, width, channels,
                weight + channel, bias + channel, stride)
            channel += 1
        }
    }
}

@inline(__always)
private func column(_ top: Lanes, _ x: Lanes, _ centre: Lanes, _ y: Lanes, _ bottom: Lanes, _ z: Lanes) -> Lanes {
    multiplyAdd(z, bottom, multiplyAdd(y, centre, x * top))
}

/// As many channels as a vector has lanes. Every input pixel is loaded once and serves three outputs.
@inline(__always)
private func convolveLanes(
    _ out: Target, _ outWidth: Int, _ above: Source, _ middle: Source, _ below: Source, _ width: Int,
    _ channels: Int, _ weight: Source, _ bias: Source, _ stride: Int
) {
    let left = (load(weight), load(weight + 3 * channels), load(weight + 6 * channels))
    let centre = (load(weight + channels), load(weight + 4 * channels), load(weight + 7 * channels))
    let right = (load(weight + 2 * channels), load(weight + 5 * channels), load(weight + 8 * channels))
    let start = load(bias)
    // What the output that ends with the next column has so far.
    var open = start
    var next = start
    var place = 0
    var output = 0
    for x in 0..<width {
        let (a, b, c) = (load(above + place), load(middle + place), load(below + place))
        place += channels
        if stride == 1 {
            if x > 0 { store(open + column(right.0, a, right.1, b, right.2, c), out + (x - 1) * channels) }
            open = next + column(centre.0, a, centre.1, b, centre.2, c)
            next = start + column(left.0, a, left.1, b, left.2, c)
        } else if x & 1 == 0 {
            open = next + column(centre.0, a, centre.1, b, centre.2, c)
        } else {
            store(open + column(right.0, a, right.1, b, right.2, c), out + output * channels)
            output += 1
            next = start + column(left.0, a, left.1, b, left.2, c)
        }
    }
    // The last kernel hangs over the right end.
    if stride == 1 {
        store(open, out + (width - 1) * channels)
    } else if output < outWidth {
        store(open, out + output * channels)
    }
}

@inline(__always)
private func convolveChannel(
    _ out: Target, _ outWidth: Int, _ above: Source, _ middle: Source, _ below: Source, _ width: Int,
    _ channels: Int, _ weight: Source, _ bias: Source, _ stride: Int
) {
    for output in 0..<outWidth {
        var sum = bias[0]
        for kernelColumn in 0..<3 {
            let x = output * stride + kernelColumn - 1
            if x < 0 || x >= width { continue }
            let (place, kernel) = (x * channels, kernelColumn * channels)
            sum = multiplyAdd(above[place], weight[kernel], sum)
            sum = multiplyAdd(middle[place], weight[kernel + 3 * channels], sum)
            sum = multiplyAdd(below[place], weight[kernel + 6 * channels], sum)
        }
        out[output * channels] = sum
    }
}
