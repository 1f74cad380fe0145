import CLIP
import ImageCodecs
import PictureLists
import SegmentAnything
import WeightIdentity

// The library says what is wrong; which flag mends it only the command knows.

/// What follows an error's own sentence, empty where no flag helps.
func flagHint(for error: any Error) -> String {
    switch error {
    case let error as CLIPLoadingError: flagHint(for: error.underlying)
    case let error as SAMLoadingError: flagHint(for: error.underlying)
    case let error as CLIPConfigurationError: error.flagHint
    case let error as SAMConfigurationError: error.flagHint
    case let error as ImageCodecError: error.flagHint
    case let error as AutomaticMaskError: error.flagHint
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

extension AutomaticMaskError {
    var flagHint: String {
        switch self {
        case .outOfRange(let parameter, _, _): " (\(parameter.flag))"
        case .noPoints: " (--points-per-side, --crop-n-points-downscale-factor, --crop-n-layers)"
        case .unexpectedGridCount, .pointOutside, .sam, .prompt: ""
        }
    }
}

extension AutomaticMaskError.Parameter {
    /// The flag that sets it.
    var flag: String {
        switch self {
        case .pointsPerSide: "--points-per-side"
        case .pointsPerBatch: "--points-per-batch"
        case .predictedIoUThreshold: "--pred-iou-thresh"
        case .stabilityThreshold: "--stability-score-thresh"
        case .stabilityOffset: "--stability-score-offset"
        case .boxNMSThreshold: "--box-nms-thresh"
        case .cropLayers: "--crop-n-layers"
        case .cropNMSThreshold: "--crop-nms-thresh"
        case .cropOverlapRatio: "--crop-overlap-ratio"
        case .cropPointsDownscale: "--crop-n-points-downscale-factor"
        case .minimumRegionArea: "--min-mask-region-area"
        }
    }
}

extension CLIPDecision {
    var flagHint: String { isGuess && fact == .activation ? " (--activation)" : "" }
}
