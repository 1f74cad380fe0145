extension PickleFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .recordTooLong(let byteCount, let limit):
            "its pickle has \(byteCount) bytes, more than the limit of \(limit)"
        case .noProtocol: "its pickle does not start with its protocol: save it again with a current PyTorch"
        case .unreadProtocol(let number): "its pickle has protocol \(number), only 2 to 4 are read"
        case .endsEarly: "its pickle ends too early"
        case .bytesAfterStop(let byteCount): "\(byteCount) bytes follow the end of its pickle"
        case .unknownInstruction(let byte): "its pickle has an unknown instruction, \(byte)"
        case .refusedInstruction(let name): "its pickle uses \(name), which no file of weights needs"
        case .stackEmpty: "its pickle takes a value where there is none"
        case .markMissing: "its pickle ends a group that it did not begin"
        case .leftOver(let values): "its pickle ends with \(values) values instead of one"
        case .nestedTooDeep(let limit): "its pickle has more than \(limit) groups within each other"
        case .tooManyValues(let limit): "its pickle has more than \(limit) values"
        case .numberTooLong(let byteCount, let limit):
            "its pickle has a whole number of \(byteCount) bytes, more than the limit of \(limit)"
        case .invalidText: "its pickle has a text that is not UTF-8"
        case .memoMissing(let number): "its pickle asks for value \(number), which it did not keep"
        case .memoTooLarge(let number): "its pickle keeps a value as number \(number), far beyond those before it"
        case .refusedGlobal(let name):
            "its pickle asks for \(quoted(name)), which is neither weights nor anything that is run here: save only the "
                + "state_dict() of the model, in Python with torch.save or safetensors.torch.save_file"
        case .unsupportedTensor(let kind):
            "its pickle has an unsupported tensor kind (\(quoted(kind))): save plain dense tensors"
        case .notCallable(let content): "its pickle builds something from \(content)"
        case .wrongArguments(let name): "its pickle gives \(name) other arguments than PyTorch does"
        case .notDictionary: "its pickle puts named items into something that is no dictionary"
        case .oddItems: "its pickle has a key without a value"
        case .notList: "its pickle appends to something that is no list"
        case .duplicateKey(let key): "its pickle has the key \(quoted(key)) twice in one dictionary"
        case .notBuildable: "its pickle sets the state of something that has none, or sets it twice"
        case .persistentIdentifier: "its pickle names a storage in another way than PyTorch does"
        case .unknownStorage(let name): "its pickle has a storage of the unknown type \(quoted(name))"
        case .storageMissing(let record): "the record \(quoted(record)) that its pickle names is missing"
        case .storageSize(let record, let elements, let elementBytes, let found):
            "its pickle expects \(elements) elements of \(elementBytes) bytes in the record \(quoted(record)), which has "
                + "\(found) bytes"
        case .rankTooLarge(let limit): "a tensor has more than \(limit) dimensions"
        case .ranksDiffer(let shape, let strides): "a tensor has \(shape) dimensions and \(strides) strides"
        case .negativeNumber: "a tensor has a negative size, stride, offset or element count"
        case .sizeOverflows: "a tensor has dimensions whose product is beyond any file"
        case .beyondStorage(let elementsNeeded, let elements):
            "a tensor needs \(elementsNeeded.map { "\($0)" } ?? "countless") elements of a storage that has \(elements)"
        case .expansionTooLarge(let byteCount, let limit):
            "a tensor that repeats its elements would take \(byteCount) bytes, more than the \(limit) left for such tensors"
        }
    }
}

extension ContentsFault: CustomStringConvertible {
    /// The rest of a sentence that starts with the file's name.
    public var description: String {
        switch self {
        case .noDictionary(let content):
            "holds \(content) and no dictionary of tensors: save the state_dict() of the model"
        case .cycle(let name): "has an entry \(quoted(name)) that contains itself"
        case .nestedTooDeep(let name, let limit): "has more than \(limit) levels below \(quoted(name))"
        case .nameTooLong(let limitBytes): "has a tensor whose name takes more than \(limitBytes) bytes"
        case .duplicateName(let name): "has two tensors called \(quoted(name)) when its levels are joined by dots"
        case .tooManyNames: "refers to the same dictionaries more often than a file of weights does"
        case .sharedTooOften: "has the same elements in more tensors than a file of weights does"
        }
    }
}
