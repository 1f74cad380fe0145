public import Tensors

/// A cursor into named weights: layers ask it for their tensors by name and by shape.
///
/// Nothing is thrown while a model is being built. A tensor that is missing, misshapen, unreadable or not finite is noted
/// and replaced by zeros of the asked shape, so that building goes on and `load` reports every difference at once,
/// together with the tensors that no layer asked for. What no layer reads may hold infinities, as masks of attention do.
public struct WeightScope {
    /// The dotted name of this place, empty at the root.
    public let path: String
    /// How layers that ask here compute their affine maps, the full precision unless ``computing(in:)`` says otherwise.
    public let precision: Precision
    private let ledger: Ledger

    /// What the whole tree of scopes shares while one model is being built.
    private final class Ledger {
        let source: any TensorSource
        let shelf: (any PanelShelf)?
        var requested: Set<String> = []
        var problems: [WeightProblem] = []
        /// Shared, so that weights which lack most of a large model do not cost its memory.
        private var zeros: [Shape: Tensor] = [:]

        init(source: any TensorSource, shelf: (any PanelShelf)?) {
            self.source = source
            self.shelf = shelf
        }

        /// Notes a problem and gives what stands in for the tensor.
        func standIn(_ shape: Shape, for problem: WeightProblem) -> Tensor {
            problems.append(problem)
            if let known = zeros[shape] { return known }
            let made = Tensor(zeros: shape)
            zeros[shape] = made
            return made
        }
    }

    private init(path: String, precision: Precision = .full, ledger: Ledger) {
        self.path = path
        self.precision = precision
        self.ledger = ledger
    }

    /// Builds a model from weights and refuses anything but an exact fit.
    ///
    /// - Parameters:
    ///   - source: the weights.
    ///   - ignoring: names that may be present without being read, such as buffers that the model computes itself.
    ///   - build: makes the model from the root scope; it must ask for every tensor that it needs.
    /// - Throws: one `WeightError` that lists all missing, misshapen, unreadable, not finite and unread tensors.
    public static func load<Model>(
        from source: some TensorSource, ignoring: (String) -> Bool = { _ in false },
        _ build: (WeightScope) throws(WeightError) -> Model
    ) throws(WeightError) -> Model {
        try load(from: source, shelf: nil, ignoring: ignoring, build)
    }

    /// The same with packed weights that were kept.
    ///
    /// - Parameter shelf: where packed weights are looked for, and where others are noted.
    package static func load<Model>(
        from source: some TensorSource, shelf: (any PanelShelf)?, ignoring: (String) -> Bool = { _ in false },
        _ build: (WeightScope) throws(WeightError) -> Model
    ) throws(WeightError) -> Model {
        let ledger = Ledger(source: source, shelf: shelf)
        let model = try build(WeightScope(path: "", ledger: ledger))
        var problems = ledger.problems
        for name in source.names.sorted() where !ledger.requested.contains(name) && !ignoring(name) {
            problems.append(.unexpected(name: name, found: source.shape(of: name) ?? []))
        }
        guard problems.isEmpty else { throw WeightError(problems) }
        SpareMemory.release()
        return model
    }

    /// The scope one name further down: `scope.child("visual")` reads names that start with `visual.`.
    public func child(_ name: String) -> WeightScope {
        WeightScope(path: fullName(name), precision: precision, ledger: ledger)
    }

    /// The scope of a numbered element, as in `resblocks.3`.
    public func child(_ index: Int) -> WeightScope { child(String(index)) }

    /// The same place for layers that compute in another precision. It goes on to all places below.
    public func computing(in precision: Precision) -> WeightScope {
        WeightScope(path: path, precision: precision, ledger: ledger)
    }

    /// Whether the weights hold a tensor of this name here. Asking does not count as reading it.
    public func contains(_ name: String) -> Bool { ledger.source.shape(of: fullName(name)) != nil }

    /// The tensor of this name, which must have exactly this shape; zeros of that shape when it does not.
    public func tensor(_ name: String, shape: Shape) -> Tensor {
        let name = fullName(name)
        ledger.requested.insert(name)
        guard let found = ledger.source.shape(of: name) else {
            return ledger.standIn(shape, for: .missing(name: name, expected: shape))
        }
        guard found == shape else {
            return ledger.standIn(shape, for: .unexpectedShape(name: name, expected: shape, found: found))
        }
        let tensor: Tensor
        do {
            tensor = try ledger.source.load(name)
        } catch {
            return ledger.standIn(shape, for: .unreadable(name: name, reason: "\(error)"))
        }
        let nonFinite = tensor.nonFiniteCount
        // What was only looked at need not stay in memory until it is used.
        tensor.discardCachedPages()
        return nonFinite == 0 ? tensor : ledger.standIn(shape, for: .notFinite(name: name, count: nonFinite))
    }

    /// The weight of an affine map under this name, for the scope's precision. One that is kept in bytes and computed in
    /// bytes stays as it is; every other one is ``tensor(_:shape:)``.
    ///
    /// One that was packed and kept is used as it lies there. Such weights were found finite before they were packed, so
    /// nothing of the file is read then.
    package func linearWeight(_ name: String, shape: Shape) -> LinearWeight {
        guard let shelf = ledger.shelf else { return madeWeight(name, shape) }
        if let kept = keptWeight(fullName(name), shape, shelf) { return kept }
        let problems = ledger.problems.count
        let weight = madeWeight(name, shape)
        if ledger.problems.count == problems { shelf.note(weight, fullName(name)) }
        return weight
    }

    private func keptWeight(_ name: String, _ shape: Shape, _ shelf: any PanelShelf) -> LinearWeight? {
        let source = ledger.source
        guard source.shape(of: name) == shape, let panels = shelf.panels(name), panels.shape == shape,
            let weight = LinearWeight(panels, precision: precision, original: { try? source.load(name) })
        else { return nil }
        ledger.requested.insert(name)
        return weight
    }

    private func madeWeight(_ name: String, _ shape: Shape) -> LinearWeight {
        if precision == .int8, LinearWeight.fitsBytes(shape), let rows = byteRows(fullName(name), shape) {
            ledger.requested.insert(fullName(name))
            return LinearWeight(rows)
        }
        return LinearWeight(tensor(name, shape: shape), precision: precision)
    }

    /// Bytes that can be used as they are; what is wrong with others shows when they are read as a tensor.
    private func byteRows(_ name: String, _ shape: Shape) -> ByteRows? {
        guard ledger.source.shape(of: name) == shape, let found = try? ledger.source.byteRows(name),
            found.shape == shape, found.scales.allSatisfy(\.isFinite)
        else { return nil }
        return found
    }

    private func fullName(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}
