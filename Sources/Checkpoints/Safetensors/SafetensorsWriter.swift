public import Tensors

/// Writes named tensors as a safetensors file.
public enum SafetensorsWriter {
    /// How the values are stored.
    public enum Precision: Sendable {
        case float32
        /// Rounded to the nearest half float, ties to even. A finite value beyond the half range is refused.
        case float16
    }

    /// Writes the file under a temporary name in the same folder and renames it, so that it is whole or not there.
    ///
    /// - Parameters:
    ///   - tensors: in the order in which their data is to stand.
    ///   - metadata: free texts that travel with the tensors.
    /// - Throws: `CheckpointError.unwritable` before anything is written, `.cannotWrite`.
    public static func write(
        _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:],
        precision: Precision = .float32, to path: String
    ) throws(CheckpointError) {
        let elementType: ElementType = precision == .float32 ? .float32 : .float16
        let header = try header(tensors, metadata, elementType)
        if precision == .float16 {
            for (name, tensor) in tensors { try checkHalfRange(tensor, name) }
        }
        try AtomicFile.write(to: path) { (file) throws(CheckpointError) in
            try file.append([UInt64(header.count).littleEndian])
            try file.append(header)
            for (_, tensor) in tensors {
                switch precision {
                case .float32:
                    try file.append(tensor.values.map { $0.bitPattern.littleEndian })
                case .float16:
                    try file.append(tensor.values.map { narrowToHalf($0).littleEndian })
                }
            }
        }
    }

    /// The JSON, padded with spaces so that the data behind it is aligned to 8 bytes.
    private static func header(
        _ tensors: [(name: String, tensor: Tensor)], _ metadata: [String: String], _ elementType: ElementType
    ) throws(CheckpointError) -> [UInt8] {
        var members: [String] = []
        if !metadata.isEmpty {
            let texts = metadata.sorted { $0.key < $1.key }.map { "\(escaped($0.key)):\(escaped($0.value))" }
            members.append("\"__metadata__\":{\(texts.joined(separator: ","))}")
        }
        var seen: Set<String> = ["__metadata__"]
        var offset = 0
        for (name, tensor) in tensors {
            guard seen.insert(name).inserted else { throw .unwritable(name: name, fault: .duplicateName) }
            guard name.utf8.count <= SafetensorsHeader.nameLimitBytes else {
                throw .unwritable(name: name, fault: .nameTooLong(limitBytes: SafetensorsHeader.nameLimitBytes))
            }
            let end = offset + tensor.shape.elementCount * elementType.byteCount
            let dimensions = tensor.shape.dimensions.map(String.init).joined(separator: ",")
            members.append(
                "\(escaped(name)):{\"dtype\":\"\(elementType.rawValue)\",\"shape\":[\(dimensions)],"
                    + "\"data_offsets\":[\(offset),\(end)]}")
            offset = end
        }
        var json = Array("{\(members.joined(separator: ","))}".utf8)
        while json.count % 8 != 0 { json.append(0x20) }
        return json
    }

    /// A JSON string literal.
    private static func escaped(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\u{0}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private static func checkHalfRange(_ tensor: Tensor, _ name: String) throws(CheckpointError) {
        for value in tensor.values where value.isFinite && narrowToHalf(value) & 0x7FFF == 0x7C00 {
            throw .unwritable(name: name, fault: .beyondHalfRange(value))
        }
    }
}

/// A Float32 as an IEEE half, rounded to nearest with ties to even.
func narrowToHalf(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    let sign = UInt16(truncatingIfNeeded: bits >> 16) & 0x8000
    let magnitude = bits & 0x7FFF_FFFF
    if magnitude > 0x7F80_0000 { return sign | 0x7E00 }
    // Halfway between the largest half, 65504, and the next power of two; ties go up to infinity.
    if magnitude >= 0x477F_F000 { return sign | 0x7C00 }
    if magnitude < 0x3880_0000 {
        // A subnormal half counts units of 2^-24; the product is exact, and rounding it is the one rounding.
        let units = (Float(bitPattern: magnitude) * 0x1p24).rounded(.toNearestOrEven)
        return sign | UInt16(units)
    }
    let rebiased = magnitude - 0x3800_0000
    let rounded = rebiased + 0x0FFF + (rebiased >> 13 & 1)
    return sign | UInt16(truncatingIfNeeded: rounded >> 13)
}
