import CLIP
import ImageCodecs
import PictureLists
import SegmentAnything
import WeightIdentity

// The library says what is wrong; which flag mends it only the command knows.

/// What follows an error's own sentence, empty where no flag helps.
func flagHint(for error: any Error) -> String {
    switch error {
    case let error as CLIPConfigurationError: error.flagHint
    case let error as SAMConfigurationError: error.flagHint
    case let error as ImageCodecError: error.flagHint
    default: ""
    }
}

extension CLIPConfigurationError {
    var flagHint: String {
        switch self {
        case .notCLIP(.segmentAnything(width: _)), .notCLIP(.mobileSAM), .notCLIP(.huggingFaceSAM),
            .notCLIP(.segmentAnything2):
            " (a SAM is named with --sam)"
        default: ""
        }
    }
}

extension SAMConfigurationError {
    var flagHint: String {
        switch self {
        case .unexpectedFamily(.clip), .unexpectedFamily(.huggingFaceCLIP): " (a CLIP is named with --clip)"
        default: ""
        }
    }
}

extension ImageCodecError {
    var flagHint: String {
        switch self {
        case .tooManyPixels: " (--max-pixels)"
        case .tooMuchMemory: " (--max-memory)"
        default: ""
        }
    }
}

extension PictureListError {
    var flagHint: String {
        switch self {
        case .zeroByteInList: " (--null)"
        case .emptyList, .unreadableList: " (--files-from)"
        default: ""
        }
    }
}

extension CLIPDecision {
    var flagHint: String { isGuess && fact == .activation ? " (--activation)" : "" }
}
