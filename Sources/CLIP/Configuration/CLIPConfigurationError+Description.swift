import NeuralNetwork
import WeightIdentity

extension CLIPConfigurationError: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .notCLIP(let family):
            "\(Self.subject(family)), and a CLIP with a ViT image tower was asked for: \(Self.remedy(family))"
        case .missing(let name):
            "the weights lack \"\(name)\", which tells the model's size: the file is incomplete or of another model"
        case .unexpectedShape(let name, let found):
            "the weights hold \"\(name)\" with shape \(found), which no supported CLIP model has"
        case .unknownHeads(let width):
            "the width \(width) is no multiple of 64, so the weights do not tell the number of heads: put the model's "
                + "config.json or open_clip_config.json beside them and name the folder"
        case .unknownHeadsOfLargeModel(let model):
            "this is a \(model), whose weights do not tell the number of heads: put the model's config.json or "
                + "open_clip_config.json beside them and name the folder"
        case .otherFamily(let family): "the file describes itself as a model of the family \"\(family)\", not \"clip\""
        case .unusableDescription(let file, let error): "\(file): \(error)"
        case .unknownChoice(let file, let fact, let value, let known):
            "\(file) has \"\(value)\" under \"\(fact)\": supported are "
                + known.map { "\"\($0)\"" }.joined(separator: ", ")
        case .unusableFact(let file, let fact, let rule):
            "\(file) has a value under \"\(fact)\" that is not supported: it should \(rule)"
        case .trunk(let error): error.description
        case .unusableField(let field, let value, let rule):
            "no CLIP can have a configuration with \(field) \(value): it must be \(rule)"
        }
    }

    private static func subject(_ family: WeightFamily) -> String {
        family == .unknown ? "these are weights of a model unknown here" : "this is \(family)"
    }

    private static func remedy(_ family: WeightFamily) -> String {
        switch family {
        case .huggingFaceSAM, .segmentAnything2:
            "it is no CLIP, and this kind of SAM is not supported: take Meta's sam_vit_*.pth or mobile_sam.pt"
        case .aprilGANAdapters, .anomalyCLIPPrompts: "it goes beside a CLIP, so name the CLIP itself here"
        case .huggingFaceCLIPTower: "take the whole model, with both towers and both projections"
        case .clipResNet, .clipWithTimmTower, .sigLIP:
            "not supported; take ViT-B/32, B/16, B-16-plus-240, L/14 or L/14@336"
        case .segmentAnything, .mobileSAM, .clip, .huggingFaceCLIP, .unknown:
            "name a CLIP checkpoint of OpenAI, open_clip or Hugging Face"
        }
    }
}
