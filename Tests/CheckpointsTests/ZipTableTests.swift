import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

/// One test for each row of what a bad zip archive must get.
@Suite("zip archives: bad input and its error")
struct ZipTableTests {
    private let pickle = PickleBytes.pickle(PickleBytes.dictionary(("a", PickleBytes.tensor())))
    private var sound: ZipBytes {
        ZipBytes.pyTorch(pickle, storages: [("0", [UInt8](repeating: 0, count: 16))])
    }

    @Test("what the other tests damage is sound, with and without a 64-bit end record")
    func soundArchives() {
        var archive = sound
        #expect(archive.error == nil)
        archive.hasWideEnd = true
        #expect(archive.error == nil)
        archive.recordCount = .max
        archive.directoryBytes = .max
        archive.directoryStart = .max
        #expect(archive.error == nil)
        archive.records[0].isWide = true
        #expect(archive.error == nil)
    }

    // MARK: Layout

    @Test("no end record; two end records, one inside a comment; bytes before or after the archive")
    func layout() {
        let bytes = sound.bytes
        for cut in [4, 21, 22, 40, 100] {
            guard case .archive(_, .noEndRecord, _)? = ZipBytes.error(Array(bytes.dropLast(cut))) else {
                Issue.record("cut by \(cut)")
                return
            }
        }
        guard case .archive(_, .bytesAfterEnd(3), _)? = ZipBytes.error(bytes + [1, 2, 3]) else {
            Issue.record("junk behind")
            return
        }
        var commented = sound
        commented.comment = Array("abc".utf8)
        #expect(commented.archiveFault == .bytesAfterEnd(byteCount: 3))
        // A whole second archive as comment: its end record is the last one, and its directory is not where it says.
        commented.comment = bytes
        #expect(commented.archiveFault == .directoryMisplaced)
        // The same with places that count from the start of the file: the first archive belongs to no record.
        var second = sound
        second.prefix = bytes
        #expect(second.archiveFault == .gap(after: nil, before: "archive/data.pkl", byteCount: bytes.count))
        var junk = sound
        junk.prefix = [UInt8]("PK\u{3}\u{4}junk".utf8)
        #expect(junk.archiveFault == .gap(after: nil, before: "archive/data.pkl", byteCount: 8))
        #expect(ZipBytes.error([1, 2, 3, 4] + bytes) == .unsupportedKind(path: "w.pt", kind: .unknown))
    }

    @Test("64-bit fields missing or disagreeing; counts and sizes that lie")
    func wideFields() {
        var archive = sound
        archive.recordCount = .max
        #expect(archive.archiveFault == .wideEndRecordMissing)
        archive.hasWideEnd = true
        archive.wideRecordCount = 1 << 60
        #expect(archive.archiveFault == .tooManyRecords(declared: 1 << 60, limit: 100_000))
        archive.recordCount = 3
        archive.wideRecordCount = 4
        #expect(archive.archiveFault == .endRecordsDisagree(field: "the number of records"))

        archive = sound
        archive.records[0].isWide = true
        archive.records[0].lacksWideField = true
        #expect(archive.recordFault == .wideFieldMissing)
        archive = sound
        for count in [0, 2, 4] as [UInt16] {
            archive.recordCount = count
            #expect(archive.archiveFault == .directoryDamaged)
        }
        archive = sound
        archive.directoryBytes = 10
        #expect(archive.archiveFault == .directoryMisplaced)
        archive.directoryBytes = 0xFFFF_FFFE
        #expect(archive.archiveFault == .directoryMisplaced)
        archive = sound
        archive.directoryStart = 1
        #expect(archive.archiveFault == .directoryMisplaced)
    }

    @Test("records that overlap or leave the file")
    func overlap() {
        var archive = sound
        archive.records[1].headerStart = 0
        #expect(archive.archiveFault == .overlap(first: "archive/data.pkl", second: "archive/byteorder"))
        archive = sound
        archive.records[0].storedBytes = 5000
        #expect(archive.archiveFault == .overlap(first: "archive/data.pkl", second: "archive/byteorder"))
        archive.records[0].storedBytes = UInt64(archive.records[0].data.count + 20)
        #expect(archive.recordFault == .beyondFile)
        for size in [5000, 0xFFFF_FFFE] as [UInt64] {
            archive = sound
            archive.records[2].storedBytes = size
            archive.records[2].byteCount = size
            #expect(archive.recordFault == .beyondFile)
        }
        for start in [5000, UInt64(Int.max), .max] {
            archive = sound
            archive.records[2].isWide = true
            archive.records[2].headerStart = start
            #expect(archive.error != nil)
        }
    }

    @Test("a record of more than 4 GiB opens")
    func large() throws {
        try Fixture.withTemporaryFolder { (folder) throws in
            // A file with a hole in it takes no room on disk.
            let count = (4 << 30) + 16
            let pickle = PickleBytes.pickle(
                PickleBytes.dictionary(
                    ("a", PickleBytes.tensor(PickleBytes.storage(count: count / 4), offset: count / 4 - 2, size: [2]))))
            var head = ZipBytes.pyTorch(pickle)
            head.records.append(
                ZipBytes.Record(
                    name: "archive/data/0", data: [], checksum: 0, storedBytes: UInt64(count), byteCount: UInt64(count),
                    isWide: true, padding: 20))
            head.hasWideEnd = true
            let path = folder.appendingPathComponent("large.pt").path
            try head.writeSparse(to: path, holeAfterRecord: 2, holeBytes: count)
            let checkpoint = try Checkpoint.open(path)
            #expect(checkpoint.byteCount > count)
            #expect(try checkpoint.load("a").values == [0, 0])
        }
    }

    private func fault(_ change: (inout ZipBytes.Record) -> Void) -> RecordFault? {
        var archive = sound
        change(&archive.records[2])
        return archive.recordFault
    }

    @Test("the two headers of a record differ in name, size, method, flags or checksum")
    func headersDiffer() {
        #expect(fault { $0.localName = "archive/data/1" } == .headerDiffers(field: "name"))
        #expect(fault { $0.localByteCount = 15 } == .headerDiffers(field: "size"))
        #expect(fault { $0.localMethod = 8 } == .headerDiffers(field: "method"))
        #expect(fault { $0.localFlags = 1 << 11 } == .headerDiffers(field: "set of flags"))
        #expect(fault { $0.localChecksum = 1 } == .headerDiffers(field: "checksum"))
        #expect(fault { ($0.byteCount, $0.localByteCount) = (15, 16) } == .headerDiffers(field: "size"))
        #expect(fault { $0.byteCount = 15 } == .sizesDiffer(stored: 16, declared: 15))
    }

    @Test("encrypted, an unknown method, unknown flags; a descriptor only when it is right")
    func flags() {
        for bit in [0, 6, 13] as [UInt16] { #expect(fault { $0.flags = 1 << bit } == .encrypted) }
        #expect(fault { $0.flags = 1 << 5 } == .unknownFlags(1 << 5))
        for method in [1, 9, 12, 14, 93, 99] as [UInt16] {
            #expect(fault { $0.method = method } == .unknownMethod(method))
        }
        let data = sound.records[2].data
        let checksum = ZipBytes.number(UInt64(ZipBytes.crc(data)), 4)
        for (signature, width) in [
            ([], 4), ([], 8), (ZipBytes.number(0x0807_4B50, 4), 4), (ZipBytes.number(0x0807_4B50, 4), 8),
        ] {
            let right = signature + checksum + ZipBytes.number(16, width) + ZipBytes.number(16, width)
            let wrong = signature + checksum + ZipBytes.number(16, width) + ZipBytes.number(17, width)
            #expect(fault { ($0.flags, $0.descriptor) = (1 << 3, right) } == nil)
            #expect(fault { ($0.flags, $0.descriptor) = (1 << 3, wrong) } == .descriptorDiffers)
        }
        #expect(fault { $0.flags = 1 << 3 } == .descriptorDiffers)
        var undeclared = sound
        undeclared.records[2].descriptor = checksum + ZipBytes.number(16, 4) + ZipBytes.number(16, 4)
        #expect(undeclared.archiveFault == .gap(after: "archive/data/0", before: nil, byteCount: 12))
    }

    // MARK: Contents

    @Test("a size that the compressed bytes cannot have, and output that is counted while it is made")
    func deflateBomb() throws {
        let stream = try Fixture.tensor("zeros.default9", in: "Checkpoints/inflate_streams").values.map { UInt8($0) }
        let zeros = 30000
        func archive(declared: Int, data: [UInt8]) -> ZipBytes {
            let count = declared / 4
            let pickle = PickleBytes.pickle(
                PickleBytes.dictionary(("a", PickleBytes.tensor(PickleBytes.storage(count: count), size: [count]))))
            var archive = ZipBytes.pyTorch(pickle, storages: [("0", data)])
            archive.records[2].method = 8
            archive.records[2].byteCount = UInt64(declared)
            return archive
        }
        let sound = try Checkpoint.open(archive(declared: zeros, data: stream).bytes, path: "w.pt")
        #expect(try sound.load("a").values == [Float](repeating: 0, count: zeros / 4))
        let short = try Checkpoint.open(archive(declared: zeros - 4, data: stream).bytes, path: "w.pt")
        #expect(
            throws: CheckpointError.record(
                path: "w.pt", name: "data/0", fault: .inflate(.outputTooLong(limitBytes: zeros - 4)))
        ) { try short.load("a") }
        #expect(!short.verify().isSound)
        let long = try Checkpoint.open(archive(declared: zeros + 4, data: stream).bytes, path: "w.pt")
        #expect(
            throws: CheckpointError.record(
                path: "w.pt", name: "data/0", fault: .inflatedSize(declared: zeros + 4, found: zeros))
        ) { try long.load("a") }
        let bomb = archive(declared: 1 << 30, data: stream)
        #expect(bomb.recordFault == .tooLarge(declared: 1 << 30, limit: stream.count * 1032))
        let large = archive(declared: 90 << 20, data: [UInt8](repeating: 0, count: 100_000))
        #expect(large.recordFault == .tooLarge(declared: 90 << 20, limit: large.bytes.count + 64 << 20))
    }

    @Test("a wrong checksum names the record; a checksum of 0 says nothing")
    func checksums() throws {
        var archive = sound
        archive.records[0].checksum = 5
        #expect(
            archive.recordFault == .checksum(declared: 5, found: ZipBytes.crc(archive.records[0].data)))
        archive = sound
        archive.records[2].checksum = 5
        let checkpoint = try Checkpoint.open(archive.bytes, path: "w.pt")
        let result = checkpoint.verify()
        #expect(
            result.problems == [
                .record(
                    path: "w.pt", name: "data/0",
                    fault: .checksum(declared: 5, found: ZipBytes.crc([UInt8](repeating: 0, count: 16))))
            ])
        archive.records[0].checksum = 0
        archive.records[2].checksum = 0
        let unchecked = try Checkpoint.open(archive.bytes, path: "w.pt").verify()
        #expect(unchecked.isSound && unchecked.recordsWithoutChecksum == 2)
    }

    @Test("a name that stands twice, two top folders, and names that could be paths")
    func names() {
        var archive = sound
        archive.records.append(archive.records[2])
        #expect(archive.archiveFault == .duplicateRecord("archive/data/0"))
        archive = sound
        archive.records[2].name = "other/data/0"
        #expect(archive.archiveFault == .severalFolders(first: "archive", second: "other"))
        archive.records[2].name = "loose"
        #expect(archive.archiveFault == .severalFolders(first: "archive", second: "loose"))
        for name in [
            "archive/../x", "../x", "/archive/x", "archive//x", "archive\\x", "archive/./x", "", "archive/",
            "archive/\0",
        ] {
            archive.records[2].name = name
            #expect(archive.recordFault == .invalidName, "\(name)")
        }
    }

    @Test("a missing pickle, a missing storage, and numbers stored the other way round")
    func missing() {
        var archive = sound
        archive.records.removeFirst()
        #expect(archive.archiveFault == .missingRecord("data.pkl"))
        archive = sound
        archive.records.removeLast()
        guard case .pickle(_, _, .storageMissing(record: "data/0"), _)? = archive.error else {
            Issue.record("the storage is not named")
            return
        }
        for order in ["big", "", "little ", "middle"] {
            archive = sound
            archive.records[1].data = Array(order.utf8)
            #expect(archive.archiveFault == .byteOrder(order))
        }
        archive = sound
        archive.records.remove(at: 1)
        #expect(archive.error == nil)
    }
}

extension ZipBytes {
    /// Bytes of directory and end records.
    var directoryLength: UInt64 {
        UInt64(records.reduce(22) { $0 + 46 + $1.name.utf8.count })
    }

    /// Writes the archive with a hole for the data of the last record.
    func writeSparse(to path: String, holeAfterRecord index: Int, holeBytes: Int) throws {
        var last = records[index]
        let own = ZipBytes(Array(records[..<index]))
        // The record's header with its 64-bit sizes in the extra field, which `bytes` leaves as zeros.
        var whole = self
        let ownEnd = own.bytes.count - Int(own.directoryLength)
        last.padding = 20
        whole.records[index] = last
        var bytes = whole.bytes
        let headerEnd = ownEnd + 30 + last.name.utf8.count + 20
        let extra =
            Self.number(1, 2) + Self.number(16, 2) + Self.number(UInt64(holeBytes), 8)
            + Self.number(UInt64(holeBytes), 8)
        bytes.replaceSubrange(headerEnd - 20..<headerEnd, with: extra)
        // Everything behind the hole moves by its size.
        let directoryStart = UInt64(headerEnd)
        let wideEnd = bytes.count - 22 - 20 - 56
        bytes.replaceSubrange(wideEnd + 48..<wideEnd + 56, with: Self.number(directoryStart + UInt64(holeBytes), 8))
        bytes.replaceSubrange(wideEnd + 64..<wideEnd + 72, with: Self.number(UInt64(wideEnd + holeBytes), 8))
        bytes.replaceSubrange(bytes.count - 6..<bytes.count - 2, with: Self.number(0xFFFF_FFFF, 4))
        try Data(bytes[..<headerEnd]).write(to: URL(fileURLWithPath: path))
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        defer { try? file.close() }
        try file.seek(toOffset: UInt64(headerEnd + holeBytes))
        try file.write(contentsOf: Data(bytes[headerEnd...]))
    }
}
