import CLIP
import Foundation

/// What weights alone do not say of a CLIP, as `vitrine.model` in a file's metadata holds it.
struct CLIPDescription: Encodable {
    var family = "clip"
    var activation: String
    var imageSize: Int
    var visionHeads: Int
    var textHeads: Int
    var mean: [Float]
    var std: [Float]
    var resize: String

    init(_ configuration: CLIPConfiguration) {
        activation = configuration.activation.rawValue
        imageSize = configuration.imageSize
        visionHeads = configuration.visionHeads
        textHeads = configuration.textHeads
        mean = configuration.mean
        std = configuration.standardDeviation
        resize = configuration.resizing.rawValue
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
