import ImageCodecs
import Tensors

/// What `vitrine --version` prints.
enum Version {
    /// Changed by hand with each release.
    static let number = "0.1.0"

    static var report: String {
        "vitrine \(number)"
    }
}
