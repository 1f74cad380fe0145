import Tensors
import Testing

@testable import Checkpoints

/// One test for each row of what a bad pickle must get.
@Suite("pickles: bad input and its error")
struct PickleTableTests {
    typealias Bytes = PickleBytes

    private func fault(_ body: [UInt8]...) -> PickleFault? {
        Bytes.fault([0x80, 2] + body.flatMap { $0 } + [0x2E])?.0
    }

    // MARK: The pickle

    @Test("protocols 0, 1, 5 and 200, none at all, no end, and bytes behind the end")
    func protocols() throws {
        let body = Array(Bytes.pickle(Bytes.emptyDictionary).dropFirst(2))
        for number in [0, 1, 5, 200] as [UInt8] {
            #expect(Bytes.fault([0x80, number] + body)?.0 == .unreadProtocol(Int(number)))
        }
        for number in [2, 3, 4] as [UInt8] { #expect(Bytes.fault([0x80, number] + body) == nil) }
        #expect(Bytes.fault(body)?.0 == .noProtocol)
        #expect(Bytes.fault([])?.0 == .endsEarly)
        #expect(Bytes.fault([0x80, 2, 0x7D])?.0 == .endsEarly)
        #expect(Bytes.fault([0x80, 2] + body + [0, 0])?.0 == .bytesAfterStop(byteCount: 2))
        #expect(fault() == .leftOver(values: 0))
        #expect(fault([0x7D, 0x7D]) == .leftOver(values: 2))
        #expect(fault([0x7D, 0x28]) == .leftOver(values: 1))
        #expect(fault([0x80, 2, 0x7D]) == .refusedInstruction("PROTO"))
        #expect(fault([0x01]) == .unknownInstruction(1))
    }

    @Test("a stack that runs out, a mark that is missing, values that were never kept, and a memo of itself")
    func stack() {
        #expect(fault([0x30]) == .stackEmpty)
        #expect(fault([0x4E, 0x28, 0x85]) == .stackEmpty)
        #expect(fault([0x86]) == .stackEmpty)
        #expect(fault([0x74]) == .markMissing)
        #expect(fault([0x7D, 0x75]) == .markMissing)
        #expect(fault([0x71, 0]) == .stackEmpty)
        #expect(fault([0x68, 7]) == .memoMissing(7))
        #expect(fault([0x6A, 0xFF, 0xFF, 0xFF, 0xFF]) == .memoMissing(0xFFFF_FFFF))
        #expect(fault([0x4E, 0x72, 0xFF, 0xFF, 0xFF, 0xFF]) == .memoTooLarge(0xFFFF_FFFF))
        // A dictionary that holds itself, and a tuple of itself over and over.
        let cycle = Bytes.pickle([0x7D, 0x71, 0], Bytes.text("a"), [0x68, 0, 0x73])
        #expect(Bytes.contentsFault(cycle) == .cycle(name: "a"))
        // Sixty dictionaries, each with the one before under two names: 2^60 paths in a pickle of a kilobyte.
        let last = Bytes.pickle([0x7D, 0x71, 0], Self.doubled)
        #expect(Bytes.contentsFault(last) == .tooManyNames)
    }

    /// All but the last dictionary are taken from the stack again.
    private static var doubled: [UInt8] {
        var body: [UInt8] = []
        for level in 0..<60 as Range<UInt8> {
            let items = Bytes.text("a") + [0x68, level] + Bytes.text("b") + [0x68, level]
            body += [0x30, 0x7D, 0x71, level + 1, 0x28] + items + [0x75]
        }
        return body
    }

    @Test("a number of a million digits, a text longer than the rest, and ten million nested tuples")
    func lengths() {
        #expect(
            fault([0x8B] + ZipBytes.number(415_241, 4)) == .numberTooLong(byteCount: 415_241, limit: 255))
        #expect(fault([0x8B, 0xFF, 0xFF, 0xFF, 0xFF]) == .numberTooLong(byteCount: -1, limit: 255))
        #expect(fault([0x8D] + ZipBytes.number(.max, 8)) == .endsEarly)
        #expect(fault([0x8D] + ZipBytes.number(1 << 40, 8) + [1, 2]) == .endsEarly)
        #expect(fault([0x58] + ZipBytes.number(2, 4) + [0xFF, 0xFE]) == .invalidText)
        #expect(fault([0x95] + ZipBytes.number(1 << 40, 8)) == .endsEarly)
        #expect(fault([0x29] + [UInt8](repeating: 0x85, count: 10_000_000)) == .tooManyValues(limit: 1_000_000))
        #expect(fault([UInt8](repeating: 0x28, count: 10_000_000)) == .nestedTooDeep(limit: 1000))
        #expect(
            fault([UInt8](repeating: 0x4E, count: 17 << 20))
                == .recordTooLong(byteCount: 17 << 20 + 3, limit: 16 << 20))
        var deep = Bytes.emptyDictionary
        for _ in 0..<100 { deep = Bytes.dictionary(("a", deep)) }
        guard case .nestedTooDeep(_, 64)? = Bytes.contentsFault(Bytes.pickle(deep)) else {
            Issue.record("a hundred levels open")
            return
        }
    }

    @Test("a class or function off the list is named with its place, however it is asked for")
    func globals() {
        let system = Bytes.fault(
            Bytes.pickle([0x4E], Bytes.global("os", "system"), Bytes.tuple(Bytes.text("x")), [0x52]))
        #expect(system?.0 == .refusedGlobal("os.system"))
        #expect(system?.offset == 3)
        #expect(fault(Bytes.text("builtins"), Bytes.text("eval"), [0x93]) == .refusedGlobal("builtins.eval"))
        #expect(fault([0x69] + Array("posix\nsystem\n".utf8)) == .refusedGlobal("posix.system"))
        #expect(
            fault(Bytes.global("torch.storage", "_load_from_bytes")) == .refusedGlobal("torch.storage._load_from_bytes")
        )
        #expect(fault(Bytes.global("__torch__.x", "Y")) == .refusedGlobal("__torch__.x.Y"))
        #expect(fault([0x28, 0x6F]) == .refusedInstruction("OBJ"))
        let ordered = Bytes.global("collections", "OrderedDict")
        #expect(fault(ordered, [0x29, 0x81]) == .notCallable("something that is no module's class"))
        #expect(fault([0x4E, 0x29, 0x52]) == .notCallable("nothing"))
        #expect(
            fault(Bytes.global("torch", "FloatStorage"), [0x29, 0x52]) == .notCallable("a class that is only named"))
        #expect(fault(ordered, Bytes.tuple([0x5D]), [0x52]) == .wrongArguments(of: "OrderedDict"))
        #expect(fault(Bytes.emptyDictionary, Bytes.emptyDictionary, [0x62]) == .notBuildable)
        #expect(fault(Bytes.orderedDictionary, [0x29, 0x62]) == .notBuildable)
        #expect(
            Bytes.fault(Bytes.pickle(Bytes.global("os", "system")), more: [("constants.pkl", [0x80])])?.0
                == .refusedGlobal("os.system"))
    }

    @Test("items for something that is no dictionary, an odd number of them, and appending to no list")
    func containers() {
        #expect(fault([0x5D], Bytes.text("a"), [0x4E, 0x73]) == .notDictionary)
        #expect(fault([0x29, 0x28], Bytes.text("a"), [0x4E, 0x75]) == .notDictionary)
        #expect(fault(Bytes.tensor(), Bytes.text("a"), [0x4E, 0x73]) == .notDictionary)
        #expect(fault(Bytes.emptyDictionary, [0x28], Bytes.text("a"), [0x75]) == .oddItems)
        #expect(fault(Bytes.emptyDictionary, [0x4E, 0x61]) == .notList)
        #expect(fault(Bytes.emptyDictionary, [0x28, 0x4E, 0x65]) == .notList)
        #expect(fault([0x29, 0x4E, 0x61]) == .notList)
    }

    // MARK: Tensors

    @Test("a persistent identifier that is not PyTorch's, an unknown storage, and a negative count")
    func storages() {
        func storage(_ items: [UInt8]...) -> [UInt8] { [0x28] + items.flatMap { $0 } + [0x74, 0x51] }
        let type = Bytes.global("torch", "FloatStorage")
        let (name, key, device, count) = (Bytes.text("storage"), Bytes.text("0"), Bytes.text("cpu"), Bytes.integer(4))
        #expect(fault(storage(name, type, key, device)) == .persistentIdentifier)
        #expect(fault(storage(name, type, key, device, count, count)) == .persistentIdentifier)
        #expect(fault(storage(Bytes.text("module"), type, key, device, count)) == .persistentIdentifier)
        #expect(fault(storage(name, type, Bytes.integer(0), device, count)) == .persistentIdentifier)
        #expect(fault(storage(name, key, key, device, count)) == .persistentIdentifier)
        #expect(fault(Bytes.text("storage"), [0x51]) == .wrongArguments(of: "a class"))
        #expect(fault(Bytes.storage("PinkStorage", count: 4)) == .unknownStorage("torch.PinkStorage"))
        #expect(fault(Bytes.storage(count: -1)) == .negativeNumber)
        #expect(fault(Bytes.storage(key: "../0", count: 4)) == .storageMissing(record: "data/../0"))
    }

    @Test("a count that wraps, or that is not the record's")
    func storageSizes() {
        for count in [3, 5, 0, 1 << 40, 1 << 62, Int.max] {
            #expect(
                fault(Bytes.storage(count: count))
                    == .storageSize(record: "data/0", elements: count, elementBytes: 4, found: 16))
        }
        #expect(
            fault(Bytes.storage("DoubleStorage", count: 4))
                == .storageSize(record: "data/0", elements: 4, elementBytes: 8, found: 16))
        // 2^64 bytes wrap to the record's 16.
        #expect(fault(Bytes.storage("DoubleStorage", count: 1 << 61 + 2)) != nil)
    }

    @Test("offset and strides that leave the storage, and ranks that differ")
    func extents() {
        func fault(_ offset: Int, _ size: [Int], _ stride: [Int]) -> PickleFault? {
            self.fault(Bytes.tensor(offset: offset, size: size, stride: stride))
        }
        #expect(fault(1, [4], [1]) == .beyondStorage(elementsNeeded: 5, elements: 4))
        #expect(fault(0, [5], [1]) == .beyondStorage(elementsNeeded: 5, elements: 4))
        #expect(fault(0, [2, 2], [3, 1]) == .beyondStorage(elementsNeeded: 5, elements: 4))
        #expect(fault(0, [2], [Int.max]) == .beyondStorage(elementsNeeded: nil, elements: 4))
        #expect(fault(0, [3], [Int.max]) == .beyondStorage(elementsNeeded: nil, elements: 4))
        #expect(fault(Int.max, [2], [1]) == .beyondStorage(elementsNeeded: nil, elements: 4))
        #expect(fault(Int.max, [0], [1]) == .beyondStorage(elementsNeeded: .max, elements: 4))
        #expect(fault(0, [1 << 40, 1 << 40], [1, 1]) == .sizeOverflows)
        #expect(fault(0, [1 << 40, 0, 1 << 40], [1, 1, 1]) == .sizeOverflows)
        #expect(fault(0, [4], [1, 1]) == .ranksDiffer(shape: 1, strides: 2))
        #expect(fault(0, [4, 1], [1]) == .ranksDiffer(shape: 2, strides: 1))
        let many = [Int](repeating: 1, count: 33)
        #expect(fault(0, many, many) == .rankTooLarge(limit: 32))
        #expect(fault(0, [1, 4], [Int.max, 1]) == nil)
    }

    @Test("negative numbers are refused; a stride of 0 is written out inside a budget")
    func strides() throws {
        func tensor(_ offset: Int, _ size: [Int], _ stride: [Int]) -> [UInt8] {
            Bytes.tensor(offset: offset, size: size, stride: stride)
        }
        #expect(fault(tensor(3, [4], [-1])) == .negativeNumber)
        #expect(fault(tensor(0, [-1], [1])) == .negativeNumber)
        #expect(fault(tensor(-1, [1], [1])) == .negativeNumber)
        let expanded = try Bytes.open(
            Bytes.pickle(
                Bytes.dictionary(("a", tensor(1, [2, 3], [1, 0])), ("b", tensor(0, [3, 2], [1, 1])))))
        #expect(try expanded.load("a").values == [2, 2, 2, 3, 3, 3])
        #expect(try expanded.load("b").values == [1, 2, 2, 3, 3, 4])
        guard case .expansionTooLarge(let byteCount, _)? = fault(tensor(0, [1 << 30], [0])) else {
            Issue.record("an expansion of 4 GiB opens")
            return
        }
        #expect(byteCount == 4 << 30)
        // The budget is one for all such tensors.
        let half = tensor(0, [3 << 20], [0])
        guard case .expansionTooLarge? = fault(Bytes.dictionary(("a", half), ("b", half))) else {
            Issue.record("two halves and more open")
            return
        }
    }

    @Test("a storage that many tensors share is used in place by all")
    func shared() throws {
        let body =
            [UInt8](Bytes.storage(count: 4)) + [0x71, 0, 0x30] + Bytes.emptyDictionary + [0x28]
            + (0..<1000).flatMap { Bytes.text("t\($0)") + Bytes.tensor([0x68, 0]) } + [0x75]
        let checkpoint = try Bytes.open(Bytes.pickle(body))
        #expect(checkpoint.names.count == 1000)
        let first = try checkpoint.load("t0")
        let last = try checkpoint.load("t999")
        #expect(first.withUnsafeBufferPointer(\.baseAddress) == last.withUnsafeBufferPointer(\.baseAddress))
        #expect(last.values == [1, 2, 3, 4])
        // A quarter of a megabyte that would be eighty megabytes written out.
        let count = 1 << 16
        let tensor = Bytes.tensor([0x68, 0], size: [count])
        let repeated =
            Bytes.storage(count: count) + [0x71, 0, 0x30] + Bytes.emptyDictionary + [0x28]
            + (0..<300).flatMap { Bytes.text("t\($0)") + tensor } + [0x75]
        let storage = [UInt8](repeating: 0, count: count * 4)
        #expect(
            ZipBytes.pyTorch(Bytes.pickle(repeated), storages: [("0", storage)]).error
                == .contents(path: "w.pt", fault: .sharedTooOften))
    }

    @Test("other kinds of tensors are unsupported by name")
    func kinds() {
        for (module, name) in [
            ("torch._tensor", "_rebuild_from_type_v2"), ("torch._utils", "_rebuild_sparse_tensor"),
            ("torch._utils", "_rebuild_qtensor"), ("torch._utils", "_rebuild_meta_tensor_no_storage"),
            ("torch._utils", "_rebuild_nested_tensor"), ("torch", "QInt8Storage"), ("torch", "ComplexFloatStorage"),
        ] {
            #expect(fault(Bytes.global(module, name)) == .unsupportedTensor("\(module).\(name)"))
        }
        let hooks = Bytes.dictionary(("hook", [0x4E]))
        #expect(fault(Bytes.tensor(hooks: hooks)) == .unsupportedTensor("a tensor with hooks"))
    }

    // MARK: Dictionaries

    @Test("a key that stands twice is refused, one that is no text is listed, and levels are joined by dots")
    func keys() throws {
        #expect(fault(Bytes.dictionary(("a", [0x4E]), ("a", [0x4E]))) == .duplicateKey("a"))
        #expect(fault(Bytes.emptyDictionary, [0x28, 0x4B, 1, 0x4E, 0x4B, 1, 0x4E, 0x75]) == .duplicateKey("1"))
        let nested = Bytes.dictionary(("b", Bytes.tensor()))
        #expect(
            Bytes.contentsFault(Bytes.pickle(Bytes.dictionary(("a.b", Bytes.tensor()), ("a", nested))))
                == .duplicateName("a.b"))
        let numbered =
            Bytes.emptyDictionary + [0x28, 0x4B, 1] + Bytes.tensor() + Bytes.text("x") + Bytes.tensor() + [0x75]
        let checkpoint = try Bytes.open(
            Bytes.pickle(
                Bytes.dictionary(("state_dict", Bytes.dictionary(("module.w", Bytes.tensor()))), ("n", numbered))))
        #expect(checkpoint.names == ["state_dict.module.w", "n.x"])
        #expect(checkpoint.ignored == [IgnoredEntry(name: "n", content: "1 entries whose keys are no texts")])
        #expect(Bytes.contentsFault(Bytes.pickle(Bytes.tensor())) == .noDictionary("a tensor"))
        #expect(Bytes.contentsFault(Bytes.pickle([0x5D])) == .noDictionary("a list of 0"))
        let long = String(repeating: "n", count: 5000)
        #expect(
            Bytes.contentsFault(Bytes.pickle(Bytes.dictionary((long, Bytes.tensor()))))
                == .nameTooLong(limitBytes: 4096))
    }

    @Test("the extension registry, buffers outside the pickle, sets and the text forms of protocol 0")
    func instructions() {
        for (code, name) in [
            (0x82, "EXT1"), (0x83, "EXT2"), (0x84, "EXT4"), (0x97, "NEXT_BUFFER"), (0x98, "READONLY_BUFFER"),
            (0x96, "BYTEARRAY8"), (0x92, "NEWOBJ_EX"), (0x8F, "EMPTY_SET"), (0x91, "FROZENSET"), (0x49, "INT"),
            (0x50, "PERSID"), (0x32, "DUP"),
        ] as [(UInt8, String)] {
            #expect(fault([code]) == .refusedInstruction(name))
        }
    }

    @Test("modules of TorchScript are data: attributes are read, set once, and only from a dictionary")
    func modules() throws {
        let constants: [(String, [UInt8])] = [("constants.pkl", [0x80, 2, 0x29, 0x2E])]
        func module(_ state: [UInt8]) -> [UInt8] { Bytes.global("__torch__.m", "M") + [0x29, 0x81] + state + [0x62] }
        let inner = module(Bytes.dictionary(("weight", Bytes.tensor()), ("training", [0x89]), ("bias", [0x4E])))
        let checkpoint = try Bytes.open(
            Bytes.pickle(module(Bytes.dictionary(("0", inner), ("n", Bytes.integer(3))))), more: constants)
        #expect(checkpoint.container == .torchScript)
        #expect(checkpoint.names == ["0.weight"])
        #expect(checkpoint.ignored == [IgnoredEntry(name: "n", content: "a whole number")])
        func fault(_ body: [UInt8]) -> PickleFault? { Bytes.fault(Bytes.pickle(body), more: constants)?.0 }
        #expect(fault(module([0x29])) == .notBuildable)
        #expect(fault(module(Bytes.emptyDictionary) + Bytes.emptyDictionary + [0x62]) == .notBuildable)
        #expect(
            fault(Bytes.global("__torch__.m", "M") + Bytes.tuple([0x4E]) + [0x81]) == .wrongArguments(of: "a module"))
        #expect(fault(Bytes.global("__torch__.m", "M") + [0x29, 0x52]) == .notCallable("a class that is only named"))
        let unset = Bytes.pickle(Bytes.global("__torch__.m", "M") + [0x29, 0x81])
        #expect(Bytes.contentsFault(unset, more: constants) == .noDictionary("a module"))
    }
}
