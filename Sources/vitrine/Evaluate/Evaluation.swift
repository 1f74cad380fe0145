import AnomalyMetrics
import AnomalySegmentation
import Foundation
import ImageCodecs
import Imaging
import PictureLists
import RunJournals

/// Runs pictures through the variants that are compared.
struct Evaluation: Sendable {
    let segmenter: VariantSegmenter

    // MARK: Reading

    /// A picture and its truth, decoded.
    struct Reading: Sendable {
        var decoded: DecodedImage
        var truth: Mask?
        /// By which each file of the truth was read.
        var rules: [MaskRule] = []
        var warnings: [DecodingWarning]
    }

    /// What reading a picture comes to. Where it fails, its files are known all the same.
    struct Attempt: RunReading {
        var input: ContentStamp?
        var reading: Result<Reading, any Error>

        var warnings: [DecodingWarning] { (try? reading.get())?.warnings ?? [] }
    }

    /// Opens a picture and its truth.
    static func attempt(_ item: LabelledPictures.Item, _ options: DecodingOptions) -> Attempt {
        let facts = item.facts
        let contents = item.files.map { file in Result { try file.contents(options) } }
        let input = facts.flatMap { facts in
            (try? contents.map { try $0.get() }).map { item.stamp(facts, contents: $0) }
        }
        return Attempt(input: input, reading: Result { try reading(item, contents, options) })
    }

    /// A picture that is turned upright has its truth turned with it, whatever the file of the truth says. What any of its
    /// masks marks is anomalous.
    ///
    /// - Throws: `ImageCodecError` for the picture, `TruthError` for its truth.
    private static func reading(
        _ item: LabelledPictures.Item, _ contents: [Result<[UInt8], any Error>], _ options: DecodingOptions
    ) throws -> Reading {
        if let fault = item.fault { throw TruthError.broken(fault) }
        let picture = try ImageFile.decode(try contents[0].get(), name: item.picture.pathText, options: options)
        var reading = Reading(decoded: picture, warnings: picture.warnings)
        var stored = options
        stored.appliesOrientation = false
        for (file, bytes) in zip(item.masks, contents.dropFirst()) {
            let decoded: DecodedMask
            do {
                decoded = try ImageFile.decodeMask(try bytes.get(), name: file.pathText, options: stored)
            } catch let error as ImageCodecError { throw TruthError.unreadable(error) }
            let mask = picture.isTurned ? decoded.mask.turned(upright: picture.orientation) : decoded.mask
            guard mask.size == picture.image.size else {
                throw TruthError.unexpectedSize(file: file.pathText, size: mask.size, picture: picture.image.size)
            }
            reading.truth = reading.truth.map { $0.union(mask) } ?? mask
            reading.rules.append(decoded.rule)
            reading.warnings += decoded.warnings
        }
        return reading
    }

    // MARK: Computing

    /// What a variant makes of a picture.
    struct Finding: Sendable {
        var variant: String
        /// At the picture's own size.
        var map: ScoreMap
        /// nil for a variant that stops at the map.
        var mask: Mask?
        var score: Float
        /// With all that led to it; nil for a variant that stops at the map.
        var result: AnomalyResult?
    }

    /// - Returns: one for each variant, in their order.
    func findings(_ image: Image, object: String) throws -> [Finding] {
        var findings: [Finding] = []
        try StopRequest.computing {
            try segmenter.forEachResult(image, object: object) { variant, found in
                findings.append(
                    Finding(
                        variant: variant.name, map: found.scores, mask: found.result?.mask, score: found.score,
                        result: found.result))
            }
        }
        return findings
    }
}
