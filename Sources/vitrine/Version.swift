import ImageCodecs
import Tensors

/// What `vitrine --version` prints.
enum Version {
    /// Changed by hand with each release.
    static let number = "0.1.0"

    /// `schemaVersion` of every JSON output. Changed when a key goes away or means something else; a new key that a
    /// reader may skip leaves it as it is.
    static let schema = 1

    /// The report where somebody asks for it. Every start of the command passes here, and the report loads OpenBLAS and reads
    /// a library's file.
    static var asked: String { CommandLine.arguments.contains("--version") ? report : number }

    static var report: String {
        let blas = MachineReport().blas
        return """
            vitrine \(number)
            BLAS \(blas.map { "\($0.version), core \($0.core)" } ?? "none")
            libpng \(CodecVersions.libpng), libjpeg-turbo \(CodecVersions.libjpegTurbo ?? "of unknown version")
            """
    }
}
