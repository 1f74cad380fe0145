extension TrunkError: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .undescribed(let fact):
            "the weights have a trunk, and their description (vitrine.model) lacks its \"\(fact)\": export them again with "
                + "a description of the trunk"
        case .missing(let name):
            "the weights lack \"\(name)\", which tells the trunk's size: the file is incomplete, so export it again"
        case .unexpectedShape(let name, let found):
            "the weights hold \"\(name)\" with shape \(found), which does not fit the trunk's other weights: export them "
                + "again"
        case .unusable(let fact, let rule):
            "no trunk can have these \(fact): they should \(rule); mend the configuration, or export the weights again with "
                + "the description that belongs to them"
        }
    }
}
