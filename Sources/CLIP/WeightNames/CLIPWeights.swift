import NeuralNetwork
public import Tensors
import WeightIdentity

/// The weights of a CLIP with a ViT image tower under open_clip's names, whatever names the file uses.
///
/// A view: a tensor is read, and put together where necessary, when it is loaded. Tensors that no CLIP has keep their names,
/// so that loading a model lists them.
public struct CLIPWeights: TensorSource {
    /// Whose names the file uses.
    public let layout: CLIPLayout
    /// What stood in front of every name and was taken off, empty for nothing.
    public let prefix: String
    /// Tensors of the file that are no part of the model and may be there: buffers that are computed here, and what
    /// stood beside a wrapped model.
    public let ignored: [String]
    /// The names of open_clip for all tensors.
    public let names: [String]
    private let source: UnwrappedWeights
    private let recipes: [String: CLIPLayout.Recipe]

    /// - Throws: `CLIPConfigurationError.notCLIP` for weights of anything else, which names what they are of.
    public init(_ weights: some TensorSource) throws(CLIPConfigurationError) {
        let source = UnwrappedWeights(weights)
        let family = WeightFamily(of: source)
        let held = Set(source.names)
        switch family {
        case .clip where held.contains("text.token_embedding.weight"): layout = .customText
        case .clip: layout = .openCLIP
        case .huggingFaceCLIP: layout = .huggingFace
        default: throw .notCLIP(family)
        }
        var recipes: [String: CLIPLayout.Recipe] = [:]
        var strangers: [String] = []
        var ignored = source.setAside
        for name in source.names {
            if Self.isBuffer(name) {
                ignored.append(source.prefix + name)
            } else if let canonical = layout.canonicalName(of: name),
                canonical == name || layout.recipe(for: canonical).parts.contains(name)
            {
                recipes[canonical] = layout.recipe(for: canonical)
            } else {
                strangers.append(name)
            }
        }
        for name in strangers {
            // A stranger with a canonical name that is taken must still come up when the model is loaded.
            recipes[recipes[name] == nil ? name : "\(name) (beside the renamed one)"] = .tensor(name)
        }
        names = recipes.keys.sorted()
        self.recipes = recipes
        self.ignored = ignored
        self.source = source
        prefix = source.prefix
    }

    /// Numbers that OpenAI's archives carry beside the weights; nobody else's files have all of them.
    static let archiveBuffers: Set<String> = ["input_resolution", "context_length", "vocab_size"]

    private static func isBuffer(_ name: String) -> Bool {
        if archiveBuffers.contains(name) || name == "visual.input_resolution" { return true }
        let last = name.split(separator: ".").last ?? ""
        return last == "attn_mask" || last == "position_ids"
    }

    /// Whether the file is one of OpenAI's archives, or was written from one of them.
    var isOpenAIArchive: Bool { Self.archiveBuffers.isSubset(of: source.names) }

    /// The texts that came with the weights.
    public var metadata: [String: String] { source.metadata }

    /// The shape of the tensor with this name of open_clip, nil when the file does not have it.
    public func shape(of name: String) -> Shape? {
        guard let recipe = recipes[name] else { return nil }
        var shapes: [Shape] = []
        for part in recipe.parts {
            guard let shape = source.shape(of: part) else { return nil }
            shapes.append(shape)
        }
        guard let first = shapes.first else { return nil }
        switch recipe {
        case .tensor: return first
        case .transposed: return first.rank == 2 ? Shape(first.dimensions.reversed()) : first
        case .rows:
            guard first.rank > 0, shapes.allSatisfy({ $0 == first }) else { return nil }
            let (rows, isTooLarge) = first[0].multipliedReportingOverflow(by: shapes.count)
            return isTooLarge ? nil : Shape([rows] + first.dimensions.dropFirst())
        }
    }

    /// The tensor with this name of open_clip, put together from tensors of the file where necessary.
    public func load(_ name: String) throws -> Tensor {
        guard let recipe = recipes[name] else { return try source.load(name) }
        switch recipe {
        case .tensor(let part): return try source.load(part)
        case .transposed(let part):
            let stored = try source.load(part)
            return stored.shape.rank == 2 ? stored.transposed() : stored
        case .rows(let parts): return .concatenated(try parts.map { try source.load($0) }, axis: 0)
        }
    }

    /// The bytes of a tensor that the file has as it is here.
    public func byteRows(_ name: String) throws -> ByteRows? {
        guard case .tensor(let part)? = recipes[name] else { return nil }
        return try source.byteRows(part)
    }

    /// The differences between a model and these weights, told in the names and shapes of the file.
    func inFileNames(_ error: WeightError) -> WeightError {
        let problems = error.problems.flatMap { problem -> [WeightProblem] in
            switch problem {
            case .missing(let name, let expected), .unexpectedShape(let name, let expected, _):
                let told = partProblems(name, expected)
                return told.isEmpty ? [problem] : told
            case .unexpected(let name, let found): return [.unexpected(name: prefix + name, found: found)]
            case .unreadable: return [problem]
            case .notFinite(let name, _):
                let told = nonFiniteParts(of: name)
                return told.isEmpty ? [problem] : told
            }
        }
        return WeightError(problems)
    }

    /// The parts of one canonical tensor that hold what is no finite number.
    private func nonFiniteParts(of name: String) -> [WeightProblem] {
        layout.recipe(for: name).parts.compactMap { part in
            guard let count = try? source.load(part).nonFiniteCount, count > 0 else { return nil }
            return .notFinite(name: prefix + part, count: count)
        }
    }

    /// What is wrong with each part of one canonical tensor.
    private func partProblems(_ name: String, _ expected: Shape) -> [WeightProblem] {
        let recipe = layout.recipe(for: name)
        let wanted: Shape
        switch recipe {
        case .tensor: wanted = expected
        case .transposed: wanted = Shape(expected.dimensions.reversed())
        case .rows(let parts): wanted = Shape([expected[0] / parts.count] + expected.dimensions.dropFirst())
        }
        return recipe.parts.compactMap { part in
            guard let found = source.shape(of: part) else { return .missing(name: prefix + part, expected: wanted) }
            return found == wanted ? nil : .unexpectedShape(name: prefix + part, expected: wanted, found: found)
        }
    }
}
