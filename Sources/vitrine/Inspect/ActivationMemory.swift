import NeuralNetwork
import Tensors

/// What observed activations take in memory, so that a request for too many is refused before anything is computed.
struct ActivationMemory {
    /// Models, activations that are kept, and what is in hand at once.
    let bytes: Int

    /// - Parameters:
    ///   - asked: what is kept.
    ///   - edited: names of what is replaced.
    ///   - listed: all activations that there are.
    ///   - files: of the models.
    init(asked: [NamedShape], edited: Set<String>, listed: [NamedShape], models files: [WeightFile]) {
        func bytes(_ entry: NamedShape) -> Int { 4 * entry.shape.elementCount }
        let kept = asked.reduce(0) { $0 + bytes($1) }
        // While logits become weights, three tensors of their size are there at once; an edit makes one more.
        let largest = (asked + listed.filter { edited.contains($0.name) }).map(bytes).max() ?? 0
        self.bytes = MemoryAllowance.bytes(ofModels: files.map(\.path)) + kept + 3 * largest
    }

    /// - Throws: A ``CommandFailure``.
    func check() throws {
        let allowed = MemoryAllowance()
        if bytes > allowed.bytes {
            throw CommandFailure.badInput(
                "the activations that are asked for take about \(bytes >> 20) MB of memory with the models, and "
                    + "\(allowed.bytes >> 20) MB may be used; ask for fewer of them (--tap)")
        }
    }
}
