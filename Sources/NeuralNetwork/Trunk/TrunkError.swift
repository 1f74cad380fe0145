public import Tensors

/// Why weights or a configuration give no trunk (``TrunkConfiguration``).
public enum TrunkError: Error, Hashable, Sendable {
    /// The description beside the weights (`vitrine.model`) lacks something that shapes do not tell.
    case undescribed(fact: String)
    /// A weight that tells a size of the trunk is not there.
    case missing(name: String)
    /// A weight that tells a size has dimensions that do not fit the weights before it.
    case unexpectedShape(name: String, found: Shape)
    /// A fact of the description or of a configuration must obey a rule and does not.
    case unusable(fact: String, rule: String)
}
