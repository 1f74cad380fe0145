import Checkpoints
import Testing

@Suite("sentences of errors about archives, pickles, indices and folders")
struct ArchiveErrorTests {
    private static let inflates: [(InflateFault, String)] = [
        (.endsEarly, "its compressed bytes end too early"),
        (.unknownBlockType, "its compressed bytes have a block of an unknown type"),
        (.storedLengthMismatch, "its compressed bytes have a stored block whose length is damaged"),
        (.invalidCode, "its compressed bytes have a code table that is no code"),
        (.invalidSymbol, "its compressed bytes have a symbol that does not exist"),
        (.distanceTooFar, "its compressed bytes repeat something from before their start"),
        (.outputTooLong(limitBytes: 3), "it inflates to more than 3 bytes"),
        (.checksum, "its bytes do not match their checksum"),
        (.unknownMethod, "it is compressed in a way that is not defined"),
        (.noMemory, "memory does not suffice to decompress it"),
    ]

    @Test("each fault of compressed bytes has its sentence", arguments: inflates)
    func inflateFaults(fault: InflateFault, sentence: String) { #expect(fault.description == sentence) }

    @Test("an error says where, what, and what to do next")
    func sentences() {
        let sentences: [(CheckpointError, String)] = [
            (
                .archive(path: "w.pt", fault: .noEndRecord, byteOffset: 90),
                "'w.pt' is not a valid PyTorch archive: the end of the archive is missing: the copy or download was cut "
                    + "short, get it again (byte 90)"
            ),
            (
                .archive(path: "w.pt", fault: .missingRecord("data.pkl"), byteOffset: 0),
                "'w.pt' is not a valid PyTorch archive: it has no record 'data.pkl': a zip archive, but no whole PyTorch "
                    + "file (byte 0)"
            ),
            (
                .archive(path: "w.pt", fault: .gap(after: "a", before: nil, byteCount: 5), byteOffset: 7),
                "'w.pt' is not a valid PyTorch archive: 5 bytes after the last record 'a' belong to no record (byte 7)"
            ),
            (
                .record(path: "w.pt", name: "data/3", fault: .checksum(declared: 0xAB, found: 1)),
                "'w.pt' is not a valid PyTorch archive: the record 'data/3' is damaged: its checksum is 00000001 instead of "
                    + "000000ab; copy or download the file again"
            ),
            (
                .record(path: "w.pt", name: "data/3", fault: .inflate(.outputTooLong(limitBytes: 9))),
                "'w.pt' is not a valid PyTorch archive: the record 'data/3' cannot be decompressed: it inflates to more "
                    + "than 9 bytes"
            ),
            (
                .pickle(path: "w.pt", record: "data.pkl", fault: .refusedGlobal("os.system"), byteOffset: 17),
                "'w.pt' cannot be read as data: its pickle asks for 'os.system', which is neither weights nor anything that "
                    + "is run here: save only the state_dict() of the model, in Python with torch.save or "
                    + "safetensors.torch.save_file (byte 17 of data.pkl)"
            ),
            (
                .pickle(
                    path: "w.pt", record: "data.pkl", fault: .beyondStorage(elementsNeeded: nil, elements: 4),
                    byteOffset: 3),
                "'w.pt' cannot be read as data: a tensor needs countless elements of a storage that has 4 (byte 3 of "
                    + "data.pkl)"
            ),
            (
                .contents(path: "w.pt", fault: .noDictionary("a list of 3")),
                "'w.pt' holds a list of 3 and no dictionary of tensors: save the state_dict() of the model"
            ),
            (
                .index(path: "i.json", fault: .missingShard(name: "2", reason: "No such file or directory")),
                "'i.json' names the file '2', which cannot be opened (No such file or directory): copy it beside the index"
            ),
            (
                .index(path: "i.json", fault: .text(.trailingText, byteOffset: 4)),
                "'i.json' is not a valid index of weights: its text has something other than spaces after the closing "
                    + "brace (byte 4)"
            ),
            (
                .folder(path: "f", fault: .severalCandidates(["a.pt", "b.pt"])),
                "'f' holds several files of weights, 'a.pt', 'b.pt': name one of them"
            ),
            (
                .gzip(path: "m.gz", fault: .damaged),
                "'m.gz' cannot be decompressed: its bytes do not match its checksum: download it again"
            ),
            (
                .gzip(path: "m.gz", fault: .inflate(.noMemory)),
                "'m.gz' cannot be decompressed: memory does not suffice to decompress it"
            ),
            (
                .record(path: "w.pt", name: "a", fault: .inflate(.checksum)),
                "'w.pt' is not a valid PyTorch archive: the record 'a' cannot be decompressed: its bytes do not match "
                    + "their checksum"
            ),
            (
                .record(path: "w.pt", name: "a", fault: .inflate(.unknownMethod)),
                "'w.pt' is not a valid PyTorch archive: the record 'a' cannot be decompressed: it is compressed in a way "
                    + "that is not defined"
            ),
        ]
        for (error, sentence) in sentences { #expect("\(error)" == sentence) }
    }

    @Test("every fault has a sentence of one line, and no two have the same")
    func oneLine() {
        let archives: [ArchiveFault] = [
            .noEndRecord, .bytesAfterEnd(byteCount: 1), .severalDisks, .wideEndRecordMissing,
            .endRecordsDisagree(field: "x"), .directoryMisplaced, .directoryDamaged,
            .tooManyRecords(declared: 2, limit: 1), .duplicateRecord("a\n"), .severalFolders(first: "a", second: "b"),
            .overlap(first: "a", second: "b"), .gap(after: "a", before: "b", byteCount: 1),
            .gap(after: nil, before: "b", byteCount: 1), .gap(after: nil, before: nil, byteCount: 1),
            .missingRecord("a"), .byteOrder("big\n"),
        ]
        let records: [RecordFault] = [
            .invalidName, .encrypted, .unknownFlags(1), .unknownMethod(9), .headerDiffers(field: "x"),
            .descriptorDiffers, .wideFieldMissing, .beyondFile, .sizesDiffer(stored: 1, declared: 2),
            .tooLarge(declared: 2, limit: 1), .inflatedSize(declared: 1, found: 2),
        ]
        let pickles: [PickleFault] = [
            .recordTooLong(byteCount: 2, limit: 1), .noProtocol, .unreadProtocol(5), .endsEarly,
            .bytesAfterStop(byteCount: 1), .unknownInstruction(1), .refusedInstruction("EXT1"), .stackEmpty,
            .markMissing, .leftOver(values: 2), .nestedTooDeep(limit: 1), .tooManyValues(limit: 1),
            .numberTooLong(byteCount: 2, limit: 1), .invalidText, .memoMissing(1), .memoTooLarge(1),
            .unsupportedTensor("x\n"), .notCallable("a text"), .wrongArguments(of: "x"), .notDictionary, .oddItems,
            .notList, .duplicateKey("k\n"), .notBuildable, .persistentIdentifier, .unknownStorage("x"),
            .storageMissing(record: "data/0"), .storageSize(record: "data/0", elements: 1, elementBytes: 4, found: 3),
            .rankTooLarge(limit: 32), .ranksDiffer(shape: 1, strides: 2), .negativeNumber, .sizeOverflows,
            .expansionTooLarge(byteCount: 2, limit: 1),
        ]
        let contents: [ContentsFault] = [
            .cycle(name: "a\n"), .nestedTooDeep(name: "a", limit: 64), .nameTooLong(limitBytes: 9),
            .duplicateName("a"), .tooManyNames, .sharedTooOften,
        ]
        let indices: [IndexFault] = [
            .tooLong(byteCount: 2, limit: 1), .noWeightMap, .tooManyShards(limit: 1), .invalidShardName("../x\n"),
            .mixedContainers(first: "a", second: "b"), .tensorMissing(name: "a", shard: "b"),
            .tensorUnlisted(name: "a", shard: "b"),
        ]
        let folders: [FolderFault] = [
            .unreadable(reason: "x"), .noWeights(files: []), .noWeights(files: ["a\n"]),
            .severalCandidates((0..<20).map { "\($0).pt" }), .invalidText(name: "config.json"),
        ]
        let gzips: [GzipFault] = [.notGzip, .unknownMethod]
        var texts = archives.map(\.description) + records.map(\.description) + Self.inflates.map(\.0.description)
        texts += pickles.map(\.description) + contents.map(\.description) + indices.map(\.description)
        texts += folders.map(\.description) + gzips.map(\.description)
        #expect(texts.allSatisfy { !$0.isEmpty && !$0.contains("\n") })
        #expect(Set(texts).count == texts.count)
        #expect(texts.contains { $0.hasSuffix("and 12 more: name one of them") })
    }
}
