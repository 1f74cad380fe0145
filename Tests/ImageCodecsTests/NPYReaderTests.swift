import Foundation
import ImageCodecs
import Testing

@Suite("reading NumPy arrays")
struct NPYReaderTests {
    @Test("what the writer writes comes back", arguments: [[2, 3], [6], [1, 2, 3, 1], []])
    func roundTrip(_ shape: [Int]) throws {
        let values = (0..<shape.reduce(1, *)).map { Float($0) - 1.5 }
        let array = try NPYReader.decode(NPYWriter.bytes(values, shape: shape), file: "a.npy")
        #expect(array.shape == shape)
        #expect(array.values == values)
    }

    @Test("format 2.0 with a longer header, as NumPy writes it for large ones")
    func version2() throws {
        let header = Array("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }\n".utf8)
        let bytes: [UInt8] =
            Self.magic + [2, 0, UInt8(header.count), 0, 0, 0] + header + [
                0, 0, 0x80, 0x3F, 0, 0, 0, 0x40,
            ]
        let array = try NPYReader.decode(bytes, file: "a.npy")
        #expect(array.shape == [1, 2])
        #expect(array.values == [1, 2])
    }

    private static func file(_ header: String, data: Int) -> [UInt8] {
        let text = Array(header.utf8)
        return magic + [1, 0, UInt8(text.count), 0] + text + [UInt8](repeating: 0, count: data)
    }

    private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
    private static let faulty: [(bytes: [UInt8], error: ImageCodecError)] = [
        ([], .notAPicture(file: "f", found: "no NumPy array")),
        (Array("PK".utf8), .notAPicture(file: "f", found: "no NumPy array")),
        (
            file("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", data: 8),
            .unsupportedVariant(file: "f", format: "NumPy", variant: "elements of type <f8 in place of <f4")
        ),
        (
            file("{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }", data: 4),
            .unsupportedVariant(file: "f", format: "NumPy", variant: "Fortran order")
        ),
        (
            file("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", data: 4),
            .damaged(file: "f", format: "NumPy array", reason: "the header's shape is none")
        ),
        (
            file("{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999, 9999999999, 4), }", data: 4),
            .damaged(file: "f", format: "NumPy array", reason: "the shape is too large")
        ),
        (
            file("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", data: 4),
            .truncated(file: "f", format: "NumPy array")
        ),
        (
            file("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", data: 8),
            .damaged(file: "f", format: "NumPy array", reason: "8 bytes follow, the shape takes 1 numbers")
        ),
        (magic + [1, 0, 200, 0, 65], .truncated(file: "f", format: "NumPy array")),
        (
            magic + [9, 0, 2, 0, 65, 65],
            .unsupportedVariant(file: "f", format: "NumPy", variant: "format version 9")
        ),
        (
            file("{}", data: 0),
            .damaged(file: "f", format: "NumPy array", reason: "the header names no element type")
        ),
    ]

    @Test("every fault has its error", arguments: faulty.indices)
    func faults(_ index: Int) {
        #expect(throws: Self.faulty[index].error) { try NPYReader.decode(Self.faulty[index].bytes, file: "f") }
    }
}
