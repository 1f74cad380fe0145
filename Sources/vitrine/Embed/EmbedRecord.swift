import PictureLists

/// What `embed` writes.
typealias EmbeddingFile = TensorFile<EmbedRecord>

/// What each row of an `embed` command's vectors belongs to: `vitrine.record` in the file's metadata.
struct EmbedRecord: OutputRecord {
    static let kind = "embed"

    /// Row by row; absent for texts.
    var pictures: [PictureRecord]?
    /// The pictures that have no row; absent where there are none.
    var failures: [PictureFailure]?
    /// Row by row; absent for pictures.
    var texts: [String]?
    /// In which the models computed; absent for the full one.
    var precision: String?
}
