import AnomalySegmentation
import ArgumentParser

/// Whether large pictures are cut into tiles.
struct TilingOptions: ParsableArguments {
    @Option(
        name: .customLong("tile"),
        help: """
            Cut pictures with a longer side into overlapping tiles of SIZE x SIZE pixels and look at each as at a picture \
            of its own, so that small defects are seen; maps and masks are joined without seams. Smaller pictures are \
            looked at as a whole, as without it.
            """)
    var side: Int?

    @Option(
        help: "Pixels that neighbouring tiles share at least: as many as a defect is wide. Default: a fifth of --tile.")
    var overlap: Int?

    /// nil: every picture as a whole.
    var tiling: Tiling? { side.map { Tiling(side: $0, overlap: overlap ?? $0 / 5) } }

    func validate() throws {
        if overlap != nil && side == nil { throw ValidationError("--overlap needs --tile, the size of the tiles") }
        do {
            try tiling?.validate()
        } catch {
            guard case .invalidConfiguration(let field, let value, let expected) = error else { throw error }
            let flag = field == "tiling.overlap" ? "--overlap" : "--tile"
            throw ValidationError("\(flag) takes \(expected), not \(value)")
        }
    }
}
