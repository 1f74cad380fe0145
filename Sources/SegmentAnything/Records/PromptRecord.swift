public import Imaging

/// What JSON says of a ``Prompt``: all but the numbers of its mask.
public struct PromptRecord: Hashable, Sendable, Codable {
    /// Points on the object and beside it.
    public var points: [PromptPoint]
    /// Corner pixels, inclusive.
    public var box: ImageBox?
    /// Whether the logits of an earlier mask were among the prompts.
    public var hasMaskPrompt: Bool
    /// What was moved or rounded before SAM was asked, a sentence each, where a program does that.
    public var notes: [String]

    /// A prompt, and what was changed about it.
    public init(_ prompt: Prompt, notes: [String] = []) {
        points = prompt.points
        box = prompt.box
        hasMaskPrompt = prompt.maskLogits != nil
        self.notes = notes
    }
}
