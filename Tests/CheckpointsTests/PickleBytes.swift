import Checkpoints

/// Pickles put together from instructions, and archives around them.
enum PickleBytes {
    /// Protocol 2, the instructions, STOP.
    static func pickle(_ body: [UInt8]...) -> [UInt8] { [0x80, 2] + body.flatMap { $0 } + [0x2E] }

    static func text(_ text: String) -> [UInt8] {
        [0x58] + ZipBytes.number(UInt64(text.utf8.count), 4) + Array(text.utf8)
    }

    /// A whole number as LONG1 of 8 bytes.
    static func integer(_ value: Int) -> [UInt8] {
        [0x8A, 8] + ZipBytes.number(UInt64(bitPattern: Int64(value)), 8)
    }

    static func global(_ module: String, _ name: String) -> [UInt8] {
        [0x63] + Array("\(module)\n\(name)\n".utf8)
    }

    static func tuple(_ items: [UInt8]...) -> [UInt8] { [0x28] + items.flatMap { $0 } + [0x74] }

    static func numbers(_ values: [Int]) -> [UInt8] { [0x28] + values.flatMap(integer) + [0x74] }

    static let emptyDictionary: [UInt8] = [0x7D]
    static let orderedDictionary = global("collections", "OrderedDict") + [0x29, 0x52]
    static let newFalse: [UInt8] = [0x89]

    static func dictionary(_ items: (String, [UInt8])...) -> [UInt8] {
        emptyDictionary + [0x28] + items.flatMap { text($0.0) + $0.1 } + [0x75]
    }

    static func storage(_ type: String = "FloatStorage", key: String = "0", count: Int) -> [UInt8] {
        tuple(text("storage"), global("torch", type), text(key), text("cpu"), integer(count)) + [0x51]
    }

    /// A tensor over a storage that has been written, of 4 floats unless given.
    static func tensor(
        _ storage: [UInt8]? = nil, offset: Int = 0, size: [Int] = [4], stride: [Int] = [1], hooks: [UInt8]? = nil
    ) -> [UInt8] {
        global("torch._utils", "_rebuild_tensor_v2")
            + tuple(
                storage ?? self.storage(count: 4), integer(offset), numbers(size), numbers(stride), newFalse,
                hooks ?? orderedDictionary) + [0x52]
    }

    /// An archive with this pickle and one storage, `data/0`, of the floats 1, 2, 3, 4.
    static func archive(_ pickle: [UInt8], more: [(String, [UInt8])] = []) -> [UInt8] {
        let floats = [Float(1), 2, 3, 4].flatMap { ZipBytes.number(UInt64($0.bitPattern), 4) }
        return ZipBytes.pyTorch(pickle, storages: [("0", floats)], more: more).bytes
    }

    static func open(_ pickle: [UInt8], more: [(String, [UInt8])] = []) throws(CheckpointError) -> Checkpoint {
        try Checkpoint.open(archive(pickle, more: more), path: "w.pt")
    }

    /// The fault and its place in the pickle, nil when it opens or fails otherwise.
    static func fault(_ pickle: [UInt8], more: [(String, [UInt8])] = []) -> (PickleFault, offset: Int)? {
        guard case .pickle(_, "data.pkl", let fault, let offset) = ZipBytes.error(archive(pickle, more: more)) else {
            return nil
        }
        return (fault, offset)
    }

    static func contentsFault(_ pickle: [UInt8], more: [(String, [UInt8])] = []) -> ContentsFault? {
        guard case .contents(_, let fault) = ZipBytes.error(archive(pickle, more: more)) else { return nil }
        return fault
    }
}
