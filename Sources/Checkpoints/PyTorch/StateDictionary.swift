/// The named tensors among the objects of a pickle: nested dictionaries and modules joined by dots.
///
/// The walk keeps its own stack, so that deep nesting cannot overflow the thread's. Dictionaries may be shared, but not
/// so often that the names would take much more memory than the pickle itself.
struct StateDictionary {
    private static let depthLimit = 64
    private static let nameLimitBytes = 4096
    /// Bytes of names that a pickle may give rise to: a multiple of its own, for the levels in front of each name.
    private static let nameAllowance = (factor: 16, bytes: 1 << 20)
    /// Attributes that PyTorch gives to every module. They say nothing about weights, so they are not listed as ignored.
    private static let silentAttributes: Set<String> = ["training", "_is_full_backward_hook"]

    private(set) var tensors: [(name: String, tensor: PickleTensor)] = []
    private(set) var ignored: [IgnoredEntry] = []
    private var seen: Set<String> = []
    private var nameBytesLeft: Int

    /// One dictionary on the way down.
    private struct Level {
        var dictionary: Int
        var next: Int
        /// What stands before a name, its dot included.
        var prefix: String
        var isModule: Bool
        var unnamedCount = 0
    }

    /// - Parameter pickleBytes: the size of the pickle.
    init(_ graph: PickleGraph, pickleBytes: Int) throws(ContentsFault) {
        nameBytesLeft = Self.nameAllowance.bytes + Self.nameAllowance.factor * pickleBytes
        guard let root = Self.dictionary(of: graph.root, graph) else {
            throw .noDictionary(graph.content(of: graph.root))
        }
        var levels = [Level(dictionary: root.index, next: 0, prefix: "", isModule: root.isModule)]
        try noteAttributes(of: root.index, graph, prefix: "")
        while let level = levels.last {
            let items = graph.dictionaries[level.dictionary].items
            guard level.next < items.count else {
                noteUnnamed(level)
                levels.removeLast()
                continue
            }
            levels[levels.count - 1].next += 1
            let (key, value) = items[level.next]
            guard case .text(let text) = key else {
                levels[levels.count - 1].unnamedCount += 1
                try charge(1)
                continue
            }
            let name = level.prefix + text
            try charge(name.utf8.count + 1)
            guard name.utf8.count <= Self.nameLimitBytes else { throw .nameTooLong(limitBytes: Self.nameLimitBytes) }
            if case .tensor(let index) = value {
                guard seen.insert(name).inserted else { throw .duplicateName(name) }
                tensors.append((name, graph.tensors[index]))
            } else if let inner = Self.dictionary(of: value, graph) {
                guard !levels.contains(where: { $0.dictionary == inner.index }) else { throw .cycle(name: name) }
                guard levels.count < Self.depthLimit else {
                    throw .nestedTooDeep(name: name, limit: Self.depthLimit)
                }
                try noteAttributes(of: inner.index, graph, prefix: name + ".")
                levels.append(Level(dictionary: inner.index, next: 0, prefix: name + ".", isModule: inner.isModule))
            } else if !(level.isModule && Self.isSilent(text, value)) {
                ignored.append(IgnoredEntry(name: name, content: graph.content(of: value)))
            }
        }
    }

    /// The dictionary that a value is, or that holds the attributes of the module that it is.
    private static func dictionary(of value: PickleValue, _ graph: PickleGraph) -> (index: Int, isModule: Bool)? {
        switch value {
        case .dictionary(let index): (index, false)
        case .object(let index): graph.objects[index].map { ($0, true) }
        default: nil
        }
    }

    private static func isSilent(_ name: String, _ value: PickleValue) -> Bool {
        if case .none = value { return true }
        return silentAttributes.contains(name)
    }

    private mutating func charge(_ byteCount: Int) throws(ContentsFault) {
        nameBytesLeft -= byteCount
        guard nameBytesLeft >= 0 else { throw .tooManyNames }
    }

    /// Lists attributes of an `OrderedDict` beside `_metadata`, which holds the version numbers of PyTorch's layers.
    private mutating func noteAttributes(of index: Int, _ graph: PickleGraph, prefix: String) throws(ContentsFault) {
        guard let attributes = graph.dictionaries[index].attributes else { return }
        for (key, value) in graph.dictionaries[attributes].items {
            guard case .text(let text) = key, text != "_metadata" else { continue }
            try charge(prefix.utf8.count + text.utf8.count + 1)
            ignored.append(IgnoredEntry(name: prefix + text, content: graph.content(of: value)))
        }
    }

    private mutating func noteUnnamed(_ level: Level) {
        guard level.unnamedCount > 0 else { return }
        let name = level.prefix.isEmpty ? "" : String(level.prefix.dropLast())
        ignored.append(IgnoredEntry(name: name, content: "\(level.unnamedCount) entries whose keys are no texts"))
    }
}
