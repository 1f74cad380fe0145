/// A rule about a zip archive as a whole that does not hold.
public enum ArchiveFault: Hashable, Sendable {
    case noEndRecord
    /// Bytes follow the end record: a comment, another archive or anything else.
    case bytesAfterEnd(byteCount: Int)
    case severalDisks
    /// A number is said to stand in the 64-bit end record, and there is none.
    case wideEndRecordMissing
    /// The end record, the 64-bit end record and its locator do not say the same.
    case endRecordsDisagree(field: String)
    /// The directory does not lie right before the end record.
    case directoryMisplaced
    /// The directory holds other than as many entries as the end record says, or something that is no entry.
    case directoryDamaged
    case tooManyRecords(declared: UInt64, limit: Int)
    case duplicateRecord(String)
    case severalFolders(first: String, second: String)
    case overlap(first: String, second: String)
    /// Bytes that belong to no record; nil at the two ends.
    case gap(after: String?, before: String?, byteCount: Int)
    case missingRecord(String)
    /// The file was written on a machine that stores numbers the other way round, or says something unknown.
    case byteOrder(String)
}

/// A rule about one record of a zip archive that does not hold.
public enum RecordFault: Hashable, Sendable {
    /// Not UTF-8, empty, absolute, with a backslash, a zero byte or a part that is empty, `.` or `..`.
    case invalidName
    case encrypted
    case unknownFlags(UInt16)
    case unknownMethod(UInt16)
    /// The record's own header says something else than the directory.
    case headerDiffers(field: String)
    /// The numbers behind the record's bytes say something else than the directory.
    case descriptorDiffers
    /// A number is said to stand in a 64-bit field, and there is none.
    case wideFieldMissing
    case beyondFile
    /// A record that is not compressed has two different sizes.
    case sizesDiffer(stored: Int, declared: Int)
    /// More than the record's bytes can inflate to, or more than is read at all.
    case tooLarge(declared: Int, limit: Int)
    case inflate(InflateFault)
    /// It inflates to another number of bytes than the directory says.
    case inflatedSize(declared: Int, found: Int)
    case checksum(declared: UInt32, found: UInt32)
}
