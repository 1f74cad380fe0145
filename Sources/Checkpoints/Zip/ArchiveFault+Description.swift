extension ArchiveFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noEndRecord: "the end of the archive is missing: the copy or download was cut short, get it again"
        case .bytesAfterEnd(let byteCount): "\(byteCount) bytes follow the end of the archive"
        case .severalDisks: "the archive is one part of several"
        case .wideEndRecordMissing: "its 64-bit end record is missing"
        case .endRecordsDisagree(let field): "its end records disagree about \(field)"
        case .directoryMisplaced: "its directory does not lie before its end record"
        case .directoryDamaged: "its directory is damaged"
        case .tooManyRecords(let declared, let limit):
            "it is said to have \(declared) records, more than the limit of \(limit)"
        case .duplicateRecord(let name): "the record \(quoted(name)) stands twice"
        case .severalFolders(let first, let second):
            "its records lie in several folders (\(quoted(first)) and \(quoted(second))), those of a PyTorch file in one"
        case .overlap(let first, let second): "the records \(quoted(first)) and \(quoted(second)) share bytes"
        case .gap(let after, let before, let byteCount):
            "\(byteCount) bytes \(place(after: after, before: before, of: "record", alone: "before the directory")) "
                + "belong to no record"
        case .missingRecord(let name): "it has no record \(quoted(name)): a zip archive, but no whole PyTorch file"
        case .byteOrder(let text):
            "its numbers are stored in the order \(quoted(text)), only little-endian ones are read: save it again on "
                + "the machine at hand"
        }
    }
}

extension RecordFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .invalidName: "has a name that no PyTorch file has"
        case .encrypted: "is encrypted: save the file without a password"
        case .unknownFlags(let flags): "has flags that are not read here (\(flags))"
        case .unknownMethod(let method): "is compressed by method \(method), only stored and deflated ones are read"
        case .headerDiffers(let field): "has another \(field) in its own header than in the directory"
        case .descriptorDiffers: "has other sizes or another checksum behind it than in the directory"
        case .wideFieldMissing: "lacks the 64-bit sizes that it announces"
        case .beyondFile: "reaches beyond the end of the file"
        case .sizesDiffer(let stored, let declared):
            "is not compressed and yet said to have \(stored) and \(declared) bytes"
        case .tooLarge(let declared, let limit): "is said to have \(declared) bytes, more than the limit of \(limit)"
        case .inflate(let fault): "cannot be decompressed: \(fault)"
        case .inflatedSize(let declared, let found): "inflates to \(found) bytes instead of \(declared)"
        case .checksum(let declared, let found):
            "is damaged: its checksum is \(hexadecimal(found)) instead of \(hexadecimal(declared)); copy or download "
                + "the file again"
        }
    }

    private func hexadecimal(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
