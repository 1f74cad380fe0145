import Checkpoints
import Testing

@Suite("sentences of checkpoint errors")
struct CheckpointErrorTests {
    @Test("each error says what is wrong and, where there is one, the way out")
    func sentences() {
        let sentences: [(CheckpointError, String)] = [
            (.cannotOpen(path: "w", reason: "Permission denied"), "cannot open 'w': Permission denied"),
            (.notRegularFile(path: "w"), "'w' is not a regular file: name one file of weights"),
            (
                .unsupportedKind(path: "w.pth", kind: .pickle),
                "'w.pth' is a pickle, probably of a PyTorch before 1.6: open it in a current PyTorch and save it again "
                    + "with torch.save, or its tensors with safetensors.torch.save_file"
            ),
            (
                .unsupportedKind(path: "w.pth", kind: .tarArchive),
                "'w.pth' is a tar archive, as the first versions of PyTorch wrote: open it in a current PyTorch and save "
                    + "it again with torch.save; if it merely holds weights, unpack it"
            ),
            (
                .unsupportedKind(path: "w", kind: .gitLargeFilePointer),
                "'w' is a Git LFS pointer, not the weights themselves: run 'git lfs pull' where it came from"
            ),
            (.unsupportedKind(path: "w", kind: .empty), "'w' is empty: copy or download it again"),
            (
                .header(path: "w", fault: .beyondFile(declared: 50, available: 2), byteOffset: 0),
                "'w' is not a valid safetensors file: its header is said to have 50 bytes and only 2 follow (byte 0)"
            ),
            (
                .header(path: "w", fault: .duplicateKey("a"), byteOffset: 30),
                "'w' is not a valid safetensors file: its header has the key 'a' twice (byte 30)"
            ),
            (
                .tensor(path: "w", name: "a\u{1B}[31m", fault: .unknownElementType("F4")),
                "'w' is not a valid safetensors file: tensor 'a\\u{1b}[31m' has the unknown element type 'F4'"
            ),
            (
                .overlap(path: "w", first: "a", second: "b"),
                "'w' is not a valid safetensors file: tensors 'a' and 'b' share bytes"
            ),
            (
                .gap(path: "w", after: "a", before: nil, byteCount: 5),
                "'w' is not a valid safetensors file: 5 bytes after the last tensor 'a' belong to no tensor"
            ),
            (.noSuchTensor(path: "w", name: "x"), "'w' holds no tensor 'x'"),
            (
                .unwritable(name: "a", fault: .beyondHalfRange(70000)),
                "tensor 'a' cannot be written: the value 70000.0 is beyond the range of a half float; write Float32 "
                    + "instead"
            ),
            (
                .unwritable(name: "a", fault: .noMatrix([3])),
                "tensor 'a' cannot be written: the shape [3] is no matrix, and only matrices are written as bytes; write "
                    + "Float32 instead"
            ),
            (.cannotWrite(path: "w", reason: "No space left on device"), "cannot write 'w': No space left on device"),
        ]
        for (error, sentence) in sentences { #expect("\(error)" == sentence) }
    }

    @Test("every fault has a sentence of one line")
    func oneLine() {
        let headers: [HeaderFault] = [
            .shorterThanLengthField(fileBytes: 3), .tooShort(declared: 1), .tooLong(declared: 9, limit: 8),
            .invalidUTF8, .unexpectedByte(expected: "'{'"), .endsEarly(expected: "'}'"), .invalidEscape,
            .controlCharacter, .nameTooLong(limitBytes: 4), .trailingText,
        ]
        let tensors: [TensorFault] = [
            .unknownField("x\n"), .missingField("shape"), .notAnInteger(field: "shape"), .sizeOverflows,
            .integerTooLarge(field: "shape"), .rankTooLarge(limit: 32), .offsetCount(3),
            .offsetsReversed(begin: 2, end: 1), .beyondFile(end: 9, available: 8),
            .sizeMismatch(expectedBytes: 1, foundBytes: 2),
        ]
        let texts = headers.map(\.description) + tensors.map(\.description)
        #expect(texts.allSatisfy { !$0.isEmpty && !$0.contains("\n") })
        #expect(Set(texts).count == texts.count)
    }
}
