/// A mapped zip archive whose layout has been checked, of the kind that PyTorch writes: one top folder, records stored or
/// deflated, one after the other from the first byte of the file to the directory, without a hole.
///
/// If two readers understand an archive differently, one file can hold two different models. So there is one parse, a
/// number that the format writes twice must be the same in both places, and no byte of the file may be left over. Nothing
/// is written to disk.
struct ZipArchive: Sendable {
    /// A record may inflate to this many bytes more than the file has.
    static let inflationAllowanceBytes = 64 << 20

    let file: MappedFile
    /// In the order of the file.
    let records: [ZipRecord]
    private let positions: [String: Int]
    private let inflated = LastInflatedRecord()

    init(_ file: MappedFile) throws(CheckpointError) {
        let end = try ZipEndRecord(file)
        var entries: [ZipDirectoryEntry] = []
        var offset = end.directory.lowerBound
        for _ in 0..<end.recordCount {
            let (entry, next) = try ZipDirectoryEntry.read(file, at: offset, directoryEnd: end.directory.upperBound)
            entries.append(entry)
            offset = next
        }
        guard offset == end.directory.upperBound else {
            throw .archive(path: file.path, fault: .directoryDamaged, byteOffset: offset)
        }
        entries.sort { $0.headerStart < $1.headerStart }
        try Self.checkNames(entries, file.path)
        records = try Self.located(entries, file, directoryStart: end.directory.lowerBound)
        positions = Dictionary(
            records.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { first, _ in first })
        self.file = file
    }

    subscript(name: String) -> ZipRecord? { positions[name].map { records[$0] } }

    private static func checkNames(_ entries: [ZipDirectoryEntry], _ path: String) throws(CheckpointError) {
        var seen: Set<String> = []
        let folder = entries.first.map { $0.name.prefix { $0 != "/" } } ?? ""
        for entry in entries {
            func fault(_ fault: ArchiveFault) -> CheckpointError {
                .archive(path: path, fault: fault, byteOffset: entry.headerStart)
            }
            guard seen.insert(entry.name).inserted else { throw fault(.duplicateRecord(entry.name)) }
            let own = entry.name.prefix { $0 != "/" }
            guard own == folder else { throw fault(.severalFolders(first: String(folder), second: String(own))) }
            guard own.endIndex != entry.name.endIndex else {
                throw fault(.severalFolders(first: "", second: entry.name))
            }
        }
    }

    /// Compares each record with its own header and checks that they lie without a hole.
    private static func located(
        _ entries: [ZipDirectoryEntry], _ file: MappedFile, directoryStart: Int
    ) throws(CheckpointError) -> [ZipRecord] {
        var records: [ZipRecord] = []
        records.reserveCapacity(entries.count)
        if (entries.first?.headerStart ?? directoryStart) != 0 {
            throw .archive(
                path: file.path,
                fault: .gap(
                    after: nil, before: entries.first?.name, byteCount: entries.first?.headerStart ?? directoryStart),
                byteOffset: 0)
        }
        for (index, entry) in entries.enumerated() {
            let next = index + 1 < entries.count ? entries[index + 1] : nil
            let limit = min(next?.headerStart ?? directoryStart, directoryStart)
            if let next, entry.storedBytes > limit - entry.headerStart, next.headerStart < directoryStart {
                throw .archive(
                    path: file.path, fault: .overlap(first: entry.name, second: next.name),
                    byteOffset: next.headerStart)
            }
            let range = try entry.located(in: file, limit: limit)
            guard entry.hasDescriptor || range.upperBound == limit else {
                throw .archive(
                    path: file.path,
                    fault: .gap(after: entry.name, before: next?.name, byteCount: limit - range.upperBound),
                    byteOffset: range.upperBound)
            }
            try checkSizes(entry, file)
            let name = entry.name.drop { $0 != "/" }.dropFirst()
            records.append(
                ZipRecord(
                    name: String(name), range: range, byteCount: entry.byteCount, isDeflated: entry.method == 8,
                    checksum: entry.checksum))
        }
        return records
    }

    private static func checkSizes(_ entry: ZipDirectoryEntry, _ file: MappedFile) throws(CheckpointError) {
        func fault(_ fault: RecordFault) -> CheckpointError {
            .record(path: file.path, name: entry.name, fault: fault)
        }
        guard entry.method == 8 else {
            guard entry.storedBytes == entry.byteCount else {
                throw fault(.sizesDiffer(stored: entry.storedBytes, declared: entry.byteCount))
            }
            return
        }
        // Both factors are below the file's size, so neither sum nor product comes near the end of the range.
        let possible = entry.storedBytes.multipliedReportingOverflow(by: Inflate.largestRatio)
        let limit = min(possible.overflow ? .max : possible.partialValue, file.byteCount + inflationAllowanceBytes)
        guard entry.byteCount <= limit else { throw fault(.tooLarge(declared: entry.byteCount, limit: limit)) }
    }

    // MARK: Reading

    /// A record's bytes: those of the file when it is stored, an inflated copy otherwise.
    enum Contents {
        /// Valid as long as `file` lives.
        case mapped(UnsafeRawBufferPointer)
        case owned([UInt8])

        func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
            switch self {
            case .mapped(let bytes): body(bytes)
            case .owned(let bytes): bytes.withUnsafeBytes(body)
            }
        }
    }

    /// The bytes of a record, its checksum not looked at.
    ///
    /// - Throws: `CheckpointError.shrunk`, `.record` when it does not inflate to what the directory says.
    func contents(_ record: ZipRecord) throws(CheckpointError) -> Contents {
        guard file.stillCovers(record.range.upperBound), let bytes = file.bytes(record.range) else {
            throw .shrunk(path: file.path, name: record.name)
        }
        guard record.isDeflated else { return .mapped(bytes) }
        if let kept = inflated[record.name] { return .owned(kept) }
        let result: (output: [UInt8], consumedBytes: Int)
        do throws(InflateFault) {
            result = try Inflate.inflate(bytes, limitBytes: record.byteCount, expectedBytes: record.byteCount)
        } catch {
            throw .record(path: file.path, name: record.name, fault: .inflate(error))
        }
        guard result.output.count == record.byteCount, result.consumedBytes == bytes.count else {
            throw .record(
                path: file.path, name: record.name,
                fault: .inflatedSize(declared: record.byteCount, found: result.output.count))
        }
        inflated[record.name] = result.output
        return .owned(result.output)
    }

    /// Compares a record's bytes with its checksum.
    func checksum(_ record: ZipRecord) throws(CheckpointError) -> CheckpointVerification.Record.Checksum {
        // PyTorch can be told to leave checksums out, and then writes 0.
        if record.checksum == 0, record.byteCount > 0 { return .absent }
        let found = try contents(record).withUnsafeBytes { CRC32.of($0) }
        guard found == record.checksum else {
            throw .record(path: file.path, name: record.name, fault: .checksum(declared: record.checksum, found: found))
        }
        return .matches
    }
}
