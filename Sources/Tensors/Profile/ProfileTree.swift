/// A part of a model or of a method, with what was computed for it: the dots of names as a tree.
package struct ProfileTree: Sendable {
    /// The last word of the dotted name; of the root empty.
    package private(set) var name: String
    /// With everything below it.
    package private(set) var sum = OperationSum()
    /// Of the part as a whole; more than the seconds of the sum where something besides operations took time.
    package private(set) var seconds = 0.0
    /// What was computed for this part itself.
    package private(set) var operations: [(kind: OperationCost.Kind, sum: OperationSum)] = []
    /// In the order of their first operations.
    package private(set) var children: [ProfileTree] = []

    /// Seconds in which no operation ran, those of the children left out.
    package var otherSeconds: Double {
        seconds - children.reduce(0) { $0 + $1.seconds } - operations.reduce(0) { $0 + $1.sum.seconds }
    }

    private init(name: String) { self.name = name }

    /// The tree of a profile; its root stands for the whole recording.
    package init(_ profile: Profile) {
        self.init(name: "")
        seconds = profile.seconds
        for entry in profile.entries { insert(entry, at: Self.words(entry.path)) }
        for span in profile.spans {
            guard case .part = span.content else { continue }
            addSeconds(profile.share(of: span) / 1e9, at: Self.words(span.path))
        }
        settle()
    }

    private static func words(_ path: String) -> ArraySlice<String> { path.split(separator: ".").map(String.init)[...] }

    private mutating func insert(_ entry: Profile.Entry, at words: ArraySlice<String>) {
        sum += entry.sum
        guard let word = words.first else {
            operations.append((entry.kind, entry.sum))
            return
        }
        children[child(word)].insert(entry, at: words.dropFirst())
    }

    private mutating func addSeconds(_ more: Double, at words: ArraySlice<String>) {
        guard let word = words.first else {
            seconds += more
            return
        }
        children[child(word)].addSeconds(more, at: words.dropFirst())
    }

    /// The index of a child, which is made where it is missing.
    private mutating func child(_ name: String) -> Int {
        if let index = children.firstIndex(where: { $0.name == name }) { return index }
        children.append(ProfileTree(name: name))
        return children.count - 1
    }

    /// Names between two layers are no layers and were not timed: they take what is below them.
    private mutating func settle() {
        for index in children.indices { children[index].settle() }
        seconds = max(seconds, seconds - otherSeconds)
    }

    // MARK: Repeated parts

    /// The tree with neighbouring children joined whose names are numbers and in which the same is computed: ten blocks of a
    /// transformer become one part called `0-9`.
    package var folded: ProfileTree {
        var result = self
        result.children = []
        var signatures: [String] = []
        for child in children.map(\.folded) {
            let signature = child.signature
            if Int(child.name) != nil, signatures.last == signature, let last = result.children.last,
                last.name.allSatisfy({ $0.isNumber || $0 == "-" })
            {
                let name = "\(last.name.prefix { $0 != "-" })-\(child.name)"
                result.children[result.children.count - 1].join(child)
                result.children[result.children.count - 1].name = name
            } else {
                result.children.append(child)
                signatures.append(signature)
            }
        }
        return result
    }

    /// Everything that is computed below, without names of this part and without figures.
    private var signature: String {
        operations.map(\.kind.rawValue).joined(separator: ",")
            + children.map { "(\($0.name): \($0.signature))" }.joined()
    }

    /// Adds the figures of a tree of the same signature.
    private mutating func join(_ other: ProfileTree) {
        sum += other.sum
        seconds += other.seconds
        for index in operations.indices { operations[index].sum += other.operations[index].sum }
        for index in children.indices { children[index].join(other.children[index]) }
    }
}
