import Foundation
public import Tensors

/// Weights made from their names alone, the same here and in `Tools/fixtures/generated_weights.py`, where the generator
/// is described. With them a model of any size can be compared with its reference without shipping a weight.
public struct GeneratedWeights: TensorSource {
    private let shapes: [String: Shape]
    public let names: [String]
    public let metadata: [String: String]

    /// - Parameters:
    ///   - entries: every tensor's name and shape. Precondition: no name twice.
    ///   - metadata: texts beside the tensors.
    public init(_ entries: [(name: String, shape: Shape)], metadata: [String: String] = [:]) {
        self.metadata = metadata
        names = entries.map(\.name)
        shapes = Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0.shape) })
    }

    /// Weights of the names and shapes that a reference's own state dictionary has, as a fixture tells them in its metadata.
    ///
    /// - Parameter listed: `[[name, [dimensions]], ...]` as JSON.
    public init(listed: String?) throws {
        self.init(Self.entries(try JSONSerialization.jsonObject(with: Data((listed ?? "[]").utf8))))
    }

    /// What a list in JSON says, once it is parsed: `[[name, [dimensions]], ...]`.
    public static func entries(_ json: Any?) -> [(name: String, shape: Shape)] {
        (json as? [[Any]] ?? []).compactMap { entry in
            guard let name = entry.first as? String, let shape = entry.last as? [Int] else { return nil }
            return (name, Shape(shape))
        }
    }

    public func shape(of name: String) -> Shape? { shapes[name] }

    public func load(_ name: String) throws -> Tensor {
        guard let shape = shapes[name] else { throw UnknownName(name: name) }
        return Self.tensor(name, shape: shape)
    }

    private struct UnknownName: Error {
        var name: String
    }

    /// The tensor of this name and shape, scaled by its role.
    public static func tensor(_ name: String, shape: Shape) -> Tensor {
        let (scale, offset) = affine(name, shape)
        return tensor(name, shape: shape, scale: scale, offset: offset)
    }

    /// The unscaled values in [-1, 1): inputs.
    public static func input(_ shape: Shape, name: String = "input") -> Tensor {
        tensor(name, shape: shape, scale: 1, offset: 0)
    }

    private static func tensor(_ name: String, shape: Shape, scale: Float, offset: Float) -> Tensor {
        let seed = seed(of: name)
        return Tensor(uninitialized: shape) { result in
            let base = result.baseAddress
            var counter = seed
            for index in 0..<result.count {
                counter &+= 0x9E37_79B9_7F4A_7C15
                var mixed = counter
                mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
                mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
                mixed ^= mixed >> 31
                let uniform = Float(UInt32(truncatingIfNeeded: mixed >> 40)) * 0x1p-23 - 1
                base?[index] = offset + scale * uniform
            }
        }
    }

    private static func affine(_ name: String, _ shape: Shape) -> (scale: Float, offset: Float) {
        if shape.rank == 0 { return (0.1, 2.6592) }
        if name.hasSuffix("positional_encoding_gaussian_matrix") { return (1.7, 0) }
        if shape.rank >= 2 {
            if shape.dimensions[0] == 1 || name.contains("rel_pos") { return (0.2, 0) }
            let fanIn = shape.dimensions[1...].reduce(1, *)
            return (Float((3 / Double(fanIn)).squareRoot()), 0)
        }
        return name.hasSuffix(".weight") || name.hasSuffix(".running_var") ? (0.25, 1) : (0.1, 0)
    }

    /// FNV-1a, 64 bits.
    private static func seed(of name: String) -> UInt64 {
        name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }
}
