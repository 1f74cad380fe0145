/// Which sentences describe the normal and the abnormal object, and how they become two vectors.
public struct TextPromptConfiguration: Hashable, Sendable, Codable {
    /// How the vectors of many sentences become one.
    public enum VectorRule: String, Hashable, Sendable, Codable, CaseIterable {
        /// Every sentence's vector to unit length, their mean, to unit length. Matches APRIL-GAN and CLIP Surgery.
        case normalizedEach
        /// The mean of the vectors as they are, to unit length: long vectors weigh more. Matches the WinCLIP code.
        case rawMean
    }

    /// How the name given by the user is written into the sentences.
    public enum NameRule: String, Hashable, Sendable, Codable, CaseIterable {
        /// As given, but for spaces at the ends. The published numbers were made so, underscores included.
        case asGiven
        /// Underscores become spaces, and digits at the end are dropped: `pipe_fryum` -> `pipe fryum`, `pcb1` -> `pcb`.
        case readable
    }

    public var table: PromptTable
    public var vectorRule: VectorRule
    public var nameRule: NameRule

    public init(
        table: PromptTable = .aprilGAN, vectorRule: VectorRule = .normalizedEach, nameRule: NameRule = .readable
    ) {
        self.table = table
        self.vectorRule = vectorRule
        self.nameRule = nameRule
    }

    public static let `default` = TextPromptConfiguration()

    func validate() throws(AnomalySegmentationError) {
        try table.validate()
    }
}
