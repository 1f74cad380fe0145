/// Why a pickle is not read as data.
public enum PickleFault: Error, Hashable, Sendable {
    case recordTooLong(byteCount: Int, limit: Int)
    /// The first instruction is not the protocol's number.
    case noProtocol
    case unreadProtocol(Int)
    case endsEarly
    case bytesAfterStop(byteCount: Int)
    case unknownInstruction(UInt8)
    /// An instruction of the format that PyTorch does not write and that is not read.
    case refusedInstruction(String)
    case stackEmpty
    case markMissing
    /// At the end there is not exactly one value.
    case leftOver(values: Int)
    case nestedTooDeep(limit: Int)
    case tooManyValues(limit: Int)
    case numberTooLong(byteCount: Int64, limit: Int)
    case invalidText
    case memoMissing(UInt64)
    /// A number under which a value is kept that no writer would have come to yet.
    case memoTooLarge(UInt64)
    /// A class or function that is not on the list; nothing is ever called.
    case refusedGlobal(String)
    case unsupportedTensor(String)
    case notCallable(String)
    case wrongArguments(of: String)
    case notDictionary
    case oddItems
    case notList
    case duplicateKey(String)
    case notBuildable
    case persistentIdentifier
    case unknownStorage(String)
    case storageMissing(record: String)
    /// The number of elements times their size is not what the record has.
    case storageSize(record: String, elements: Int, elementBytes: Int, found: Int)
    case rankTooLarge(limit: Int)
    case ranksDiffer(shape: Int, strides: Int)
    case negativeNumber
    case sizeOverflows
    /// `elementsNeeded` is nil when it is beyond what can be counted.
    case beyondStorage(elementsNeeded: Int?, elements: Int)
    /// Elements that repeat in the file would take more than is read when they are written out.
    case expansionTooLarge(byteCount: Int, limit: Int)
}

/// Why the objects of a PyTorch file are no named tensors.
public enum ContentsFault: Error, Hashable, Sendable {
    /// The outermost object is something else than a dictionary or a module.
    case noDictionary(String)
    /// A dictionary or module holds itself.
    case cycle(name: String)
    case nestedTooDeep(name: String, limit: Int)
    case nameTooLong(limitBytes: Int)
    /// Two tensors get the same name when their levels are joined by dots.
    case duplicateName(String)
    /// Dictionaries that are shared so often that their names would take more than the file.
    case tooManyNames
    /// Storages that are shared by so many tensors that these, written out, would take far more than the file.
    case sharedTooOften
}
