/// Reads a pickle of PyTorch as data.
///
/// A pickle is a program for a stack machine that may call anything. Here it builds dictionaries, lists, tuples, numbers,
/// texts and tensors over records of the same archive, and nothing else: a class or function that is not on the list of
/// `PickleGlobal` is refused by its name and place, and those on the list are only recognised, never called. The stack
/// and every count are limited, and the time is linear in the size of the pickle.
struct PickleMachine {
    static let recordLimitBytes = 16 << 20
    static let valueLimit = 1_000_000
    private static let markLimit = 1000
    /// Python itself writes numbers beyond 255 bytes in the long form; no weight has one.
    private static let longLimitBytes = 255
    private static let nameLimitBytes = 1024

    /// What the archive around the pickle says.
    struct Surroundings {
        var isTorchScript: Bool
        /// The size of the record that a storage's key stands for, nil when there is none.
        var storageBytes: (String) -> Int?
        /// How many bytes the tensors that repeat stored elements may take together once they are in memory.
        var expansionBytes: Int
    }

    private let bytes: [UInt8]
    private var surroundings: Surroundings
    private var position = 0
    private var stack: [PickleValue] = []
    private var marks: [Int] = []
    private var memo: [PickleValue] = []
    private var valueCount = 0
    private(set) var graph = PickleGraph()
    /// Where the instruction at hand starts.
    private(set) var instructionOffset = 0

    /// - Parameter bytes: the whole record; the caller has compared its length with `recordLimitBytes`.
    init(_ bytes: [UInt8], _ surroundings: Surroundings) {
        self.bytes = bytes
        self.surroundings = surroundings
    }

    /// Runs the whole pickle. After a throw, `instructionOffset` says where.
    mutating func run() throws(PickleFault) -> PickleGraph {
        guard try byte() == PickleOpcode.proto.rawValue else { throw .noProtocol }
        let number = try byte()
        guard (2...4).contains(number) else { throw .unreadProtocol(Int(number)) }
        while true {
            instructionOffset = position
            let code = try byte()
            guard let opcode = PickleOpcode(rawValue: code) else {
                throw PickleOpcode.refused[code].map { .refusedInstruction($0) } ?? .unknownInstruction(code)
            }
            if opcode == .stop { break }
            try execute(opcode)
        }
        guard position == bytes.count else { throw .bytesAfterStop(byteCount: bytes.count - position) }
        guard stack.count == 1, marks.isEmpty else { throw .leftOver(values: stack.count) }
        graph.root = stack[0]
        return graph
    }

    private mutating func execute(_ opcode: PickleOpcode) throws(PickleFault) {
        switch opcode {
        case .proto, .stop: throw .refusedInstruction("PROTO")
        case .frame: guard try unsigned(8) <= UInt64(bytes.count - position) else { throw .endsEarly }
        case .mark:
            guard marks.count < Self.markLimit else { throw .nestedTooDeep(limit: Self.markLimit) }
            marks.append(stack.count)
        case .pop: _ = try pop()
        case .popMark: _ = try popGroup()

        case .none: try push(.none)
        case .newTrue: try push(.boolean(true))
        case .newFalse: try push(.boolean(false))
        case .binInt: try push(.integer(Int(Int32(truncatingIfNeeded: try unsigned(4)))))
        case .binInt1: try push(.integer(Int(try unsigned(1))))
        case .binInt2: try push(.integer(Int(try unsigned(2))))
        case .long1: try push(try long(Int64(try unsigned(1))))
        case .long4: try push(try long(Int64(Int32(truncatingIfNeeded: try unsigned(4)))))
        case .binFloat: try push(.real(Double(bitPattern: try unsigned(8).byteSwapped)))
        case .shortBinUnicode, .shortBinString: try push(.text(try text(try unsigned(1))))
        case .binUnicode, .binString: try push(.text(try text(try unsigned(4))))
        case .binUnicode8: try push(.text(try text(try unsigned(8))))
        case .shortBinBytes: try pushBytes(try unsigned(1))
        case .binBytes: try pushBytes(try unsigned(4))
        case .binBytes8: try pushBytes(try unsigned(8))

        case .emptyTuple: try push(.tuple(0))
        case .tuple: try pushTuple(try popGroup())
        case .tuple1: try pushTuple([try pop()])
        case .tuple2:
            let second = try pop()
            try pushTuple([try pop(), second])
        case .tuple3:
            let third = try pop()
            let second = try pop()
            try pushTuple([try pop(), second, third])
        case .emptyList:
            graph.lists.append([])
            try push(.list(graph.lists.count - 1))
        case .append: try append([try pop()])
        case .appends: try append(try popGroup())
        case .emptyDictionary: try pushDictionary(isOrdered: false)
        case .setItem:
            let value = try pop()
            try set([try pop(), value])
        case .setItems: try set(try popGroup())

        case .binPut: try keep(UInt64(try unsigned(1)))
        case .longBinPut: try keep(try unsigned(4))
        case .memoize: try keep(UInt64(memo.count))
        case .binGet: try recall(try unsigned(1))
        case .longBinGet: try recall(try unsigned(4))

        case .global: try pushGlobal(module: try line(), name: try line())
        case .stackGlobal:
            guard case .text(let name) = try pop(), case .text(let module) = try pop() else {
                throw .wrongArguments(of: "a class")
            }
            try pushGlobal(module: module, name: name)
        case .instance: throw .refusedGlobal("\(try line()).\(try line())")
        case .object: throw .refusedInstruction("OBJ")
        case .reduce:
            let arguments = try popTuple()
            try reduce(try pop(), arguments)
        case .newObject:
            let arguments = try popTuple()
            guard case .global(.module) = try pop() else { throw .notCallable("something that is no module's class") }
            guard arguments.isEmpty else { throw .wrongArguments(of: "a module") }
            graph.objects.append(nil)
            try push(.object(graph.objects.count - 1))
        case .build: try build()
        case .binPersistentID: try pushStorage(try popTuple())
        }
    }

    // MARK: Bytes

    private mutating func byte() throws(PickleFault) -> UInt8 {
        guard position < bytes.count else { throw .endsEarly }
        position += 1
        return bytes[position - 1]
    }

    /// A little-endian number of up to 8 bytes.
    private mutating func unsigned(_ count: Int) throws(PickleFault) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<count { value |= UInt64(try byte()) << UInt64(8 * index) }
        return value
    }

    /// The range of the next bytes, which are then stepped over.
    private mutating func take(_ count: UInt64) throws(PickleFault) -> Range<Int> {
        guard count <= UInt64(bytes.count - position) else { throw .endsEarly }
        let start = position
        position += Int(count)
        return start..<position
    }

    private mutating func text(_ count: UInt64) throws(PickleFault) -> String {
        let range = try take(count)
        guard let text = String(validating: bytes[range], as: UTF8.self) else { throw .invalidText }
        return text
    }

    private mutating func pushBytes(_ count: UInt64) throws(PickleFault) {
        _ = try take(count)
        try push(.bytes)
    }

    /// A text up to the end of its line.
    private mutating func line() throws(PickleFault) -> String {
        let start = position
        while true {
            guard position - start <= Self.nameLimitBytes else { throw .invalidText }
            if try byte() == UInt8(ascii: "\n") { break }
        }
        guard let text = String(validating: bytes[start..<position - 1], as: UTF8.self) else { throw .invalidText }
        return text
    }

    /// A whole number in two's complement, little-endian.
    private mutating func long(_ count: Int64) throws(PickleFault) -> PickleValue {
        guard (0...Int64(Self.longLimitBytes)).contains(count) else {
            throw .numberTooLong(byteCount: count, limit: Self.longLimitBytes)
        }
        let range = try take(UInt64(count))
        guard range.count <= 8 else { return .largeInteger }
        guard let last = range.last else { return .integer(0) }
        var value: UInt64 = bytes[last] >= 0x80 ? .max : 0
        for index in range.reversed() { value = value << 8 | UInt64(bytes[index]) }
        return .integer(Int(Int64(bitPattern: value)))
    }

    // MARK: Stack

    private mutating func push(_ value: PickleValue) throws(PickleFault) {
        valueCount += 1
        guard valueCount <= Self.valueLimit else { throw .tooManyValues(limit: Self.valueLimit) }
        stack.append(value)
    }

    private mutating func pop() throws(PickleFault) -> PickleValue {
        // Values below a mark belong to the group outside.
        guard stack.count > marks.last ?? 0, let value = stack.popLast() else { throw .stackEmpty }
        return value
    }

    private mutating func popGroup() throws(PickleFault) -> [PickleValue] {
        guard let mark = marks.popLast() else { throw .markMissing }
        let group = Array(stack[mark...])
        stack.removeSubrange(mark...)
        return group
    }

    private mutating func popTuple() throws(PickleFault) -> [PickleValue] {
        guard case .tuple(let index) = try pop() else { throw .wrongArguments(of: "a class") }
        return graph.tuples[index]
    }

    private func top() throws(PickleFault) -> PickleValue {
        guard stack.count > marks.last ?? 0, let value = stack.last else { throw .stackEmpty }
        return value
    }

    private mutating func pushTuple(_ values: [PickleValue]) throws(PickleFault) {
        guard !values.isEmpty else { return try push(.tuple(0)) }
        graph.tuples.append(values)
        try push(.tuple(graph.tuples.count - 1))
    }

    private mutating func pushDictionary(isOrdered: Bool) throws(PickleFault) {
        graph.dictionaries.append(PickleDictionary(isOrdered: isOrdered))
        try push(.dictionary(graph.dictionaries.count - 1))
    }

    private mutating func append(_ values: [PickleValue]) throws(PickleFault) {
        guard case .list(let index) = try top() else { throw .notList }
        graph.lists[index] += values
    }

    /// - Parameter values: keys and values in turn.
    private mutating func set(_ values: [PickleValue]) throws(PickleFault) {
        guard case .dictionary(let index) = try top() else { throw .notDictionary }
        guard values.count % 2 == 0 else { throw .oddItems }
        for place in stride(from: 0, to: values.count, by: 2) {
            try graph.dictionaries[index].set(values[place], values[place + 1])
        }
    }

    private mutating func keep(_ number: UInt64) throws(PickleFault) {
        let value = try top()
        // Writers number what they keep one after the other.
        guard number <= UInt64(memo.count) else { throw .memoTooLarge(number) }
        guard number < UInt64(Self.valueLimit) else { throw .tooManyValues(limit: Self.valueLimit) }
        if number == UInt64(memo.count) { memo.append(value) } else { memo[Int(number)] = value }
    }

    private mutating func recall(_ number: UInt64) throws(PickleFault) {
        guard number < UInt64(memo.count) else { throw .memoMissing(number) }
        try push(memo[Int(number)])
    }

    // MARK: Classes and functions

    private mutating func pushGlobal(module: String, name: String) throws(PickleFault) {
        try push(.global(try PickleGlobal(module: module, name: name, isTorchScript: surroundings.isTorchScript)))
    }

    private mutating func reduce(_ callable: PickleValue, _ arguments: [PickleValue]) throws(PickleFault) {
        guard case .global(let global) = callable else { throw .notCallable(graph.content(of: callable)) }
        switch global {
        case .orderedDictionary:
            guard arguments.isEmpty else { throw .wrongArguments(of: "OrderedDict") }
            try pushDictionary(isOrdered: true)
        case .rebuildTensor:
            let tensor = try PickleTensor(arguments, graph, expansionBytes: &surroundings.expansionBytes)
            graph.tensors.append(tensor)
            try push(.tensor(graph.tensors.count - 1))
        case .rebuildParameter:
            guard arguments.count == 3, case .tensor = arguments[0], case .boolean = arguments[1] else {
                throw .wrongArguments(of: "_rebuild_parameter")
            }
            try push(arguments[0])
        case .typedContainer:
            switch (arguments.first, arguments.count) {
            case (.list?, 1...2), (.dictionary?, 2): try push(arguments[0])
            default: throw .wrongArguments(of: "a typed container")
            }
        case .storage, .module: throw .notCallable("a class that is only named")
        }
    }

    private mutating func build() throws(PickleFault) {
        guard case .dictionary(let state) = try pop() else { throw .notBuildable }
        switch try top() {
        case .object(let index) where graph.objects[index] == nil: graph.objects[index] = state
        case .dictionary(let index)
        where graph.dictionaries[index].isOrdered && graph.dictionaries[index].attributes == nil:
            graph.dictionaries[index].attributes = state
        default: throw .notBuildable
        }
    }

    /// A storage, named by `('storage', class, key, device, number of elements)`.
    private mutating func pushStorage(_ identifier: [PickleValue]) throws(PickleFault) {
        guard identifier.count == 5, case .text("storage") = identifier[0],
            case .global(.storage(let elementType)) = identifier[1], case .text(let key) = identifier[2],
            case .text = identifier[3], case .integer(let elementCount) = identifier[4]
        else { throw .persistentIdentifier }
        guard elementCount >= 0 else { throw .negativeNumber }
        let record = "data/\(key)"
        guard let found = surroundings.storageBytes(key) else { throw .storageMissing(record: record) }
        let (expected, overflows) = elementCount.multipliedReportingOverflow(by: elementType.byteCount)
        guard !overflows, expected == found else {
            throw .storageSize(
                record: record, elements: elementCount, elementBytes: elementType.byteCount, found: found)
        }
        graph.storages.append(PickleStorage(key: key, elementType: elementType, elementCount: elementCount))
        try push(.storage(graph.storages.count - 1))
    }
}
