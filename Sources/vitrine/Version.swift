import ImageCodecs
import Tensors

/// What `vitrine --version` prints.
enum Version {
    /// Changed by hand with each release.
    static let number = "0.1.0"

    static var report: String {
        let blas = MachineReport().blas
        return """
            vitrine \(number)
            BLAS \(blas.map { "\($0.version), core \($0.core)" } ?? "none")
            libpng \(CodecVersions.libpng), libjpeg-turbo \(CodecVersions.libjpegTurbo ?? "of unknown version")
            """
    }
}
