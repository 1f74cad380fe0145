import KernelInterface

/// The rows of a matrix as signed bytes, each row with one scale: the form in which weights of ``Precision/int8`` are kept in
/// files.
///
/// Scales have 16 bits of fraction, so a product of scale and byte is exact in Float32. Rows that are made of a matrix which
/// was itself made of bytes are the same again.
public struct ByteRows: Sendable, Hashable {
    /// `[rows, columns]`.
    public let shape: Shape
    /// -127 to 127, row by row.
    public let bytes: [Int8]
    /// One for each row.
    public let scales: [Float]

    /// Rounds a matrix of finite numbers, row by row.
    public init(_ matrix: Tensor) {
        require(matrix.shape.rank == 2, "ByteRows", "shape \(matrix.shape) in place of [rows, columns]")
        let (rows, columns) = (matrix.shape[0], matrix.shape[1])
        var scales = [Float](repeating: 0, count: rows)
        shape = matrix.shape
        bytes = [Int8](unsafeUninitializedCapacity: rows * columns) { bytes, count in
            if let base = bytes.baseAddress {
                matrix.read { source in
                    for row in 0..<rows {
                        scales[row] = ByteKernels.active.quantizeWeightRow(
                            base + row * columns, source + row * columns, count: columns)
                    }
                }
            }
            count = rows * columns
        }
        self.scales = scales
    }

    /// Bytes and scales as they are kept, `shape.elementCount` bytes, as many scales as rows.
    public init(bytes: [Int8], scales: [Float], shape: Shape) {
        require(
            shape.rank == 2 && bytes.count == shape.elementCount && scales.count == shape[0], "ByteRows",
            "\(bytes.count) bytes and \(scales.count) scales for shape \(shape)")
        (self.bytes, self.scales, self.shape) = (bytes, scales, shape)
    }

    /// The matrix that the bytes stand for.
    public var tensor: Tensor { bytes.withUnsafeBytes { Tensor(signedBytes: $0, scales: scales, shape: shape) } }
}

extension Tensor {
    /// Signed bytes times the scale of their row, `shape.elementCount` of them, as many scales as rows.
    public init(signedBytes bytes: UnsafeRawBufferPointer, scales: [Float], shape: Shape) {
        require(
            shape.rank == 2 && bytes.count == shape.elementCount && scales.count == shape[0], "Tensor.init",
            "\(bytes.count) bytes and \(scales.count) scales for shape \(shape)")
        let columns = shape[1]
        self = Tensor.filled(shape) { out in
            ParallelRows.forEachDisjoint(WorkSplit(scales.count, least: 65_536 / max(1, columns))) {
                for row in $0 {
                    for place in row * columns..<(row + 1) * columns {
                        out[place] = Float(bytes.load(fromByteOffset: place, as: Int8.self)) * scales[row]
                    }
                }
            }
        }
    }
}
