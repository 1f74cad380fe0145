import Foundation

// The plain twins of products, attention and convolutions, in Double: one loop an index. Inner loops are written with `while`
// over memory: in a build for debugging a range and an array cost many times as much.

/// [rows, depth] times [depth, columns].
public func referenceProduct(_ left: [Double], _ right: [Double], rows: Int, columns: Int, depth: Int) -> [Double] {
    var out = [Double](repeating: 0, count: rows * columns)
    left.withUnsafeBufferPointer { left in
        right.withUnsafeBufferPointer { right in
            for row in 0..<rows {
                for column in 0..<columns {
                    var (sum, k) = (0.0, 0)
                    while k < depth {
                        sum += left[row * depth + k] * right[k * columns + column]
                        k += 1
                    }
                    out[row * columns + column] = sum
                }
            }
        }
    }
    return out
}

/// [columns, depth] to [depth, columns].
public func referenceTranspose(_ matrix: [Double], rows: Int, columns: Int) -> [Double] {
    var out = [Double](repeating: 0, count: rows * columns)
    for row in 0..<rows {
        for column in 0..<columns { out[column * rows + row] = matrix[row * columns + column] }
    }
    return out
}

/// One head: query [queries, width], key [keys, width], value [keys, valueWidth]; `bias` [queries, keys] is added to the
/// scaled logits, and may be minus infinity.
public func referenceAttention(
    query: [Double], key: [Double], value: [Double], queries: Int, keys: Int, width: Int, valueWidth: Int,
    scale: Double, bias: (Int, Int) -> Double
) -> [Double] {
    var out = [Double](repeating: 0, count: queries * valueWidth)
    let transposed = referenceTranspose(key, rows: keys, columns: width)
    let products = referenceProduct(query, transposed, rows: queries, columns: keys, depth: width)
    for q in 0..<queries {
        let logits = (0..<keys).map { products[q * keys + $0] * scale + bias(q, $0) }
        let mean = referenceProduct(referenceSoftmax(logits), value, rows: 1, columns: valueWidth, depth: keys)
        for column in 0..<valueWidth { out[q * valueWidth + column] = mean[column] }
    }
    return out
}

/// [batch, channels, height, width] with weight [out, channels / groups, kernelHeight, kernelWidth].
public func referenceConvolution(
    _ source: [Double], _ shape: [Int], weight: [Double], _ weightShape: [Int], bias: [Double], stride: Int,
    padding: Int, groups: Int
) -> [Double] {
    let (batch, channels, height, width) = (shape[0], shape[1], shape[2], shape[3])
    let (out, perGroup, kernelHeight, kernelWidth) = (weightShape[0], weightShape[1], weightShape[2], weightShape[3])
    let outHeight = (height + 2 * padding - kernelHeight) / stride + 1
    let outWidth = (width + 2 * padding - kernelWidth) / stride + 1
    var result: [Double] = []
    for image in 0..<batch {
        for channel in 0..<out {
            let firstInput = channel / (out / groups) * perGroup
            for row in 0..<outHeight {
                for column in 0..<outWidth {
                    var sum = bias[channel]
                    for input in 0..<perGroup {
                        for ky in 0..<kernelHeight {
                            for kx in 0..<kernelWidth {
                                let y = row * stride + ky - padding
                                let x = column * stride + kx - padding
                                if y < 0 || y >= height || x < 0 || x >= width { continue }
                                let plane = (image * channels + firstInput + input) * height
                                sum +=
                                    source[(plane + y) * width + x]
                                    * weight[((channel * perGroup + input) * kernelHeight + ky) * kernelWidth + kx]
                            }
                        }
                    }
                    result.append(sum)
                }
            }
        }
    }
    return result
}
