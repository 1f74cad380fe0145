import TerminalText

extension CheckpointError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .cannotOpen(let path, let reason): "cannot open \(quoted(path)): \(reason)"
        case .notRegularFile(let path): "\(quoted(path)) is not a regular file: name one file of weights"
        case .unsupportedKind(let path, let kind): "\(quoted(path)) \(kind.advice)"
        case .header(let path, let fault, let byteOffset):
            "\(quoted(path)) is not a valid safetensors file: \(fault) (byte \(byteOffset))"
        case .tensor(let path, let name, let fault):
            "\(quoted(path)) is not a valid safetensors file: tensor \(quoted(name)) \(fault)"
        case .overlap(let path, let first, let second):
            "\(quoted(path)) is not a valid safetensors file: tensors \(quoted(first)) and \(quoted(second)) "
                + "share bytes"
        case .gap(let path, let after, let before, let byteCount):
            "\(quoted(path)) is not a valid safetensors file: \(byteCount) bytes "
                + "\(place(after: after, before: before, of: "tensor", alone: "after the header")) belong to no tensor"
        case .archive(let path, let fault, let byteOffset):
            "\(quoted(path)) is not a valid PyTorch archive: \(fault) (byte \(byteOffset))"
        case .record(let path, let name, let fault):
            "\(quoted(path)) is not a valid PyTorch archive: the record \(quoted(name)) \(fault)"
        case .pickle(let path, let record, let fault, let byteOffset):
            "\(quoted(path)) cannot be read as data: \(fault) (byte \(byteOffset) of \(record))"
        case .contents(let path, let fault): "\(quoted(path)) \(fault)"
        case .index(let path, let fault): "\(quoted(path)) \(fault)"
        case .folder(let path, let fault): "\(quoted(path)) \(fault)"
        case .gzip(let path, let fault): "\(quoted(path)) cannot be decompressed: \(fault)"
        case .noSuchTensor(let path, let name): "\(quoted(path)) holds no tensor \(quoted(name))"
        case .shrunk(let path, let name):
            "\(quoted(path)) became shorter while it was open, before tensor \(quoted(name)) was read: "
                + "copy it again and restart"
        case .unwritable(let name, let fault): "tensor \(quoted(name)) cannot be written: \(fault)"
        case .cannotWrite(let path, let reason): "cannot write \(quoted(path)): \(reason)"
        }
    }
}

/// Where bytes lie that belong to none of the parts of a file.
///
/// - Parameters:
///   - part: what a part is called.
///   - alone: the place in a file without parts.
func place(after: String?, before: String?, of part: String, alone: String) -> String {
    switch (after, before) {
    case (let after?, let before?): "between the \(part)s \(quoted(after)) and \(quoted(before))"
    case (let after?, nil): "after the last \(part) \(quoted(after))"
    case (nil, let before?): "before the first \(part) \(quoted(before))"
    case (nil, nil): alone
    }
}

extension FileKind {
    /// The rest of a sentence that starts with the file's name: what it is and what to do.
    var advice: String {
        switch self {
        case .safetensors: "is a safetensors file"
        case .zipArchive: "is a zip archive"
        case .pickle:
            "is a pickle, probably of a PyTorch before 1.6: open it in a current PyTorch and save it again with "
                + "torch.save, or its tensors with safetensors.torch.save_file"
        case .tarArchive:
            "is a tar archive, as the first versions of PyTorch wrote: open it in a current PyTorch and save it again "
                + "with torch.save; if it merely holds weights, unpack it"
        case .json: "is a JSON text"
        case .gzip: "is compressed by gzip: unpack it first"
        case .gitLargeFilePointer:
            "is a Git LFS pointer, not the weights themselves: run 'git lfs pull' where it came from"
        case .htmlPage: "is a web page, not weights: the download answered with a page, fetch the file itself"
        case .gguf: "is a GGUF file: get the same weights as safetensors"
        case .numpyArray: "is a NumPy array: save the weights as safetensors"
        case .empty: "is empty: copy or download it again"
        case .unknown: "is not a file of weights: safetensors, or what torch.save or torch.jit.save writes, is expected"
        }
    }
}

extension HeaderFault: CustomStringConvertible {
    public var description: String { sentence(about: "its header") }

    /// - Parameter subject: what the fault is in, such as "its header".
    func sentence(about subject: String) -> String {
        switch self {
        case .shorterThanLengthField(let fileBytes): "it has \(fileBytes) bytes, fewer than the 8 of the length field"
        case .tooShort(let declared): "\(subject) is said to have \(declared) bytes, fewer than the smallest object"
        case .tooLong(let declared, let limit):
            "\(subject) is said to have \(declared) bytes, more than the limit of \(limit)"
        case .beyondFile(let declared, let available):
            "\(subject) is said to have \(declared) bytes and only \(available) follow"
        case .invalidUTF8: "\(subject) is not UTF-8"
        case .unexpectedByte(let expected): "\(subject) should have \(expected) here"
        case .endsEarly(let expected): "\(subject) ends where \(expected) should be"
        case .invalidEscape: "\(subject) has an invalid escape in a string"
        case .controlCharacter: "\(subject) has a control character in a string"
        case .duplicateKey(let key): "\(subject) has the key \(quoted(key)) twice"
        case .nameTooLong(let limitBytes): "\(subject) has a name of more than \(limitBytes) bytes"
        case .trailingText: "\(subject) has something other than spaces after the closing brace"
        case .nestedTooDeep: "\(subject) has too many levels"
        }
    }
}

extension TensorFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknownElementType(let name): "has the unknown element type \(quoted(name))"
        case .unknownField(let field): "has the unknown field \(quoted(field))"
        case .missingField(let field): "has no \(quoted(field))"
        case .notAnInteger(let field): "has a value in \(quoted(field)) that is not a plain whole number"
        case .integerTooLarge(let field): "has a number above 2^53 in \(quoted(field))"
        case .rankTooLarge(let limit): "has more than \(limit) dimensions"
        case .sizeOverflows: "has dimensions whose product is beyond any file"
        case .offsetCount(let count): "has \(count) numbers in \"data_offsets\" instead of 2"
        case .offsetsReversed(let begin, let end): "ends at byte \(end) before it begins at byte \(begin)"
        case .beyondFile(let end, let available): "ends at byte \(end) of the data, which has \(available)"
        case .sizeMismatch(let expectedBytes, let foundBytes):
            "takes \(foundBytes) bytes where its shape and element type take \(expectedBytes)"
        }
    }
}

extension WriteFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .duplicateName: "the name stands twice"
        case .nameTooLong(let limitBytes): "the name has more than \(limitBytes) bytes"
        case .beyondHalfRange(let value):
            "the value \(value) is beyond the range of a half float; write Float32 instead"
        case .noMatrix(let dimensions):
            "the shape \(dimensions) is no matrix, and only matrices are written as bytes; write Float32 instead"
        case .headerTooLong(let limitBytes):
            "the names of all tensors together take more than the \(limitBytes) bytes that the format allows"
        case .otherShape(let announced, let loaded): "its source announced the shape \(announced) and gave \(loaded)"
        }
    }
}

/// Text from outside between quotation marks, safe for a terminal; only the first 200 characters are kept.
func quoted(_ text: String) -> String { "'\(printable(text, limit: 200))'" }
