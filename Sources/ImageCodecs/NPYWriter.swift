public import Imaging
import Tensors
import WholeFiles

/// NumPy files out, whole or not at all.
public enum NPYWriter {
    /// Writes a score map as `float32`, little-endian, C order, shape (height, width), format version 1.0.
    public static func write(_ map: ScoreMap, to path: String) throws(ImageCodecError) {
        let file = try WholeFile(path: path, failure: ImageCodecError.init)
        try file.append(header(shape: [map.size.height, map.size.width]))
        for rows in map.size.strips { try file.append(littleEndian(map.values[map.size.indices(ofRows: rows)])) }
        try file.commit()
    }

    /// The file's bytes for values of any shape, the last axis running fastest.
    ///
    /// - Precondition: the product of `shape` is the number of values.
    public static func bytes(_ values: [Float], shape: [Int]) -> [UInt8] {
        require(
            shape.reduce(1, *) == values.count, "NPYWriter: shape \(shape) does not hold \(values.count) values")
        return header(shape: shape) + littleEndian(values[...])
    }

    /// All that stands before the numbers.
    private static func header(shape: [Int]) -> [UInt8] {
        let sides = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(sides)), }"
        // The numbers begin at a multiple of 64 bytes: 10 bytes go before the header, a line feed ends it.
        let unpadded = 10 + header.utf8.count + 1
        header += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
        let length = header.utf8.count
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + Array(header.utf8)
    }

    private static func littleEndian(_ values: ArraySlice<Float>) -> [UInt8] {
        #if _endian(little)
            values.withUnsafeBytes { Array($0) }
        #else
            values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
        #endif
    }
}
