/// Why a file of weights cannot be read or written. `path` is the file as it was named by the caller.
public enum CheckpointError: Error, Hashable, Sendable {
    /// The system refused; `reason` is its own text.
    case cannotOpen(path: String, reason: String)
    /// A folder, a device, a pipe or a socket.
    case notRegularFile(path: String)
    /// A known kind of file that is not read here.
    case unsupportedKind(path: String, kind: FileKind)
    /// The header, as a whole or at one byte of the file, breaks a rule of the format.
    case header(path: String, fault: HeaderFault, byteOffset: Int)
    /// One tensor's entry breaks a rule of the format.
    case tensor(path: String, name: String, fault: TensorFault)
    /// Two tensors claim the same bytes.
    case overlap(path: String, first: String, second: String)
    /// Bytes that belong to no tensor; `after` and `before` are its neighbours, nil at the two ends of the data.
    case gap(path: String, after: String?, before: String?, byteCount: Int)
    /// A zip archive, as a whole or at one byte of the file, breaks a rule of the format or one of PyTorch's.
    case archive(path: String, fault: ArchiveFault, byteOffset: Int)
    /// One record of a zip archive breaks a rule; `name` is the record's, with or without the top folder.
    case record(path: String, name: String, fault: RecordFault)
    /// A pickle in an archive cannot be read as data; `byteOffset` counts from the start of the record.
    case pickle(path: String, record: String, fault: PickleFault, byteOffset: Int)
    /// The objects that a pickle describes are no dictionary of tensors.
    case contents(path: String, fault: ContentsFault)
    /// An index of several files of weights, or one of its files, does not fit.
    case index(path: String, fault: IndexFault)
    /// A folder is not one set of weights.
    case folder(path: String, fault: FolderFault)
    /// A file compressed by gzip cannot be read.
    case gzip(path: String, fault: GzipFault)
    /// The caller asked for a tensor that the file does not list.
    case noSuchTensor(path: String, name: String)
    /// The file became shorter after it was opened.
    case shrunk(path: String, name: String)
    /// A tensor that cannot be written as asked.
    case unwritable(name: String, fault: WriteFault)
    /// The system refused to write; `reason` is its own text.
    case cannotWrite(path: String, reason: String)
}

/// A rule of the safetensors header that does not hold.
public enum HeaderFault: Hashable, Sendable {
    /// The file is shorter than the 8 bytes that give the length of its header.
    case shorterThanLengthField(fileBytes: Int)
    /// The declared length, in bytes, leaves no room for an object.
    case tooShort(declared: UInt64)
    /// The declared length, in bytes, is beyond what is read.
    case tooLong(declared: UInt64, limit: Int)
    /// The header is said to have more bytes than follow in the file.
    case beyondFile(declared: UInt64, available: Int)
    /// The header is not UTF-8.
    case invalidUTF8
    /// Something else stands there than `expected`, a few words for a message.
    case unexpectedByte(expected: String)
    /// The header ends where `expected` should stand.
    case endsEarly(expected: String)
    /// A backslash in a text starts no escape that JSON knows.
    case invalidEscape
    /// A text holds a control character that is not escaped.
    case controlCharacter
    /// An object has the same key twice.
    case duplicateKey(String)
    /// A key is longer than the limit, in bytes of UTF-8.
    case nameTooLong(limitBytes: Int)
    /// Something follows the object that is the whole header.
    case trailingText
    /// Objects and lists lie deeper within each other than is read.
    case nestedTooDeep
}

/// A rule of one tensor's entry that does not hold.
public enum TensorFault: Hashable, Sendable {
    /// The format knows no element type of this name.
    case unknownElementType(String)
    /// The entry has a field that the format does not define.
    case unknownField(String)
    /// The entry lacks a field that the format demands.
    case missingField(String)
    /// A list holds something else than whole numbers without a sign.
    case notAnInteger(field: String)
    /// A list holds a number above 2^53.
    case integerTooLarge(field: String)
    /// The shape has more axes than the limit.
    case rankTooLarge(limit: Int)
    /// The product of the dimensions is beyond what can be counted.
    case sizeOverflows
    /// `data_offsets` holds this many numbers instead of two.
    case offsetCount(Int)
    /// The end of the data lies before its beginning; both in bytes.
    case offsetsReversed(begin: Int, end: Int)
    /// The data ends behind the last byte of the file.
    case beyondFile(end: Int, available: Int)
    /// Shape and element type need another number of bytes than the offsets span.
    case sizeMismatch(expectedBytes: Int, foundBytes: Int)
}

/// Why a tensor cannot be written.
public enum WriteFault: Hashable, Sendable {
    /// Two tensors have the same name.
    case duplicateName
    /// The name is longer than the limit, in bytes of UTF-8.
    case nameTooLong(limitBytes: Int)
    /// A finite value beyond the largest half float.
    case beyondHalfRange(Float)
    /// Bytes with a scale for each row are for matrices only.
    case noMatrix([Int])
    /// The names and shapes of all tensors take more than the format allows.
    case headerTooLong(limitBytes: Int)
    /// The source said one shape and gave another.
    case otherShape(announced: [Int], loaded: [Int])
}
