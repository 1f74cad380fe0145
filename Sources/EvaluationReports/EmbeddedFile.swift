import ImageCodecs
import Imaging
import WebPages

/// Pictures as files in memory, as text of 64 characters.
enum EmbeddedFile {
    /// A picture to look at, as JPEG.
    static func photo(_ image: Image) throws(ImageCodecError) -> String {
        Base64.text(of: try JPEGWriter.bytes(image, quality: 80))
    }

    /// Grey levels that are read back exactly.
    static func png(of image: GreyImage) throws(ImageCodecError) -> String {
        Base64.text(of: try PNGWriter.bytes(image))
    }
}
