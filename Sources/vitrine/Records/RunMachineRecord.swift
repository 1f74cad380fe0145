import ImageCodecs
import Tensors

/// The machine that a run computed on.
struct RunMachineRecord: Codable {
    /// The library of matrix products.
    struct BLAS: Codable {
        var version: String
        /// The processor whose code it runs.
        var core: String
    }

    var cpu: String
    /// The instruction set.
    var kernels: String
    var threads: Int
    /// Absent where there is none.
    var blas: BLAS?
    var libpng: String
    /// Absent where the library does not tell.
    var libjpegTurbo: String?
}
extension RunMachineRecord {
    /// This one, as it is now.
    static var current: RunMachineRecord {
        let report = MachineReport()
        return RunMachineRecord(
            cpu: report.cpuName, kernels: report.kernels, threads: report.threads,
            blas: report.blas.map { BLAS(version: $0.version, core: $0.core) }, libpng: CodecVersions.libpng,
            libjpegTurbo: CodecVersions.libjpegTurbo)
    }
}
