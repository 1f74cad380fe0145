import NeuralNetwork

/// What the weights of a CLIP do not say about it, as the JSON under `vitrine.model` in a weights file's metadata holds it.
///
/// Encoded as JSON it is what ``DetectedCLIP`` reads back.
package struct CLIPDescription: Encodable {
    private let configuration: CLIPConfiguration

    package init(_ configuration: CLIPConfiguration) { self.configuration = configuration }

    /// The names are a published file format, so `std` stays where Swift says `standardDeviation`.
    private enum CodingKeys: String, CodingKey {
        case family, activation, mean, std, resize, patch, trunk
        case imageSize = "image_size"
        case visionHeads = "vision_heads"
        case textHeads = "text_heads"
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode("clip", forKey: .family)
        try values.encode(configuration.activation.rawValue, forKey: .activation)
        try values.encode(configuration.imageSize, forKey: .imageSize)
        try values.encode(configuration.visionHeads, forKey: .visionHeads)
        try values.encode(configuration.textHeads, forKey: .textHeads)
        try values.encode(configuration.mean, forKey: .mean)
        try values.encode(configuration.standardDeviation, forKey: .std)
        try values.encode(configuration.resizing.rawValue, forKey: .resize)
        if case .trunk(let trunk) = configuration.patchEmbedding {
            try values.encode(configuration.patch, forKey: .patch)
            try values.encode(["strides": trunk.blocks.map(\.stride), "taps": trunk.taps], forKey: .trunk)
        }
    }
}
