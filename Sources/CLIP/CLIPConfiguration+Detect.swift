import NeuralNetwork
public import Tensors

extension CLIPConfiguration {
    /// Where a weights file's metadata describes the model in JSON.
    static let descriptionKey = "vitrine.model"

    /// Reads a configuration off weights named as in open_clip.
    ///
    /// Widths, depths, patch, grid, context and vocabulary come from the shapes. What shapes do not tell comes from the
    /// description beside the weights (`vision_heads`, `text_heads`, `activation`, `image_size`, `mean`, `std`,
    /// `resize`, `dense`); without one the published rules stand: heads of width 64, OpenAI's means, and QuickGELU
    /// except for the width of B-16-plus-240, which exists with exact GELU only. Weights of other makers at the other
    /// sizes use exact GELU as a rule: set `activation` on the result for them.
    ///
    /// The description is the JSON under `vitrine.model` in the weights' metadata.
    ///
    /// - Throws: `CLIPConfigurationError` when these are not the weights of a CLIP with a ViT image tower.
    public static func detect(from weights: some TensorSource) throws(CLIPConfigurationError) -> CLIPConfiguration {
        let shapes = CLIPShapes(weights)
        try shapes.checkFamily()
        var configuration = try shapes.configuration()
        guard let json = weights.metadata[descriptionKey] else {
            guard configuration.visionHeads > 0, configuration.textHeads > 0 else {
                throw .unknownHeads(widths: [configuration.visionWidth, configuration.textWidth])
            }
            return configuration
        }
        let description: ModelDescription
        let family: String?
        do throws(ModelDescriptionError) {
            description = try ModelDescription(json: json)
            family = try description.text("family")
        } catch {
            throw .unusableDescription(error)
        }
        if let family, family != "clip" { throw .otherFamily(family) }
        try configuration.apply(description)
        return configuration
    }

    /// Takes over what the description says; what it leaves out stays.
    private mutating func apply(_ description: ModelDescription) throws(CLIPConfigurationError) {
        let activationName: String?
        let resizingName: String?
        do throws(ModelDescriptionError) {
            visionHeads = try description.integer("vision_heads") ?? visionHeads
            textHeads = try description.integer("text_heads") ?? textHeads
            imageSize = try description.integer("image_size") ?? imageSize
            mean = try description.numbers("mean")?.map { Float($0) } ?? mean
            standardDeviation = try description.numbers("std")?.map { Float($0) } ?? standardDeviation
            comparesPatchesWithText = try description.text("dense") == "projected-last-layer"
            activationName = try description.text("activation")
            resizingName = try description.text("resize")
        } catch {
            throw .unusableDescription(error)
        }
        if let activationName {
            guard let known = Activation(rawValue: activationName) else {
                throw .unknownChoice(fact: "activation", value: activationName, known: ["gelu", "quickgelu"])
            }
            activation = known
        }
        if let resizingName {
            guard let known = Resizing(rawValue: resizingName) else {
                throw .unknownChoice(fact: "resize", value: resizingName, known: ["crop", "squash"])
            }
            resizing = known
        }
        try checkDescribed()
    }

    /// Refuses described facts that the towers could not be built with.
    private func checkDescribed() throws(CLIPConfigurationError) {
        for (fact, heads, width) in [("vision_heads", visionHeads, visionWidth), ("text_heads", textHeads, textWidth)]
        where heads < 1 || width % heads != 0 {
            throw .unusableFact(fact, rule: "divide the width \(width)")
        }
        if imageSize < 1 || imageSize % patch != 0 {
            throw .unusableFact("image_size", rule: "be a multiple of the patch of \(patch) pixels")
        }
        if mean.count != 3 || !mean.allSatisfy(\.isFinite) {
            throw .unusableFact("mean", rule: "be three numbers")
        }
        if standardDeviation.count != 3 || !standardDeviation.allSatisfy({ $0.isFinite && $0 > 0 }) {
            throw .unusableFact("std", rule: "be three numbers above 0")
        }
    }
}
