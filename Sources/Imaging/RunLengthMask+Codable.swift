extension RunLengthMask: Codable {
    private enum CodingKeys: String, CodingKey { case size, counts }

    /// Writes ``compressedCounts`` and the size as height and width: what `pycocotools.mask.decode` takes.
    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode([size.height, size.width], forKey: .size)
        try members.encode(compressedCounts, forKey: .counts)
    }

    /// - Throws: A `DecodingError`, also for a size that no picture has and for counts that are no mask of that size.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        let sides = try members.decode([Int].self, forKey: .size)
        guard sides.count == 2, let size = ImageSize(readWidth: sides[1], height: sides[0]) else {
            throw DecodingError.dataCorruptedError(
                forKey: .size, in: members, debugDescription: "\(sides) is no height and width")
        }
        let counts = try members.decode(String.self, forKey: .counts)
        do throws(RunLengthError) { try self.init(size: size, compressedCounts: counts) } catch {
            throw DecodingError.dataCorruptedError(forKey: .counts, in: members, debugDescription: "\(error)")
        }
    }
}
