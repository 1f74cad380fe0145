import Checkpoints
import Foundation
public import Tensors

/// Activations of a reference model by name, written by `Tools/fixtures/activation_hooks.py`: the shape, the largest
/// magnitude and some values of each.
public struct ActivationFixture {
    private let file: Checkpoint
    private let steps: [String: (step: Int, shape: Shape)]

    public init(_ name: String) throws {
        file = try Fixture.tensors(name)
        let json = try JSONSerialization.jsonObject(with: Data((file.metadata["steps"] ?? "{}").utf8))
        steps = (json as? [String: [Any]] ?? [:]).compactMapValues { entry in
            guard let step = entry.first as? Int, let shape = entry.last as? [Int] else { return nil }
            return (step, Shape(shape))
        }
    }

    /// All names with their shapes.
    public var shapes: [String: Shape] { steps.mapValues(\.shape) }

    /// The largest error of the kept values, as a part of the tensor's largest magnitude; infinite for another shape.
    public func error(of name: String, _ found: Tensor?) throws -> Double {
        guard let found, let expected = steps[name], found.shape == expected.shape else { return .infinity }
        let values = found.values
        let kept = stride(from: 0, to: values.count, by: expected.step).map { values[$0] }
        let difference = compare(kept, try file.load(name).values.map(Double.init))
        let largest = Double(try file.load("\(name)#largest").values[0])
        return difference.structural != nil ? .infinity : difference.absolute / max(largest, .leastNormalMagnitude)
    }
}
