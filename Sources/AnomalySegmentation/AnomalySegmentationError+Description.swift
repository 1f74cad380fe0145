extension AnomalySegmentationError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .emptyObjectName:
            "the object name is empty; name what the pictures show, for example \"metal plate\""
        case .invalidConfiguration(let field, let value, let expected):
            "the setting \(field) is \(value) and must be \(expected)"
        case .unknownLayer(let layer, let layers):
            "there is no layer \(layer) in this image tower; choose from 1 to \(layers)"
        case .unusableInputSide(let side, let patch):
            "pictures of side \(side) cannot be cut into patches of \(patch) px; choose a multiple of \(patch)"
        case .mapNotFinite(let x, let y):
            "the anomaly map is not a finite number at column \(x), row \(y); check the CLIP weights"
        case .featuresNotFinite:
            "the image features hold values that are not finite numbers; check the SAM weights"
        case .unusableTextVector(let state):
            "the sentences for the \(state.rawValue) object give no usable text vector; check the CLIP weights"
        case .pictureSizesDiffer(let map, let embedding):
            "the map is of a picture of \(map) and the embedding of one of \(embedding); pass those of one picture"
        }
    }
}
