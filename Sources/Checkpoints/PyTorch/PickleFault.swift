/// Why a pickle is not read as data.
public enum PickleFault: Error, Hashable, Sendable {
    /// The record of the pickle is longer than is read.
    case recordTooLong(byteCount: Int, limit: Int)
    /// The first instruction is not the protocol's number.
    case noProtocol
    /// A protocol other than 2 to 4.
    case unreadProtocol(Int)
    /// The pickle ends inside an instruction, or without its last one.
    case endsEarly
    /// Bytes follow the instruction that ends the pickle.
    case bytesAfterStop(byteCount: Int)
    /// A byte that is no instruction of any protocol.
    case unknownInstruction(UInt8)
    /// An instruction of the format that PyTorch does not write and that is not read.
    case refusedInstruction(String)
    /// An instruction takes a value from a stack that has none.
    case stackEmpty
    /// An instruction takes the values since a mark, and no mark was set.
    case markMissing
    /// At the end there is not exactly one value.
    case leftOver(values: Int)
    /// More marks are set at once than the limit.
    case nestedTooDeep(limit: Int)
    /// The pickle makes more values than the limit.
    case tooManyValues(limit: Int)
    /// A whole number takes more bytes than the limit.
    case numberTooLong(byteCount: Int64, limit: Int)
    /// A text is not UTF-8.
    case invalidText
    /// The pickle asks for a kept value by a number under which it kept none.
    case memoMissing(UInt64)
    /// A value is kept under a number far above those used so far; writers count up.
    case memoTooLarge(UInt64)
    /// A class or function that is not on the list; nothing is ever called.
    case refusedGlobal(String)
    /// A tensor that is sparse, quantised or of another kind that is not read; the text is its kind.
    case unsupportedTensor(String)
    /// The pickle calls something that is no class or function; the text says what it is.
    case notCallable(String)
    /// A class or function on the list gets other arguments than PyTorch writes.
    case wrongArguments(of: String)
    /// Keys and values are put into something that is no dictionary.
    case notDictionary
    /// A key comes without a value.
    case oddItems
    /// Elements are appended to something that is no list.
    case notList
    /// A dictionary gets the same key twice.
    case duplicateKey(String)
    /// A state is set on a value that takes none or has one already.
    case notBuildable
    /// A reference to a storage that does not have the parts that PyTorch writes.
    case persistentIdentifier
    /// A storage of a type that is not on the list.
    case unknownStorage(String)
    /// The archive holds no record for a storage.
    case storageMissing(record: String)
    /// The number of elements times their size is not what the record has.
    case storageSize(record: String, elements: Int, elementBytes: Int, found: Int)
    /// A tensor has more axes than the limit.
    case rankTooLarge(limit: Int)
    /// A tensor has another number of dimensions than of strides.
    case ranksDiffer(shape: Int, strides: Int)
    /// A size, stride, offset or element count of a tensor is below zero.
    case negativeNumber
    /// The product of a tensor's dimensions is beyond what can be counted.
    case sizeOverflows
    /// `elementsNeeded` is nil when it is beyond what can be counted.
    case beyondStorage(elementsNeeded: Int?, elements: Int)
    /// A tensor that repeats stored elements (stride 0) would take more memory than is allowed.
    case expansionTooLarge(byteCount: Int, limit: Int)
}

/// Why the objects of a PyTorch file are no named tensors.
public enum ContentsFault: Error, Hashable, Sendable {
    /// The outermost object is something else than a dictionary or a module.
    case noDictionary(String)
    /// A dictionary or module holds itself.
    case cycle(name: String)
    /// Dictionaries lie deeper within each other than the limit; `name` is the last one that was read.
    case nestedTooDeep(name: String, limit: Int)
    /// A joined name is longer than the limit, in bytes of UTF-8.
    case nameTooLong(limitBytes: Int)
    /// Two tensors get the same name when their levels are joined by dots.
    case duplicateName(String)
    /// Dictionaries are shared so often that the joined names would take more memory than the file has bytes.
    case tooManyNames
    /// So many tensors share the same storages that they would take far more memory than the file has bytes.
    case sharedTooOften
}
