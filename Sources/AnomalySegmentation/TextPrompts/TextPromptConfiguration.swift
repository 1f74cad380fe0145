/// Which sentences describe the normal and the abnormal object, and how they become two vectors.
public struct TextPromptConfiguration: Hashable, Sendable, Codable, ConfigurationPart {
    /// How the vectors of many sentences become one.
    public enum VectorRule: String, Hashable, Sendable, Codable {
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

    /// The sentences.
    public var table = PromptTable.aprilGAN
    /// How the vectors of many sentences become one.
    public var vectorRule = VectorRule.normalizedEach
    /// How the name given by the user is written into the sentences.
    public var nameRule = NameRule.readable

    /// The defaults.
    public init() {}

    func validate() throws(AnomalySegmentationError) { try table.validate() }
}
