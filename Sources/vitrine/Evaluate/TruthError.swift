import AnomalyDatasets
import ImageCodecs
import Imaging

/// Why the truth of a picture cannot be used.
enum TruthError: Error, Hashable {
    /// The data set is broken there, as was found before any picture was decoded.
    case broken(DatasetFault)
    /// Its file could not be read.
    case unreadable(ImageCodecError)
    /// Truth and picture differ in size.
    case unexpectedSize(file: String, size: ImageSize, picture: ImageSize)
}
