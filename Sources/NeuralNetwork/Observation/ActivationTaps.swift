package import Tensors

/// Where a model hands over its activations while it computes: those that are asked for are kept, and edits replace them.
///
/// A cursor into names, like ``WeightScope``. It is made only where something is asked for. A model without one takes its
/// ordinary path, and so does each part in which nothing is asked for.
///
/// Nothing is thrown on the way. An edit that returns another shape is noted and its tensor is not used; then no edit is
/// called any more, and ``observe(_:of:editing:_:)`` throws at the end.
package struct ActivationTaps {
    private let path: String
    private let ledger: Ledger

    /// What the whole tree of taps shares during one computation.
    private final class Ledger {
        let observed: Set<String>
        let edits: [String: ActivationEdit]
        /// The names of all places under which something is asked for.
        let places: Set<String>
        var found: [String: Tensor] = [:]
        var problem: ActivationError?

        init(observed: Set<String>, edits: [String: ActivationEdit]) {
            self.observed = observed
            self.edits = edits
            var places: Set<String> = []
            for name in observed.union(edits.keys) {
                var place = name[...]
                while let dot = place.lastIndex(of: ".") {
                    place = place[..<dot]
                    places.insert(String(place))
                }
            }
            self.places = places
        }
    }

    private init(path: String, ledger: Ledger) {
        self.path = path
        self.ledger = ledger
    }

    /// Computes something with taps in it.
    ///
    /// - Parameters:
    ///   - observing: names or patterns of what is kept.
    ///   - listed: all activations that the computation has.
    ///   - editing: by name or pattern, what replaces an activation.
    ///   - body: the computation, given the taps at the root. It hands over every asked activation exactly once.
    package static func observe<Output>(
        _ observing: [String], of listed: [NamedShape], editing: [String: ActivationEdit] = [:],
        _ body: (ActivationTaps) -> Output
    ) throws(ActivationError) -> Observed<Output> {
        var observed: Set<String> = []
        for pattern in observing { observed.formUnion(try listed.named(pattern).map(\.name)) }
        var edits: [String: ActivationEdit] = [:]
        for (pattern, edit) in editing.sorted(by: { $0.key < $1.key }) {
            for name in try listed.named(pattern).map(\.name) {
                guard edits.updateValue(edit, forKey: name) == nil else { throw .editedTwice(name) }
            }
        }
        let ledger = Ledger(observed: observed, edits: edits)
        let output = body(ActivationTaps(path: "", ledger: ledger))
        if let problem = ledger.problem { throw problem }
        return Observed(output: output, activations: ledger.found)
    }

    /// The taps one name further down.
    package func child(_ name: String) -> ActivationTaps {
        ActivationTaps(path: fullName(name), ledger: ledger)
    }

    /// The taps of a numbered element, as in `resblocks.3`.
    package func child(_ index: Int) -> ActivationTaps {
        child(String(index))
    }

    /// Whether this activation itself is kept or edited.
    package func asks(_ name: String) -> Bool {
        let name = fullName(name)
        return ledger.observed.contains(name) || ledger.edits[name] != nil
    }

    /// Whether anything under this name is asked for; the empty name is this place.
    package func asksBelow(_ name: String = "") -> Bool {
        ledger.places.contains(fullName(name))
    }

    /// Hands over an activation, and returns the one to go on with; the empty name is this place.
    package func callAsFunction(_ name: String, _ value: Tensor) -> Tensor {
        let name = fullName(name)
        var value = value
        if let edit = ledger.edits[name], ledger.problem == nil {
            let edited = edit(value)
            if edited.shape == value.shape {
                value = edited
            } else {
                ledger.problem = .unexpectedShape(name: name, expected: value.shape, found: edited.shape)
            }
        }
        if ledger.observed.contains(name) { ledger.found[name] = value }
        return value
    }

    private func fullName(_ name: String) -> String {
        path.isEmpty ? name : name.isEmpty ? path : "\(path).\(name)"
    }
}
