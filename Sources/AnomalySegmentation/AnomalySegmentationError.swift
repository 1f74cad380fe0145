public import CLIP
public import Imaging
public import NeuralNetwork
public import SegmentAnything
public import WeightIdentity

/// Why no result can be given.
public enum AnomalySegmentationError: Error, Hashable, Sendable {
    /// A picture without a pixel.
    case emptyPicture(ImageSize)
    /// The name of the object holds no visible character.
    case emptyObjectName
    /// A sentence about the object with more tokens than CLIP's context holds, start and end included.
    case sentenceTooLong(String, tokens: Int, limit: Int)
    /// A field of the configuration is out of its range.
    case invalidConfiguration(field: String, value: String, expected: String)
    /// A layer that this image tower does not have. Layers count from 1.
    case unknownLayer(Int, layers: Int)
    /// A size at which the image tower cannot cut patches.
    case unusableInputSide(Int, patch: Int)
    /// A value of the map is not a finite number.
    case mapNotFinite(x: Int, y: Int)
    /// The image features of SAM hold a value that is not a finite number.
    case featuresNotFinite
    /// The sentences' mean vector is zero or not finite, so no cosine can be taken with it.
    case unusableTextVector(state: PromptTable.State)
    /// The embedding and the map belong to pictures of different sizes.
    case pictureSizesDiffer(map: ImageSize, embedding: ImageSize)
    /// CLIP was loaded with another activation than the trained weights of the map's producer need.
    case otherActivation(found: CLIPConfiguration.Activation, needed: CLIPConfiguration.Activation)
    /// A window that no grid of the wanted sizes holds.
    case windowTooLarge(Int, patches: Int)
    /// As many layers as adapters are needed.
    case adapterCount(Int, layers: Int)
    /// The producer needs trained weights and got none.
    case missingMapWeights(AnomalyMapConfiguration.Producer)
    /// The producer takes no weights of its own and got some.
    case unneededMapWeights(AnomalyMapConfiguration.Producer)
    /// The weights for the producer are of something else.
    case otherMapWeights(found: WeightFamily, producer: AnomalyMapConfiguration.Producer)
    /// The weights for the producer do not fit this CLIP.
    case unusableMapWeights(WeightError)
    /// The producer of the map gave no grid.
    case noGrids
    /// CLIP cannot take the picture or the sentences, or its weights give no numbers.
    case clip(CLIPError)
    /// SAM cannot take the picture.
    case sam(SAMError)
    /// SAM's weights, from which its encodings are told apart, cannot be read any more.
    case samUnreadable(WeightError)
    /// Two variants of one name, or one without a name.
    case variantNames(repeated: String)
    /// SAM gives no masks for the points: the embedding is of another model, or its weights give no numbers.
    case prompt(PromptError)
    /// Activations that cannot be observed or edited.
    case activation(ActivationError)
}
