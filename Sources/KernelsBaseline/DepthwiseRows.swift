// Depthwise convolutions of 3 x 3 and 5 x 5 pixels that keep their channels together: vectors go over the channels.

extension Kernels {
    /// One output row. The map has `height` rows of `width` pixels of `channels` each. The kernel's first row stands on the
    /// map's row `firstRow`; where the kernel hangs over the map, `zeros` is read, a row of zeros. `weight` has the
    /// kernel's places in reading order, each a row of `channels`. `side` is 3 or 5 and `stride` 1 or 2, and the kernel
    /// hangs over the left end by `side / 2` pixels.
    static func convolveChannelsRow(
        _ out: Target, width outWidth: Int, firstRow: Int, _ map: Source, height: Int, width: Int, channels: Int,
        zeros: Source, weight: Source, side: Int, bias: Source, stride: Int
    ) {
        @inline(__always)
        func row(_ place: Int) -> Source {
            let y = firstRow + place
            return y >= 0 && y < height ? map + y * width * channels : zeros
        }
        var channel = 0
        while channel + laneCount <= channels {
            if side == 3 {
                convolveLanes(
                    out + channel, outWidth, row(0) + channel, row(1) + channel, row(2) + channel, width, channels,
                    weight + channel, bias + channel, stride)
            } else {
                convolveLanes(
                    out + channel, outWidth,
                    (row(0) + channel, row(1) + channel, row(2) + channel, row(3) + channel, row(4) + channel), width,
                    channels, weight + channel, bias + channel, stride)
            }
            channel += laneCount
        }
        while channel < channels {
            for output in 0..<outWidth {
                var sum = bias[channel]
                for kernelColumn in 0..<side {
                    let x = output * stride + kernelColumn - side / 2
                    if x < 0 || x >= width { continue }
                    for kernelRow in 0..<side {
                        sum = multiplyAdd(
                            row(kernelRow)[x * channels + channel],
                            weight[(kernelRow * side + kernelColumn) * channels + channel], sum)
                    }
                }
                out[output * channels + channel] = sum
            }
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

private typealias FiveRows = (Source, Source, Source, Source, Source)
private typealias FiveLanes = (Lanes, Lanes, Lanes, Lanes, Lanes)

/// A column of a 5 x 5 kernel. As the compiler sees fit, it stays in registers or is read again for each pixel.
@inline(__always)
private func kernelColumn(_ weight: Source, _ column: Int, _ channels: Int) -> FiveLanes {
    let first = weight + column * channels
    let step = 5 * channels
    return (load(first), load(first + step), load(first + 2 * step), load(first + 3 * step), load(first + 4 * step))
}

@inline(__always)
private func column(_ kernel: FiveLanes, _ x: FiveLanes) -> Lanes {
    multiplyAdd(
        x.4, kernel.4,
        multiplyAdd(x.3, kernel.3, multiplyAdd(x.2, kernel.2, multiplyAdd(x.1, kernel.1, x.0 * kernel.0))))
}

/// As many channels as a vector has lanes, under a 5 x 5 kernel. Every input pixel is loaded once and serves five outputs.
@inline(__always)
private func convolveLanes(
    _ out: Target, _ outWidth: Int, _ rows: FiveRows, _ width: Int, _ channels: Int, _ weight: Source, _ bias: Source,
    _ stride: Int
) {
    let kernel = (
        kernelColumn(weight, 0, channels), kernelColumn(weight, 1, channels), kernelColumn(weight, 2, channels),
        kernelColumn(weight, 3, channels), kernelColumn(weight, 4, channels)
    )
    let start = load(bias)
    // What the outputs have so far whose kernels end with the next columns, the one that ends first in front.
    var open = (start, start, start, start)
    var place = 0
    for x in 0..<width {
        let input = (
            load(rows.0 + place), load(rows.1 + place), load(rows.2 + place), load(rows.3 + place),
            load(rows.4 + place)
        )
        place += channels
        if stride == 1 {
            if x > 1 { store(open.0 + column(kernel.4, input), out + (x - 2) * channels) }
            open.0 = open.1 + column(kernel.3, input)
            open.1 = open.2 + column(kernel.2, input)
            open.2 = open.3 + column(kernel.1, input)
            open.3 = start + column(kernel.0, input)
        } else if x & 1 == 0 {
            if x > 1 { store(open.0 + column(kernel.4, input), out + (x / 2 - 1) * channels) }
            open.0 = open.1 + column(kernel.2, input)
            open.1 = start + column(kernel.0, input)
        } else {
            open.0 = open.0 + column(kernel.3, input)
            open.1 = open.1 + column(kernel.1, input)
        }
    }
    // The last kernels hang over the right end.
    if stride == 1 {
        if width > 1 { store(open.0, out + (width - 2) * channels) }
        store(open.1, out + (width - 1) * channels)
    } else {
        store(open.0, out + (outWidth - 1) * channels)
    }
}
