import Checkpoints

/// Zip archives made byte by byte, good and bad. What is not said stands as PyTorch would have it.
struct ZipBytes {
    struct Record {
        var name: String
        var data: [UInt8]
        var flags: UInt16 = 0, method: UInt16 = 0
        /// What the directory says; the truth about `data` unless given.
        var checksum: UInt32?
        var storedBytes, byteCount, headerStart: UInt64?
        /// What the record's own header says; as the directory unless given.
        var localName: String?
        var localFlags, localMethod: UInt16?
        var localByteCount: UInt64?
        var localChecksum: UInt32?
        /// Bytes behind the data.
        var descriptor: [UInt8] = []
        /// 64-bit fields in the directory: nil means sizes are full of ones and the field is left out.
        var isWide = false
        var lacksWideField = false
        /// Bytes of extra field; as many as put the data on a multiple of 64 unless given, as PyTorch does.
        var padding: Int?
    }

    var records: [Record]
    var prefix: [UInt8] = []
    var comment: [UInt8] = []
    var recordCount: UInt16?
    var directoryBytes, directoryStart: UInt32?
    /// The 64-bit end record's number of records, when there is one.
    var wideRecordCount: UInt64?
    var hasWideEnd = false

    init(_ records: [Record]) {
        self.records = records
    }

    /// A file of PyTorch's layout around a pickle and storages.
    static func pyTorch(
        _ pickle: [UInt8], storages: [(String, [UInt8])] = [], more: [(String, [UInt8])] = []
    ) -> ZipBytes {
        let contents =
            [("data.pkl", pickle), ("byteorder", Array("little".utf8))]
            + storages.map { ("data/\($0.0)", $0.1) } + more
        return ZipBytes(contents.map { Record(name: "archive/\($0.0)", data: $0.1) })
    }

    static func number(_ value: UInt64, _ byteCount: Int) -> [UInt8] {
        (0..<byteCount).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    }

    private static func narrow(_ value: UInt64) -> UInt64 { min(value, 0xFFFF_FFFF) }

    /// The position in `records` of the first record of this name.
    func index(of name: String) -> Int {
        records.firstIndex { $0.name == "archive/\(name)" } ?? 0
    }

    var bytes: [UInt8] {
        var file = prefix
        var directory: [UInt8] = []
        for record in records {
            let start = UInt64(file.count)
            // Nobody waits for the checksum of megabytes in a debug build; 0 means that there is none.
            let checksum = record.checksum ?? (record.data.count > 100_000 ? 0 : Self.crc(record.data))
            let stored = record.storedBytes ?? UInt64(record.data.count)
            let count = record.byteCount ?? UInt64(record.data.count)
            let localName = Array((record.localName ?? record.name).utf8)
            let padding = record.padding ?? (64 - (file.count + 30 + localName.count) % 64) % 64
            file +=
                Self.number(0x0403_4B50, 4) + Self.number(0, 2)
                + Self.number(UInt64(record.localFlags ?? record.flags), 2)
            file += Self.number(UInt64(record.localMethod ?? record.method), 2) + Self.number(0, 4)
            file += Self.number(UInt64(record.localChecksum ?? checksum), 4) + Self.number(Self.narrow(stored), 4)
            file += Self.number(Self.narrow(record.localByteCount ?? count), 4)
            file += Self.number(UInt64(localName.count), 2)
            file += Self.number(UInt64(padding), 2) + localName + [UInt8](repeating: 0, count: padding)
            file += record.data + record.descriptor

            let name = Array(record.name.utf8)
            let extra =
                record.isWide && !record.lacksWideField
                ? Self.number(1, 2) + Self.number(24, 2) + Self.number(count, 8) + Self.number(stored, 8)
                    + Self.number(record.headerStart ?? start, 8) : []
            let full = UInt64(0xFFFF_FFFF)
            directory += Self.number(0x0201_4B50, 4) + Self.number(0, 4) + Self.number(UInt64(record.flags), 2)
            directory += Self.number(UInt64(record.method), 2) + Self.number(0, 4) + Self.number(UInt64(checksum), 4)
            directory += Self.number(record.isWide ? full : stored, 4) + Self.number(record.isWide ? full : count, 4)
            directory += Self.number(UInt64(name.count), 2) + Self.number(UInt64(extra.count), 2) + Self.number(0, 2)
            directory += Self.number(0, 2) + Self.number(0, 2) + Self.number(0, 4)
            directory += Self.number(record.isWide ? full : record.headerStart ?? start, 4) + name + extra
        }
        let start = UInt64(file.count)
        file += directory
        let count = UInt64(records.count)
        if hasWideEnd {
            let wideStart = UInt64(file.count)
            file += Self.number(0x0606_4B50, 4) + Self.number(44, 8) + Self.number(0, 4) + Self.number(0, 8)
            file += Self.number(wideRecordCount ?? count, 8) + Self.number(wideRecordCount ?? count, 8)
            file += Self.number(UInt64(directory.count), 8) + Self.number(start, 8)
            file += Self.number(0x0706_4B50, 4) + Self.number(0, 4) + Self.number(wideStart, 8) + Self.number(1, 4)
        }
        file += Self.number(0x0605_4B50, 4) + Self.number(0, 4)
        file +=
            Self.number(UInt64(recordCount ?? UInt16(count)), 2) + Self.number(UInt64(recordCount ?? UInt16(count)), 2)
        file += Self.number(UInt64(directoryBytes ?? UInt32(directory.count)), 4)
        file += Self.number(UInt64(directoryStart ?? UInt32(start)), 4)
        file += Self.number(UInt64(comment.count), 2) + comment
        return file
    }

    /// CRC-32, bit by bit.
    static func crc(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { state, byte in
            (0..<8).reduce(state ^ UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
        }
    }

    /// The error that opening gives, nil when it opens.
    var error: CheckpointError? { Self.error(bytes) }

    static func error(_ bytes: [UInt8]) -> CheckpointError? {
        do throws(CheckpointError) {
            _ = try Checkpoint.open(bytes, path: "w.pt")
            return nil
        } catch {
            return error
        }
    }

    var archiveFault: ArchiveFault? {
        guard case .archive(_, let fault, _) = error else { return nil }
        return fault
    }

    var recordFault: RecordFault? {
        guard case .record(_, _, let fault) = error else { return nil }
        return fault
    }
}
