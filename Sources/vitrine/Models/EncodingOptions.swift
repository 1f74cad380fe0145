import AnomalySegmentation
import ArgumentParser
import WholeFiles

/// Whether encodings are kept between runs.
struct EncodingOptions: ParsableArguments {
    @Option(
        help: """
            A folder where the encodings of pictures are kept as half floats, and looked for, so that settings are \
            compared without encoding again. An entry of other weights, pixels or sizes is never used. Figures may \
            differ from those without it in the fourth digit.
            """)
    var keepEncodings: String?

    func validate() throws {
        if keepEncodings?.isEmpty == true { throw ValidationError("--keep-encodings is empty; name a folder") }
    }

    /// The folder; nil where none was named.
    func store() -> EncodingStore? {
        keepEncodings.map { folder in
            UnfinishedFile.clear(in: folder)
            return EncodingStore(folder: folder) { Terminal.complain("warning: \($0)") }
        }
    }
}

extension EncodingStore.Usage {
    /// What became of the encodings, for people.
    var sentence: String {
        let size = pictures == 0 ? 0 : Double(bytes) / Double(pictures) / 1_000_000
        return "encodings: \(found) found, \(made) made, \(fixed(size, 2)) MB a picture"
    }
}
