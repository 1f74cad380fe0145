public import Imaging
import WholeFiles

/// NumPy files out, whole or not at all.
public enum NPYWriter {
    /// Writes a score map as `float32`, little-endian, C order, shape (height, width), format version 1.0.
    public static func write(_ map: ScoreMap, to path: String) throws(ImageCodecError) {
        try WholeFile.write(
            bytes(map.values, shape: [map.size.height, map.size.width]), to: path, failure: ImageCodecError.init)
    }

    /// The file's bytes for values of any shape, the last axis running fastest.
    ///
    /// - Precondition: the product of `shape` is the number of values.
    public static func bytes(_ values: [Float], shape: [Int]) -> [UInt8] {
        precondition(
            shape.reduce(1, *) == values.count, "NPYWriter: shape \(shape) does not hold \(values.count) values")
        let sides = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(sides)), }"
        // The numbers begin at a multiple of 64 bytes: 10 bytes go before the header, a line feed ends it.
        let unpadded = 10 + header.utf8.count + 1
        header += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
        var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
        bytes.reserveCapacity(10 + header.utf8.count + 4 * values.count)
        bytes.append(UInt8(header.utf8.count & 0xFF))
        bytes.append(UInt8(header.utf8.count >> 8))
        bytes.append(contentsOf: header.utf8)
        #if _endian(little)
            values.withUnsafeBytes { bytes.append(contentsOf: $0) }
        #else
            for value in values {
                withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
            }
        #endif
        return bytes
    }
}
