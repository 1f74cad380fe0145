/// One record of a zip archive whose two headers have been compared.
struct ZipRecord: Sendable {
    /// Below the archive's one top folder.
    var name: String
    /// Where its bytes lie in the file, compressed or not.
    var range: Range<Int>
    /// What they are when decompressed.
    var byteCount: Int
    var isDeflated: Bool
    /// 0 when the archive was written without checksums.
    var checksum: UInt32
}

/// One record as the directory describes it (APPNOTE 6.3, section 4.3.12).
struct ZipDirectoryEntry {
    var name: String
    var flags, method: UInt16
    var checksum: UInt32
    var storedBytes, byteCount, headerStart: Int

    /// Sizes and checksum stand behind the bytes, in a descriptor.
    var hasDescriptor: Bool { flags & Self.descriptorFlag != 0 }

    private static let descriptorFlag: UInt16 = 1 << 3
    /// How hard the compressor tried, the descriptor, and that the name is UTF-8: none changes what the bytes mean.
    private static let harmlessFlags: UInt16 = 1 << 1 | 1 << 2 | descriptorFlag | 1 << 11
    /// Simple and strong encryption, and a directory that is encrypted itself.
    private static let encryptionFlags: UInt16 = 1 | 1 << 6 | 1 << 13

    /// Reads the entry at an offset.
    ///
    /// - Returns: the entry and where the next one starts.
    static func read(
        _ file: MappedFile, at offset: Int, directoryEnd: Int
    ) throws(CheckpointError) -> (ZipDirectoryEntry, next: Int) {
        let fixedBytes = 46
        let damaged = CheckpointError.archive(path: file.path, fault: .directoryDamaged, byteOffset: offset)
        guard offset <= directoryEnd - fixedBytes, file.littleEndian(UInt32.self, at: offset) == 0x0201_4B50,
            let flags = file.littleEndian(UInt16.self, at: offset + 8),
            let method = file.littleEndian(UInt16.self, at: offset + 10),
            let checksum = file.littleEndian(UInt32.self, at: offset + 16),
            let storedBytes = file.littleEndian(UInt32.self, at: offset + 20),
            let byteCount = file.littleEndian(UInt32.self, at: offset + 24),
            let nameBytes = file.littleEndian(UInt16.self, at: offset + 28),
            let extraBytes = file.littleEndian(UInt16.self, at: offset + 30),
            let commentBytes = file.littleEndian(UInt16.self, at: offset + 32),
            let disk = file.littleEndian(UInt16.self, at: offset + 34),
            let headerStart = file.littleEndian(UInt32.self, at: offset + 42)
        else { throw damaged }
        let nameEnd = offset + fixedBytes + Int(nameBytes)
        let extraEnd = nameEnd + Int(extraBytes)
        let next = extraEnd + Int(commentBytes)
        guard next <= directoryEnd, let nameField = file.bytes(offset + fixedBytes..<nameEnd) else { throw damaged }
        guard let name = String(validating: nameField, as: UTF8.self), isPlain(name) else {
            throw .record(path: file.path, name: String(decoding: nameField, as: UTF8.self), fault: .invalidName)
        }
        func fault(_ fault: RecordFault) -> CheckpointError { .record(path: file.path, name: name, fault: fault) }
        guard flags & encryptionFlags == 0 else { throw fault(.encrypted) }
        guard flags & ~harmlessFlags == 0 else { throw fault(.unknownFlags(flags)) }
        guard method == 0 || method == 8 else { throw fault(.unknownMethod(method)) }
        guard disk == 0 || disk == .max else {
            throw .archive(path: file.path, fault: .severalDisks, byteOffset: offset)
        }

        // Fields full of ones stand in the 64-bit field, in this order.
        var wide = WideFields(file, extra: nameEnd..<extraEnd)
        guard let wideCount = wide.take(byteCount), let wideStored = wide.take(storedBytes),
            let wideStart = wide.take(headerStart)
        else { throw fault(.wideFieldMissing) }
        guard let byteCount = Int(exactly: wideCount), let storedBytes = Int(exactly: wideStored),
            let headerStart = Int(exactly: wideStart)
        else { throw fault(.beyondFile) }
        let entry = ZipDirectoryEntry(
            name: name, flags: flags, method: method, checksum: checksum, storedBytes: storedBytes,
            byteCount: byteCount, headerStart: headerStart)
        return (entry, next)
    }

    /// Names are only compared here, never used as paths. A name that other programs could take for a path out of the archive
    /// is refused nevertheless.
    private static func isPlain(_ name: String) -> Bool {
        !name.utf8.contains(0) && !name.utf8.contains(UInt8(ascii: "\\"))
            && name.split(separator: "/", omittingEmptySubsequences: false)
                .allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
    }

    /// Reads the record's own header and compares it (sections 4.3.7 and 4.3.9).
    ///
    /// - Parameter limit: where the next record, or the directory, starts.
    /// - Returns: where the bytes lie.
    func located(in file: MappedFile, limit: Int) throws(CheckpointError) -> Range<Int> {
        let fixedBytes = 30
        func fault(_ fault: RecordFault) -> CheckpointError { .record(path: file.path, name: name, fault: fault) }
        guard headerStart <= limit - fixedBytes, file.littleEndian(UInt32.self, at: headerStart) == 0x0403_4B50,
            let nameBytes = file.littleEndian(UInt16.self, at: headerStart + 26),
            let extraBytes = file.littleEndian(UInt16.self, at: headerStart + 28),
            let storedChecksum = file.littleEndian(UInt32.self, at: headerStart + 14),
            let narrowStored = file.littleEndian(UInt32.self, at: headerStart + 18),
            let narrowCount = file.littleEndian(UInt32.self, at: headerStart + 22)
        else { throw fault(.beyondFile) }
        guard file.littleEndian(UInt16.self, at: headerStart + 6) == flags else {
            throw fault(.headerDiffers(field: "set of flags"))
        }
        guard file.littleEndian(UInt16.self, at: headerStart + 8) == method else {
            throw fault(.headerDiffers(field: "method"))
        }
        let nameEnd = headerStart + fixedBytes + Int(nameBytes)
        let start = nameEnd + Int(extraBytes)
        guard start <= limit, storedBytes <= limit - start,
            let nameField = file.bytes(headerStart + fixedBytes..<nameEnd)
        else { throw fault(.beyondFile) }
        guard nameField.elementsEqual(name.utf8) else { throw fault(.headerDiffers(field: "name")) }
        // With a descriptor, the header may hold zeros where the values were not known yet when it was written.
        let isUnwritten = hasDescriptor && storedChecksum == 0 && narrowStored == 0 && narrowCount == 0
        if !isUnwritten {
            var wide = WideFields(file, extra: nameEnd..<start)
            guard let ownCount = wide.take(narrowCount), let ownStored = wide.take(narrowStored) else {
                throw fault(.wideFieldMissing)
            }
            guard ownCount == UInt64(byteCount), ownStored == UInt64(storedBytes) else {
                throw fault(.headerDiffers(field: "size"))
            }
            guard storedChecksum == checksum || hasDescriptor && storedChecksum == 0 else {
                throw fault(.headerDiffers(field: "checksum"))
            }
        }
        let end = start + storedBytes
        if hasDescriptor { try checkDescriptor(file, end..<limit) }
        return start..<end
    }

    /// Where a record with these bytes ends, its descriptor included: the directory's own sizes decide, and everything up
    /// to the next record has to be the descriptor.
    private func checkDescriptor(_ file: MappedFile, _ range: Range<Int>) throws(CheckpointError) {
        let isSigned = range.count == 16 || range.count == 24
        let isWide = range.count == 20 || range.count == 24
        let start = range.lowerBound + (isSigned ? 4 : 0)
        let sizes: [UInt64?] =
            isWide
            ? [4, 12].map { file.littleEndian(UInt64.self, at: start + $0) }
            : [4, 8].map { file.littleEndian(UInt32.self, at: start + $0).map(UInt64.init) }
        guard [12, 16, 20, 24].contains(range.count),
            !isSigned || file.littleEndian(UInt32.self, at: range.lowerBound) == 0x0807_4B50,
            file.littleEndian(UInt32.self, at: start) == checksum,
            sizes[0] == UInt64(storedBytes), sizes[1] == UInt64(byteCount)
        else { throw .record(path: file.path, name: name, fault: .descriptorDiffers) }
    }
}

/// The 64-bit field among the extra fields of a header (section 4.5.3): only the numbers that did not fit, in order.
private struct WideFields {
    private let file: MappedFile
    private var rest: Range<Int>

    init(_ file: MappedFile, extra: Range<Int>) {
        self.file = file
        rest = extra.upperBound..<extra.upperBound
        var position = extra.lowerBound
        while position + 4 <= extra.upperBound, let tag = file.littleEndian(UInt16.self, at: position),
            let size = file.littleEndian(UInt16.self, at: position + 2)
        {
            let end = position + 4 + Int(size)
            guard end <= extra.upperBound else { return }
            if tag == 1 {
                rest = position + 4..<end
                return
            }
            position = end
        }
    }

    /// The number itself, or the next wide one when it is full of ones; nil when there is none left.
    mutating func take(_ narrow: UInt32) -> UInt64? {
        guard narrow == .max else { return UInt64(narrow) }
        guard rest.count >= 8, let value = file.littleEndian(UInt64.self, at: rest.lowerBound) else { return nil }
        rest = rest.lowerBound + 8..<rest.upperBound
        return value
    }
}
