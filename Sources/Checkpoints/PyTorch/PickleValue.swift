/// A value of a pickle. Containers are numbers of entries in a `PickleGraph`, so that sharing and cycles cost nothing and
/// no nesting, however deep, is ever followed by recursion.
enum PickleValue {
    case none
    case boolean(Bool)
    case integer(Int)
    /// More than 64 bits; the value is not kept.
    case largeInteger
    case real(Double)
    case text(String)
    /// The contents are not kept.
    case bytes
    case tuple(Int)
    case list(Int)
    case dictionary(Int)
    case object(Int)
    case global(PickleGlobal)
    case storage(Int)
    case tensor(Int)
}

/// A class or function that a pickle may name. Nothing is looked up and nothing is called: each stands for the data that
/// is built in its place.
enum PickleGlobal: Hashable {
    case orderedDictionary
    case rebuildTensor
    case rebuildParameter
    case storage(ElementType)
    /// A module's class in a TorchScript archive.
    case module
    /// A typed list or dictionary in a TorchScript archive: a mark around the plain one.
    case typedContainer

    /// - Parameter isTorchScript: whether module classes and typed containers are allowed.
    init(module: String, name: String, isTorchScript: Bool) throws(PickleFault) {
        switch (module, name) {
        case ("collections", "OrderedDict"): self = .orderedDictionary
        case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensor
        case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
        case ("torch", _) where name.hasSuffix("Storage"):
            guard let elementType = Self.storages[name] else {
                guard Self.otherStorages.contains(name) else { throw .unknownStorage("torch.\(name)") }
                throw .unsupportedTensor("torch.\(name)")
            }
            self = .storage(elementType)
        case ("torch.jit._pickle", "build_intlist"), ("torch.jit._pickle", "build_doublelist"),
            ("torch.jit._pickle", "build_boollist"), ("torch.jit._pickle", "build_tensorlist"),
            ("torch.jit._pickle", "restore_type_tag"):
            guard isTorchScript else { throw .refusedGlobal("\(module).\(name)") }
            self = .typedContainer
        case ("torch._utils", _) where name.hasPrefix("_rebuild_"), ("torch._tensor", "_rebuild_from_type_v2"):
            throw .unsupportedTensor("\(module).\(name)")
        case _ where isTorchScript && (module == "__torch__" || module.hasPrefix("__torch__.")): self = .module
        default: throw .refusedGlobal("\(module).\(name)")
        }
    }

    private static let storages: [String: ElementType] = [
        "FloatStorage": .float32, "HalfStorage": .float16, "BFloat16Storage": .brain16, "DoubleStorage": .float64,
        "LongStorage": .signed64, "IntStorage": .signed32, "ShortStorage": .signed16, "CharStorage": .signed8,
        "ByteStorage": .unsigned8, "BoolStorage": .boolean,
    ]
    private static let otherStorages: Set<String> = [
        "ComplexFloatStorage", "ComplexDoubleStorage", "QInt8Storage", "QUInt8Storage", "QInt32Storage",
        "QUInt4x2Storage", "QUInt2x4Storage", "UntypedStorage",
    ]
}

/// A dictionary in the order in which its keys were set.
struct PickleDictionary {
    var items: [(key: PickleValue, value: PickleValue)] = []
    var texts: Set<String> = []
    var integers: Set<Int> = []
    /// Whether it is an `OrderedDict`, which may have attributes.
    var isOrdered = false
    /// Set by BUILD: `_metadata` of a state dictionary, and whatever else.
    var attributes: Int?

    /// Adds an item; a key that is there already is refused, where Python would keep the last.
    mutating func set(_ key: PickleValue, _ value: PickleValue) throws(PickleFault) {
        switch key {
        case .text(let text): guard texts.insert(text).inserted else { throw .duplicateKey(text) }
        case .integer(let number): guard integers.insert(number).inserted else { throw .duplicateKey(String(number)) }
        default: break
        }
        items.append((key, value))
    }
}

/// A storage as a persistent identifier names it, checked against the archive's record.
struct PickleStorage {
    var key: String
    var elementType: ElementType
    var elementCount: Int
}

/// A tensor over a storage, its extent checked.
struct PickleTensor {
    var storage: PickleStorage
    var elementOffset: Int
    var dimensions: [Int]
    var strides: [Int]
}

/// Everything that a pickle built.
struct PickleGraph {
    /// The first is the empty one.
    var tuples: [[PickleValue]] = [[]]
    var lists: [[PickleValue]] = []
    var dictionaries: [PickleDictionary] = []
    /// The dictionary of each module's attributes, nil before it is set.
    var objects: [Int?] = []
    var storages: [PickleStorage] = []
    var tensors: [PickleTensor] = []
    var root = PickleValue.none

    /// What a value is, in a few words.
    func content(of value: PickleValue) -> String {
        switch value {
        case .none: "nothing"
        case .boolean: "a truth value"
        case .integer, .largeInteger: "a whole number"
        case .real: "a number"
        case .text: "a text"
        case .bytes: "bytes"
        case .tuple(let index): "a tuple of \(tuples[index].count)"
        case .list(let index): "a list of \(lists[index].count)"
        case .dictionary(let index): "a dictionary of \(dictionaries[index].items.count)"
        case .object: "a module"
        case .global: "a class"
        case .storage: "a storage"
        case .tensor: "a tensor"
        }
    }
}
