import Checkpoints
import Tensors
import Testing

@Suite("element types")
struct ElementTypeTests {
    typealias Bytes = SafetensorsBytes

    private func loaded(_ type: ElementType, _ data: [UInt8]) throws -> [Float] {
        let count = data.count / type.byteCount
        let header = "{\(Bytes.entry("t", type.rawValue, "[\(count)]", 0, data.count))}"
        // Every alignment of the data gives the same values.
        let results = try (0..<8).map { padding in
            try Bytes.open(Bytes.file(header + String(repeating: " ", count: padding), data: data)) {
                (checkpoint) throws in
                #expect(checkpoint.elementType(of: "t") == type)
                return try checkpoint.load("t").values.map(\.bitPattern)
            }
        }
        #expect(results.allSatisfy { $0 == results[0] })
        return results[0].map(Float.init(bitPattern:))
    }

    private func bytes<Value: FixedWidthInteger>(_ values: [Value]) -> [UInt8] {
        values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } }
    }

    @Test("integers and booleans become their value")
    func integers() throws {
        #expect(try loaded(.boolean, [0, 1, 2]) == [0, 1, 1])
        #expect(try loaded(.unsigned8, [0, 1, 255]) == [0, 1, 255])
        #expect(try loaded(.signed8, bytes([-128, 127] as [Int8])) == [-128, 127])
        #expect(try loaded(.unsigned16, bytes([65535] as [UInt16])) == [65535])
        #expect(try loaded(.signed16, bytes([-32768, 5] as [Int16])) == [-32768, 5])
        #expect(try loaded(.unsigned32, bytes([4_294_967_295] as [UInt32])) == [0x1p32])
        #expect(try loaded(.signed32, bytes([-16_777_216, 7] as [Int32])) == [-16_777_216, 7])
        #expect(try loaded(.unsigned64, bytes([.max] as [UInt64])) == [0x1p64])
        #expect(try loaded(.signed64, bytes([.min, 77] as [Int64])) == [-9_223_372_036_854_775_808, 77])
    }

    @Test("all half floats widen to the value of Float16, NaN and subnormals included")
    func halves() throws {
        let all = (0...UInt16.max).map { $0 }
        let values = try loaded(.float16, bytes(all))
        for (pattern, value) in zip(all, values) {
            let exponent = Int(pattern >> 10 & 0x1F)
            let fraction = Float(pattern & 0x3FF)
            let sign: Float = pattern & 0x8000 == 0 ? 1 : -1
            if exponent == 31 {
                #expect(fraction == 0 ? value == sign * .infinity : value.isNaN, "\(pattern)")
            } else {
                let power = Float(sign: .plus, exponent: max(exponent, 1) - 25, significand: 1)
                let expected = sign * (exponent == 0 ? fraction : 1024 + fraction) * power
                #expect(value.bitPattern == expected.bitPattern, "\(pattern)")
            }
        }
    }

    @Test("brain floats are the upper half of a Float32")
    func brainFloats() throws {
        let values: [Float] = [1, -2.5, 0, .infinity, 0x1p-130]
        let stored = values.map { UInt16(truncatingIfNeeded: $0.bitPattern >> 16) }
        #expect(
            try loaded(.brain16, bytes(stored)).map(\.bitPattern) == stored.map { UInt32($0) << 16 })
    }

    @Test("Float32 keeps every bit and doubles round to nearest")
    func floats() throws {
        let values: [Float] = [1, -0.0, .infinity, .leastNonzeroMagnitude, .pi]
        #expect(try loaded(.float32, bytes(values.map(\.bitPattern))).map(\.bitPattern) == values.map(\.bitPattern))
        #expect(try loaded(.float64, bytes([Double.pi.bitPattern])) == [Float(Double.pi)])
    }

    @Test("aligned Float32 is used in place, and outlives the checkpoint")
    func borrowed() throws {
        let header = Bytes.entry("t", "F32", "[2]", 0, 8)
        let padded = "{\(header)}" + String(repeating: " ", count: 8 - (header.utf8.count + 2) % 8)
        let file = Bytes.file(padded, data: bytes([Float(3).bitPattern, Float(4).bitPattern]))
        var tensor = try Bytes.open(file) { (checkpoint) throws in
            let (first, second) = (try checkpoint.load("t"), try checkpoint.load("t"))
            let addresses = [first, second].map { $0.withUnsafeBufferPointer(\.baseAddress) }
            #expect(addresses[0] == addresses[1])
            return first
        }
        #expect(tensor.values == [3, 4])
        tensor.withUnsafeMutableBufferPointer { $0[0] = 9 }
        #expect(tensor.values == [9, 4])
    }
}
