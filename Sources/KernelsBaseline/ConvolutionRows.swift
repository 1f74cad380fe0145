// The two ways a convolution reads its input: unrolled into columns for a matrix product, or directly, a plane at a time.

extension Kernels {
    /// One row of the unrolled input: for the output pixels `firstPixel ..< firstPixel + count` of a map `outWidth`
    /// wide, the input element under kernel position (`kernelRow`, `kernelColumn`), 0 outside the plane.
    static func unrollPlaneRow(
        _ out: Target, _ plane: Source, height: Int, width: Int, outWidth: Int, stride: Int, padding: Int,
        kernelRow: Int, kernelColumn: Int, firstPixel: Int, count: Int
    ) {
        var pixel = firstPixel
        let end = firstPixel + count
        var target = out
        while pixel < end {
            let row = pixel / outWidth
            let firstColumn = pixel - row * outWidth
            let run = min(end - pixel, outWidth - firstColumn)
            let y = row * stride + kernelRow - padding
            if y < 0 || y >= height {
                fillRow(target, with: 0, count: run)
            } else {
                let line = plane + y * width
                var column = 0
                var x = firstColumn * stride + kernelColumn - padding
                while column < run && x < 0 {
                    target[column] = 0
                    column += 1
                    x += stride
                }
                if stride == 1 {
                    let inside = max(0, min(run - column, width - x))
                    copyRows(target + column, stride: inside, line + x, stride: inside, rows: 1, columns: inside)
                    column += inside
                } else {
                    while column < run && x < width {
                        target[column] = line[x]
                        column += 1
                        x += stride
                    }
                }
                while column < run {
                    target[column] = 0
                    column += 1
                }
            }
            target += run
            pixel += run
        }
    }

    /// One output row of a convolution of one plane with one kernel, added to what `out` holds.
    static func convolvePlaneRow(
        _ out: Target, width outWidth: Int, row outRow: Int, _ plane: Source, height: Int, width: Int, kernel: Source,
        kernelHeight: Int, kernelWidth: Int, stride: Int, padding: Int
    ) {
        for kernelRow in 0..<kernelHeight {
            let y = outRow * stride + kernelRow - padding
            if y < 0 || y >= height { continue }
            let line = plane + y * width
            for kernelColumn in 0..<kernelWidth {
                let factor = kernel[kernelRow * kernelWidth + kernelColumn]
                let offset = kernelColumn - padding
                // The first and last output columns whose input lies inside the plane.
                let first = offset >= 0 ? 0 : (-offset + stride - 1) / stride
                let room = width - 1 - offset
                let last = room < 0 ? -1 : min(outWidth - 1, room / stride)
                if last < first { continue }
                if stride == 1 {
                    addScaledRow(out + first, line + first + offset, by: factor, count: last - first + 1)
                } else {
                    for column in first...last {
                        out[column] = multiplyAdd(line[column * stride + offset], factor, out[column])
                    }
                }
            }
        }
    }
}
