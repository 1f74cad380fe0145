import CLIP
import Imaging
import NeuralNetwork
import SegmentAnything
import TerminalText

extension AnomalySegmentationError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .emptyPicture(let size):
            "a picture of \(size) pixels holds nothing to look at: give one of at least 1 x 1"
        case .emptyObjectName: "the object name is empty; name what the pictures show, for example \"metal plate\""
        case .sentenceTooLong(let sentence, let tokens, let limit):
            "the sentence \"\(sentence.prefix(60))\(sentence.count > 60 ? "..." : "")\" has \(tokens) tokens and the model takes "
                + "\(limit): shorten the object's name, or the prompts"
        case .invalidConfiguration(let field, let value, let expected):
            "\(field) of the configuration is \(value) and must be \(expected)"
        case .unknownLayer(let layer, let layers):
            "there is no layer \(layer) in this image tower; choose from 1 to \(layers)"
        case .unusableInputSide(let side, let patch):
            "pictures of side \(side) cannot be cut into patches of \(patch) px; choose a multiple of \(patch)"
        case .mapNotFinite(let x, let y):
            "the anomaly map is not a finite number at column \(x), row \(y); check the CLIP weights"
        case .featuresNotFinite: "the image features hold values that are not finite numbers; check the SAM weights"
        case .unusableTextVector(let state):
            "the sentences for the \(state.rawValue) object give no usable text vector; check the CLIP weights"
        case .pictureSizesDiffer(let map, let embedding):
            "the map is of a picture of \(map) and the embedding of one of \(embedding); pass those of one picture"
        case .otherActivation(let found, let needed):
            "the trained weights of this map need a CLIP with the activation \(needed.rawValue), and it was loaded with "
                + "\(found.rawValue): load it with \(needed.rawValue)"
        case .windowTooLarge(let side, let patches):
            "a window of \(side) x \(side) patches does not fit into \(patches) x \(patches): choose smaller windows or "
                + "larger pictures"
        case .adapterCount(let adapters, let layers):
            "there are \(adapters) adapters and \(layers) layers: name as many layers as adapters, or none"
        case .missingMapWeights(let producer):
            "the map producer \(producer.name) needs trained weights: name the file of "
                + producer.weightsName
        case .unneededMapWeights(let producer):
            "the map producer \(producer.name) takes no weights of its own: leave them out, or choose adapters or "
                + "learntPrompts"
        case .otherMapWeights(let found, let producer):
            "the weights for the map producer \(producer.name) are \(found): it takes "
                + producer.weightsName
        case .unusableMapWeights(let error): "the weights for the map do not fit this CLIP: \(error)"
        case .noGrids: "the producer of the map gave no grid of scores: it must give at least one"
        case .clip(let error): error.description
        case .sam(let error): error.description
        case .samUnreadable(let error): "the SAM weights cannot be told from others, to keep encodings: \(error)"
        case .variantNames(let name):
            name.isEmpty
                ? "a variant has no name: give each one of its own"
                : "two variants are called \(printable(name, limit: 120)): give each a name of its own"
        case .prompt(let error): error.description
        case .activation(let error): error.description
        }
    }
}

extension AnomalyMapConfiguration.Producer {
    /// What it is called.
    fileprivate var name: String {
        switch self {
        case .dense: "dense"
        case .windows: "windows"
        case .adapters: "adapters"
        case .learntPrompts: "learntPrompts"
        }
    }

    /// The trained weights that go with it.
    fileprivate var weightsName: String {
        if case .learntPrompts = self { "AnomalyCLIP's prompts" } else { "APRIL-GAN's adapters" }
    }
}
