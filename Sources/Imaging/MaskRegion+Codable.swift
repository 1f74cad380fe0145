extension MaskRegion: Codable {
    private enum CodingKeys: String, CodingKey { case centroid, mask, score }

    /// Writes the centroid, the score, and as `mask` what ``MaskRecord`` says of the pixels.
    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(centroid, forKey: .centroid)
        try members.encode(MaskRecord(runs), forKey: .mask)
        try members.encode(score, forKey: .score)
    }

    /// - Throws: A `DecodingError`, also for a mask without pixels and for an area or a box that is not that of the pixels.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        let mask = try members.decode(MaskRecord.self, forKey: .mask)
        guard let runs = mask.runs, let box = mask.box, mask == MaskRecord(runs) else {
            throw DecodingError.dataCorruptedError(
                forKey: .mask, in: members, debugDescription: "area, box and runs are not those of one region")
        }
        self.init(
            runs: runs, area: mask.area, box: box, centroid: try members.decode(ImagePoint.self, forKey: .centroid),
            score: try members.decode(Float.self, forKey: .score))
    }
}
