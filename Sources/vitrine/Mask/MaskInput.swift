import Foundation
import ImageCodecs
import Imaging
import SegmentAnything
import Tensors

/// An earlier mask as SAM takes it.
enum MaskInput {
    /// - Parameter named: `FILE.npy`, `FILE.npy:N`, or a PNG mask.
    /// - Returns: `[height, width]` of the decoder's resolution.
    /// - Throws: A ``CommandFailure`` that says what fits.
    static func logits(from named: String, frame: ModelFrame, model: SAMModel) throws -> Tensor {
        var path = named
        var chosen: Int?
        if let colon = named.lastIndex(of: ":"), let index = Int(named[named.index(after: colon)...]),
            !FileManager.default.fileExists(atPath: named)
        {
            path = String(named[..<colon])
            chosen = index
        }
        if path.lowercased().hasSuffix(".npy") {
            return try array(path, chosen, side: model.configuration.lowResolutionSide)
        }
        guard chosen == nil else { throw CommandFailure.usage("--mask-input: only .npy files hold several masks") }
        return try picture(path, frame, model)
    }

    private static func array(_ path: String, _ chosen: Int?, side: Int) throws -> Tensor {
        let array: (shape: [Int], values: [Float])
        do { array = try NPYReader.read(path) } catch { throw CommandFailure.badInput("\(error)") }
        let shape = array.shape
        guard shape.count >= 2, Array(shape.suffix(2)) == [side, side] else {
            throw CommandFailure.badInput(
                "\(path) has the shape \(shape); this model takes logits of [\(side), \(side)] or [masks, \(side), \(side)]"
            )
        }
        let masks = Tensor(array.values, shape: [array.values.count / (side * side), side, side])
        guard masks.shape[0] > 0, masks.values.allSatisfy(\.isFinite) else {
            throw CommandFailure.badInput("\(path) holds no mask, or numbers that are infinite or none")
        }
        if masks.shape[0] > 1, chosen == nil {
            throw CommandFailure.usage(
                "\(path) holds \(masks.shape[0]) masks; choose one: --mask-input \(path):0 to \(masks.shape[0] - 1)")
        }
        let index = chosen ?? 0
        guard (0..<masks.shape[0]).contains(index) else {
            throw CommandFailure.usage("\(path) holds \(masks.shape[0]) masks; \(index) is none of them")
        }
        return masks.element(index)
    }

    private static func picture(_ path: String, _ frame: ModelFrame, _ model: SAMModel) throws -> Tensor {
        let mask: Mask
        do { mask = try ImageFile.decodeMask(path).mask } catch { throw CommandFailure.badInput("\(error)") }
        guard mask.size == frame.original else {
            throw CommandFailure.badInput(
                "\(path) is \(mask.size), the picture \(frame.original); a mask has the picture's size")
        }
        return try model.maskPrompt(mask)
    }
}
