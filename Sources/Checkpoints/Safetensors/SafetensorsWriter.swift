import JSONText
public import Tensors
import WholeFiles

/// Writes named tensors as a safetensors file.
public enum SafetensorsWriter {
    /// How the values are stored.
    public enum Precision: Hashable, Sendable {
        /// As the tensor holds them, without rounding.
        case float32
        /// Rounded to the nearest half float, ties to even. A finite value beyond the half range is refused.
        case float16
        /// Rounded to the nearest bfloat16 number, ties to even; one beyond the greatest of them becomes infinite.
        case brain16
        /// A matrix as signed bytes with one scale for each row (`ByteRows` of Tensors). The scales are a tensor of their own behind
        /// it, `[rows, 1]`, whose name ends in `_scale`; ``Checkpoint`` reads both as one tensor.
        case int8

        /// The type that the file names.
        public var elementType: ElementType {
            switch self {
            case .float32: .float32
            case .float16: .float16
            case .brain16: .brain16
            case .int8: .signed8
            }
        }
    }

    /// Writes the file under a temporary name in the same folder and renames it, so that it is whole or not there.
    ///
    /// - Parameters:
    ///   - tensors: in the order in which their data is to stand.
    ///   - metadata: free texts that travel with the tensors.
    ///   - precision: how every tensor is stored.
    ///   - path: the file to write.
    /// - Throws: `CheckpointError.unwritable`, `.cannotWrite`.
    public static func write(
        _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:],
        precision: Precision = .float32, to path: String
    ) throws(CheckpointError) {
        let entries = try tensors.map { entry throws(CheckpointError) in
            try Entry(name: entry.name, shape: entry.tensor.shape, precision: precision)
        }
        let header = try header(entries, metadata)
        let file = try self.file(path, header)
        for (entry, (_, tensor)) in zip(entries, tensors) { try append(tensor, entry, to: file) }
        try file.commit()
    }

    /// Writes the tensors of a source one at a time, so that memory stays at what the largest one takes. The file is
    /// whole or not there.
    ///
    /// - Parameters:
    ///   - source: where the tensors come from.
    ///   - names: which of them, in the order in which their data is to stand; all of them when nil.
    ///   - metadata: free texts that travel with the tensors.
    ///   - path: the file to write. It may be one that `source` reads, which stays open as it was.
    ///   - precision: how the tensor of a name is stored.
    ///   - progress: called with each name before its tensor is loaded. It may throw to stop the work; then no file is left.
    /// - Throws: `CheckpointError.unwritable`, `.cannotWrite`, and what `source` and `progress` throw.
    public static func write(
        _ source: some TensorSource, names: [String]? = nil, metadata: [String: String] = [:], to path: String,
        precision: (String) -> Precision = { _ in .float32 }, progress: (String) throws -> Void = { _ in }
    ) throws {
        let entries = try (names ?? source.names).map { name in
            guard let shape = source.shape(of: name) else { throw CheckpointError.noSuchTensor(path: path, name: name) }
            return try Entry(name: name, shape: shape, precision: precision(name))
        }
        let header = try header(entries, metadata)
        let file = try self.file(path, header)
        for entry in entries {
            try progress(entry.name)
            try append(try source.load(entry.name), entry, to: file)
        }
        try file.commit()
    }

    private struct Entry {
        var name: String
        var shape: Shape
        var precision: Precision

        init(name: String, shape: Shape, precision: Precision) throws(CheckpointError) {
            guard precision != .int8 || shape.rank == 2 else {
                throw .unwritable(name: name, fault: .noMatrix(shape.dimensions))
            }
            (self.name, self.shape, self.precision) = (name, shape, precision)
        }

        /// What stands in the file: the tensor, and behind one of bytes its scales.
        var stored: [(name: String, shape: Shape, type: ElementType)] {
            let tensor = (name: name, shape: shape, type: precision.elementType)
            guard precision == .int8 else { return [tensor] }
            return [tensor, (name + SafetensorsFile.scaleSuffix, [shape[0], 1], .float32)]
        }
    }

    private static func file(_ path: String, _ header: [UInt8]) throws(CheckpointError) -> WholeFile<CheckpointError> {
        let file = try WholeFile(path: path) { CheckpointError.cannotWrite(path: $0.path, reason: $0.reason) }
        try file.append(header)
        return file
    }

    private static func append(
        _ tensor: Tensor, _ entry: Entry, to file: borrowing WholeFile<CheckpointError>
    ) throws(CheckpointError) {
        // The header is written already; a source that answers with another shape would make it a lie.
        guard tensor.shape == entry.shape else {
            throw .unwritable(
                name: entry.name,
                fault: .otherShape(announced: entry.shape.dimensions, loaded: tensor.shape.dimensions))
        }
        switch entry.precision {
        case .float32:
            // All processors that this runs on are little-endian, as the file is.
            var failure: CheckpointError?
            tensor.withUnsafeBufferPointer { values in
                do throws(CheckpointError) { try file.append(UnsafeRawBufferPointer(values)) } catch { failure = error }
            }
            if let failure { throw failure }
        case .float16:
            try checkHalfRange(tensor, entry.name)
            try file.append(tensor.values.map { narrowToHalf($0).littleEndian })
        case .brain16: try file.append(tensor.values.map { narrowToBrain($0).littleEndian })
        case .int8:
            let rows = ByteRows(tensor)
            try file.append(rows.bytes)
            try file.append(rows.scales.map { $0.bitPattern.littleEndian })
        }
    }

    /// The length field and the JSON, padded with spaces so that the data behind it is aligned to 64 bytes.
    private static func header(_ entries: [Entry], _ metadata: [String: String]) throws(CheckpointError) -> [UInt8] {
        var members: [(name: String, json: String)] = []
        if !metadata.isEmpty {
            let texts = metadata.sorted { $0.key < $1.key }.map { ($0.key, JSONWriter.text($0.value)) }
            members.append(("__metadata__", JSONWriter.object(texts)))
        }
        var seen: Set<String> = ["__metadata__"]
        var offset = 0
        for (name, shape, type) in entries.flatMap(\.stored) {
            guard seen.insert(name).inserted else { throw .unwritable(name: name, fault: .duplicateName) }
            guard name.utf8.count <= SafetensorsHeader.nameLimitBytes else {
                throw .unwritable(name: name, fault: .nameTooLong(limitBytes: SafetensorsHeader.nameLimitBytes))
            }
            let end = offset + shape.elementCount * type.byteCount
            let fields = [
                ("dtype", JSONWriter.text(type.rawValue)),
                ("shape", JSONWriter.list(shape.dimensions.map(String.init))),
                ("data_offsets", JSONWriter.list([String(offset), String(end)])),
            ]
            members.append((name, JSONWriter.object(fields)))
            offset = end
        }
        var json = Array(JSONWriter.object(members).utf8)
        while (json.count + 8) % 64 != 0 { json.append(0x20) }
        guard json.count <= SafetensorsHeader.limitBytes else {
            throw .unwritable(name: "", fault: .headerTooLong(limitBytes: SafetensorsHeader.limitBytes))
        }
        let length = UInt64(json.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) } + json
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

/// A Float32 as bfloat16, its upper half, rounded to nearest with ties to even.
private func narrowToBrain(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    // One of its bits keeps a number that is none from becoming an infinite one.
    if value.isNaN { return UInt16(truncatingIfNeeded: bits >> 16) | 0x40 }
    return UInt16(truncatingIfNeeded: (bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
}
