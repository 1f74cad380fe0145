import ImageCodecs
import Imaging
import WebPages

/// Pictures as files in memory, as text of 64 characters.
enum EmbeddedFile {
    /// A picture to look at.
    static func photo(_ image: Image) throws(ImageCodecError) -> (base64: String, format: String) {
        (Base64.text(of: try PNGWriter.bytes(image)), "png")
    }

    /// Grey levels that are read back exactly.
    static func png(of image: GreyImage) throws(ImageCodecError) -> String {
        Base64.text(of: try PNGWriter.bytes(image))
    }
}
