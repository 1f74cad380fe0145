import Imaging

/// The orientation tag of an EXIF block.
enum EXIFOrientation {
    /// - Parameter block: a TIFF structure, as stored in PNG's eXIf chunk, or in JPEG's APP1 segment behind `Exif\0\0`.
    /// - Returns: nil where the block is malformed or has no such tag.
    static func find(in block: ArraySlice<UInt8>) -> Orientation? {
        var cursor = ByteCursor(block)
        switch (cursor.byte(at: 0), cursor.byte(at: 1)) {
        case (0x49, 0x49): cursor.isLittleEndian = true
        case (0x4D, 0x4D): cursor.isLittleEndian = false
        default: return nil
        }
        guard cursor.uint16(at: 2) == 42, let directory = cursor.uint32(at: 4),
            let entries = cursor.uint16(at: directory)
        else { return nil }
        for entry in 0..<entries {
            let offset = directory + 2 + 12 * entry
            guard let tag = cursor.uint16(at: offset), let type = cursor.uint16(at: offset + 2) else { return nil }
            guard tag == 0x0112 else { continue }
            switch type {
            case 3: return cursor.uint16(at: offset + 8).flatMap(Orientation.init(rawValue:))
            case 4: return cursor.uint32(at: offset + 8).flatMap(Orientation.init(rawValue:))
            default: return nil
            }
        }
        return nil
    }
}
