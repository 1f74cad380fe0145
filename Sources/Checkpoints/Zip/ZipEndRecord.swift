/// Where the directory of a zip archive lies, as its end records say (APPNOTE 6.3, sections 4.3.14 to 4.3.16).
///
/// One layout is accepted: directory, then the 64-bit end record and its locator where there are such, then the end
/// record without a comment as the last bytes of the file. Where a number stands twice, both have to be the same.
struct ZipEndRecord {
    static let recordLimit = 100_000

    let directory: Range<Int>
    let recordCount: Int

    private static let byteCount = 22
    private static let locatorByteCount = 20
    private static let wideByteCount = 56

    private struct Numbers {
        var recordCount: UInt64
        var directoryBytes: UInt64
        var directoryStart: UInt64
    }

    init(_ file: MappedFile) throws(CheckpointError) {
        func fault(_ fault: ArchiveFault, _ offset: Int) -> CheckpointError {
            .archive(path: file.path, fault: fault, byteOffset: offset)
        }
        let start = file.byteCount - Self.byteCount
        guard file.littleEndian(UInt32.self, at: start) == 0x0605_4B50,
            file.littleEndian(UInt16.self, at: start + 20) == 0
        else { throw fault(Self.misplaced(in: file), max(start, 0)) }

        // Four numbers of 16 bits: this disk, the directory's disk, records on this disk, records in all.
        let small = (0..<4).compactMap { file.littleEndian(UInt16.self, at: start + 4 + 2 * $0) }
        guard small.count == 4, let bytes = file.littleEndian(UInt32.self, at: start + 12),
            let directoryStart = file.littleEndian(UInt32.self, at: start + 16)
        else { throw fault(.noEndRecord, start) }
        var numbers = Numbers(
            recordCount: UInt64(small[3]), directoryBytes: UInt64(bytes), directoryStart: UInt64(directoryStart))
        var directoryEnd = start

        if let wide = try Self.wide(file, endRecord: start, fault) {
            directoryEnd = wide.offset
            // A narrow field either says the same or is full of ones, which means "look there".
            func agree(_ narrow: UInt64, _ wide: UInt64, _ full: UInt64, _ field: String) throws(CheckpointError) {
                guard narrow == wide || narrow == full else { throw fault(.endRecordsDisagree(field: field), start) }
            }
            try agree(numbers.recordCount, wide.numbers.recordCount, 0xFFFF, "the number of records")
            try agree(numbers.directoryBytes, wide.numbers.directoryBytes, 0xFFFF_FFFF, "the directory's size")
            try agree(numbers.directoryStart, wide.numbers.directoryStart, 0xFFFF_FFFF, "the directory's place")
            numbers = wide.numbers
        } else if small[3] == 0xFFFF || bytes == .max || directoryStart == .max {
            throw fault(.wideEndRecordMissing, start)
        }
        guard small[0] == 0 || small[0] == 0xFFFF, small[1] == 0 || small[1] == 0xFFFF else {
            throw fault(.severalDisks, start)
        }
        guard small[2] == small[3] else { throw fault(.endRecordsDisagree(field: "the number of records"), start) }
        guard numbers.recordCount <= UInt64(Self.recordLimit) else {
            throw fault(.tooManyRecords(declared: numbers.recordCount, limit: Self.recordLimit), start)
        }
        let (end, overflows) = numbers.directoryStart.addingReportingOverflow(numbers.directoryBytes)
        guard !overflows, end == UInt64(directoryEnd) else { throw fault(.directoryMisplaced, start) }
        directory = Int(numbers.directoryStart)..<directoryEnd
        recordCount = Int(numbers.recordCount)
    }

    /// The 64-bit end record that the locator before the end record points to, nil without a locator.
    private static func wide(
        _ file: MappedFile, endRecord: Int, _ fault: (ArchiveFault, Int) -> CheckpointError
    ) throws(CheckpointError) -> (offset: Int, numbers: Numbers)? {
        let locator = endRecord - locatorByteCount
        guard file.littleEndian(UInt32.self, at: locator) == 0x0706_4B50 else { return nil }
        let offset = locator - wideByteCount
        guard let disk = file.littleEndian(UInt32.self, at: locator + 4),
            let pointed = file.littleEndian(UInt64.self, at: locator + 8),
            let disks = file.littleEndian(UInt32.self, at: locator + 16),
            file.littleEndian(UInt32.self, at: offset) == 0x0606_4B50,
            // The size counts what follows its own field; a longer record would hold fields that are not known here.
            file.littleEndian(UInt64.self, at: offset + 4) == UInt64(wideByteCount - 12),
            let firstDisk = file.littleEndian(UInt64.self, at: offset + 16),
            let onThisDisk = file.littleEndian(UInt64.self, at: offset + 24),
            let recordCount = file.littleEndian(UInt64.self, at: offset + 32),
            let directoryBytes = file.littleEndian(UInt64.self, at: offset + 40),
            let directoryStart = file.littleEndian(UInt64.self, at: offset + 48)
        else { throw fault(.wideEndRecordMissing, locator) }
        guard pointed == UInt64(offset) else { throw fault(.endRecordsDisagree(field: "their place"), locator) }
        // `firstDisk` is two numbers of 32 bits: this disk and the directory's.
        guard disk == 0, disks <= 1, firstDisk == 0 else { throw fault(.severalDisks, locator) }
        guard onThisDisk == recordCount else {
            throw fault(.endRecordsDisagree(field: "the number of records"), offset)
        }
        return (
            offset,
            Numbers(recordCount: recordCount, directoryBytes: directoryBytes, directoryStart: directoryStart)
        )
    }

    /// What is wrong with a file whose last bytes are no end record without comment.
    private static func misplaced(in file: MappedFile) -> ArchiveFault {
        // A comment has at most 65535 bytes.
        let first = max(0, file.byteCount - byteCount - 65535)
        for offset in stride(from: file.byteCount - byteCount, through: first, by: -1)
        where file.littleEndian(UInt32.self, at: offset) == 0x0605_4B50 {
            return .bytesAfterEnd(byteCount: file.byteCount - offset - byteCount)
        }
        return .noEndRecord
    }
}
