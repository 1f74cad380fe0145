import NeuralNetwork
import Tensors
import WeightIdentity

/// What the names and shapes of a set of weights say about the CLIP model they belong to.
struct CLIPShapes {
    private let weights: CLIPWeights
    /// This project's own description of the model.
    private let description: DescriptionFile?

    /// More than twice the widest published model. Towers are made before their weights are seen to be complete, and
    /// grow with the square of the width, so a file must not choose it freely.
    private static let widthLimit = 4096

    init(_ weights: CLIPWeights, _ description: DescriptionFile?) {
        self.weights = weights
        self.description = description
    }

    func configuration() throws(CLIPConfigurationError) -> CLIPConfiguration {
        let positions = try shape("visual.positional_embedding", rank: 2)
        let width = positions[1]
        let grid = Int(Double(positions[0] - 1).squareRoot().rounded())
        guard grid > 0, grid * grid == positions[0] - 1 else {
            throw .unexpectedShape(name: "visual.positional_embedding", found: positions)
        }
        let projection = try shape("visual.proj", rank: 2)
        let tokens = try shape("token_embedding.weight", rank: 2)
        let context = try shape("positional_embedding", rank: 2)
        for (name, shape) in [
            ("visual.positional_embedding", positions), ("visual.proj", projection), ("token_embedding.weight", tokens),
        ] where shape[1] > Self.widthLimit {
            throw .unexpectedShape(name: name, found: shape)
        }
        let (embedding, patch) = try patchEmbedding()
        var configuration = CLIPConfiguration(
            patch: patch, trainedGrid: grid, visionWidth: width,
            visionLayers: try depth("visual.transformer.resblocks."), embedding: projection[1], textWidth: tokens[1])
        configuration.patchEmbedding = embedding
        configuration.visionHidden = try hidden("visual.transformer.resblocks.", width)
        configuration.textLayers = try depth("transformer.resblocks.")
        configuration.textHidden = try hidden("transformer.resblocks.", tokens[1])
        configuration.contextLength = context[0]
        configuration.vocabularySize = tokens[0]
        return configuration
    }

    /// Width of the feed-forward layers: the published factor where the first block does not tell.
    private func hidden(_ prefix: String, _ width: Int) throws(CLIPConfigurationError) -> Int {
        let name = "\(prefix)0.mlp.c_fc.bias"
        guard weights.shape(of: name) != nil else { return CLIPConfiguration.feedForwardFactor * width }
        let bias = try shape(name, rank: 1)
        guard bias[0] <= 16 * width else { throw .unexpectedShape(name: name, found: bias) }
        return bias[0]
    }

    private func patchEmbedding() throws(CLIPConfigurationError) -> (CLIPConfiguration.PatchEmbedding, patch: Int) {
        if weights.shape(of: "visual.conv1.weight") != nil {
            let kernel = try shape("visual.conv1.weight", rank: 4)
            guard kernel[2] == kernel[3], kernel[2] > 0 else {
                throw .unexpectedShape(name: "visual.conv1.weight", found: kernel)
            }
            return (.patches, kernel[2])
        }
        if weights.shape(of: "visual.trunk.stem.weight") != nil { return try trunk() }
        throw .missing(name: "visual.conv1.weight")
    }

    private func trunk() throws(CLIPConfigurationError) -> (CLIPConfiguration.PatchEmbedding, patch: Int) {
        let patch = try description?.integer("patch")
        let described = try description?.object("trunk")
        let strides = try described?.integers("strides")
        let taps = try described?.integers("taps")
        do throws(TrunkError) {
            let trunk = try TrunkConfiguration(
                from: weights, under: "visual.trunk", described: (strides, taps), patch: patch)
            return (.trunk(trunk), patch ?? 0)
        } catch {
            throw .trunk(error)
        }
    }

    /// How many blocks follow each other under `prefix`, counted from 0.
    private func depth(_ prefix: String) throws(CLIPConfigurationError) -> Int {
        var depth = 0
        while weights.shape(of: "\(prefix)\(depth).ln_1.weight") != nil { depth += 1 }
        guard depth > 0 else { throw .missing(name: "\(prefix)0.ln_1.weight") }
        return depth
    }

    private func shape(_ name: String, rank: Int) throws(CLIPConfigurationError) -> Shape {
        guard let shape = weights.shape(of: name) else { throw .missing(name: name) }
        guard shape.rank == rank, shape.elementCount > 0 else { throw .unexpectedShape(name: name, found: shape) }
        return shape
    }
}
