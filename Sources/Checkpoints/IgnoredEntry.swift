/// Something in a file of weights that is no tensor under a text name, and that therefore cannot be loaded.
///
/// A training checkpoint carries such things: an epoch, a learning rate, an optimiser's state under numbers.
public struct IgnoredEntry: Hashable, Sendable {
    /// Where it stands, with dots between the levels.
    public var name: String
    /// What it is, in a few words: "a whole number", "a list of 3".
    public var content: String
}
