/// The colours of PASCAL VOC's label pictures.
enum LabelPalette {
    /// Red, green and blue of each of 256 indices.
    static let colours: [UInt8] = (0..<256).flatMap { index in
        [channel(0, of: index), channel(1, of: index), channel(2, of: index)]
    }

    /// The bits of an index are dealt to the three channels in turn, and fill them from the highest bit down.
    private static func channel(_ channel: Int, of index: Int) -> UInt8 {
        var colour = 0
        for step in 0..<3 {
            let bit = (index >> (3 * step + channel)) & 1
            colour |= bit << (7 - step)
        }
        return UInt8(colour)
    }
}
