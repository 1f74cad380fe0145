/// A rule about a zip archive as a whole that does not hold.
public enum ArchiveFault: Hashable, Sendable {
    /// The record that ends every archive is not there: the file was probably cut short.
    case noEndRecord
    /// Bytes follow the end record: a comment, another archive or anything else.
    case bytesAfterEnd(byteCount: Int)
    /// The archive is one part of several.
    case severalDisks
    /// A number is said to stand in the 64-bit end record, and there is none.
    case wideEndRecordMissing
    /// The end record, the 64-bit end record and its locator do not say the same.
    case endRecordsDisagree(field: String)
    /// The directory does not lie right before the end record.
    case directoryMisplaced
    /// The directory holds other than as many entries as the end record says, or something that is no entry.
    case directoryDamaged
    /// The directory is said to have more entries than the limit.
    case tooManyRecords(declared: UInt64, limit: Int)
    /// Two records have the same name.
    case duplicateRecord(String)
    /// The records do not share one top folder.
    case severalFolders(first: String, second: String)
    /// Two records claim the same bytes.
    case overlap(first: String, second: String)
    /// Bytes that belong to no record; nil at the two ends.
    case gap(after: String?, before: String?, byteCount: Int)
    /// A record is not there that every PyTorch file has, or that this one refers to.
    case missingRecord(String)
    /// The file was written on a machine that stores numbers the other way round, or says something unknown.
    case byteOrder(String)
}

/// A rule about one record of a zip archive that does not hold.
public enum RecordFault: Hashable, Sendable {
    /// Not UTF-8, empty, absolute, with a backslash, a zero byte or a part that is empty, `.` or `..`.
    case invalidName
    /// The record is encrypted.
    case encrypted
    /// Bits are set in the flags that are not read here.
    case unknownFlags(UInt16)
    /// The record is compressed by a method other than none and deflate.
    case unknownMethod(UInt16)
    /// The record's own header says something else than the directory.
    case headerDiffers(field: String)
    /// The numbers behind the record's bytes say something else than the directory.
    case descriptorDiffers
    /// A number is said to stand in a 64-bit field, and there is none.
    case wideFieldMissing
    /// The record ends behind the directory or the file.
    case beyondFile
    /// A record that is not compressed has two different sizes.
    case sizesDiffer(stored: Int, declared: Int)
    /// More than the record's bytes can inflate to, or more than is read at all.
    case tooLarge(declared: Int, limit: Int)
    /// The compressed bytes cannot be decompressed.
    case inflate(InflateFault)
    /// It inflates to another number of bytes than the directory says.
    case inflatedSize(declared: Int, found: Int)
    /// The bytes have another CRC-32 than the directory says.
    case checksum(declared: UInt32, found: UInt32)
}
