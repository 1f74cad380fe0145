extension CLIPConfigurationError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notCLIP(let guess?):
            "these are not the weights of a CLIP model with a ViT image tower: they look like \(guess)"
        case .notCLIP(nil):
            "these are not the weights of a CLIP model with a ViT image tower: name a CLIP checkpoint with open_clip's "
                + "names"
        case .missing(let name):
            "the weights lack \"\(name)\", which tells the model's size: the file is incomplete or of another model"
        case .unexpectedShape(let name, let found):
            "the weights hold \"\(name)\" with shape \(found), which no supported CLIP model has"
        case .unknownHeads(let widths):
            "the widths \(widths.map(String.init).joined(separator: " and ")) are no multiples of 64, so the number of "
                + "heads must stand in the file's metadata under \"vitrine.model\""
        case .otherFamily(let family):
            "the file describes itself as a model of the family \"\(family)\", not \"clip\""
        case .unusableDescription(let error):
            "\(error)"
        case .unknownChoice(let fact, let value, let known):
            "the model description beside the weights has \"\(value)\" under \"\(fact)\": known are "
                + known.map { "\"\($0)\"" }.joined(separator: ", ")
        case .unusableFact(let fact, let rule):
            "\"\(fact)\" in the model description beside the weights should \(rule)"
        }
    }
}
