public import NeuralNetwork
import Tensors

/// Which parts of a model carry a difference between two inputs: activations of one input, the donor, are put into the
/// computation of the other, the receiver, one place at a time, and a measure of the result says how far it moved.
///
/// With a defective picture as donor and a clean one as receiver, the places that move the measure most carry the defect.
///
/// **Source:** Vig et al., Investigating Gender Bias in Language Models Using Causal Mediation Analysis, 2020; Meng et al.,
/// Locating and Editing Factual Associations in GPT, 2022 (causal tracing).
public struct ActivationPatching: Codable, Hashable, Sendable {
    /// Something that is put into the other computation.
    public struct Place: Codable, Hashable, Sendable {
        /// The activation.
        public let name: String
        /// The head, along axis 1 of `[batch, heads, tokens, width]`; nil for all of the activation.
        public let head: Int?
        /// The tokens, along the last axis but one; nil for all of them.
        public let tokens: [Int]?

        /// An activation, a head of it, some tokens of either.
        public init(_ name: String, head: Int? = nil, tokens: [Int]? = nil) {
            self.name = name
            self.head = head
            self.tokens = tokens
        }
    }

    /// What one place does.
    public struct Effect: Codable, Hashable, Sendable {
        /// What was put into the receiver's computation.
        public let place: Place
        /// The measure then.
        public let value: Float
        /// How much of the way from the receiver's measure to the donor's that is: 0 for none, 1 for all of it; it may be
        /// less or more. nil where both measures are equal.
        public let share: Float?
    }

    /// The measure of the donor, unpatched.
    public let donor: Float
    /// The measure of the receiver, unpatched.
    public let receiver: Float
    /// One for each place, in the order given.
    public let effects: [Effect]

    /// The effects that move the measure most towards the donor's, the largest first.
    public var strongest: [Effect] {
        effects.enumerated().sorted { first, second in
            let (left, right) = (first.element.share ?? 0, second.element.share ?? 0)
            return left == right ? first.offset < second.offset : left > right
        }.map(\.element)
    }

    /// Runs a model once for the donor, once for the receiver, and once for each place. It knows nothing of the model: any of
    /// this package's calls with `observing` and `editing` will do.
    ///
    /// - Parameters:
    ///   - places: what is patched. A name is a whole name, without `*`.
    ///   - donor: runs the model on the input that activations come from, observing the names that it is given; the
    ///     activations and the measure of the result.
    ///   - receiver: runs the model on the other input with edits; the measure of the result.
    ///   - failure: makes the caller's error of this module's.
    /// - Throws: what `donor` and `receiver` throw; ``IntrospectionError/noSuchPlace(_:)``, through `failure`.
    public init<Failure: Error>(
        _ places: [Place], donor: (_ observing: [String]) throws(Failure) -> Observed<Float>,
        receiver: (_ editing: [String: ActivationEdit]) throws(Failure) -> Float,
        failure: (IntrospectionError) -> Failure
    ) throws(Failure) {
        let given = try donor(Array(Set(places.map(\.name))).sorted())
        let plain = try receiver([:])
        let way = given.output - plain
        var effects: [Effect] = []
        for place in places {
            guard let activation = given[place.name], place.fits(activation.shape) else {
                throw failure(.noSuchPlace(place.name))
            }
            let value = try receiver([place.name: { own in place.patched(own, from: activation) }])
            effects.append(Effect(place: place, value: value, share: way == 0 ? nil : (value - plain) / way))
        }
        self.donor = given.output
        self.receiver = plain
        self.effects = effects
    }
}

extension ActivationPatching.Place {
    /// Whether there is such a head, and are such tokens.
    func fits(_ shape: Shape) -> Bool {
        if let head, shape.rank < 4 || !(0..<shape[1]).contains(head) { return false }
        guard let tokens else { return true }
        return shape.rank >= 2 && tokens.allSatisfy { (0..<shape[-2]).contains($0) }
    }

    /// The receiver's activation with the donor's values at this place. Of another shape the donor's comes back whole, which
    /// the model then refuses by its shape.
    func patched(_ own: Tensor, from donor: Tensor) -> Tensor {
        if head == nil && tokens == nil || own.shape != donor.shape { return donor }
        let extents = own.shape.dimensions
        let width = extents[extents.count - 1]
        let rows = extents.count > 1 ? extents[extents.count - 2] : 1
        // How many matrices of tokens lie in one head.
        let inHead = extents.count > 4 ? extents[2..<extents.count - 2].reduce(1, *) : 1
        let chosen = tokens ?? Array(0..<rows)
        var result = own
        donor.withUnsafeBufferPointer { donor in
            result.withUnsafeMutableBufferPointer { result in
                for matrix in 0..<result.count / max(1, rows * width) {
                    if let head, matrix / inHead % extents[1] != head { continue }
                    for token in chosen {
                        let start = (matrix * rows + token) * width
                        for index in start..<start + width { result[index] = donor[index] }
                    }
                }
            }
        }
        return result
    }
}
