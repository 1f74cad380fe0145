import Foundation
import Imaging
import TextLines

/// One picture of a run, as a line of `results.jsonl` describes it.
struct PictureRegions {
    struct Region {
        let runs: RunLengthMask
        let area: Int
        let box: ImageBox
        let centroid: ImagePoint
        /// nil where it is not finite, which damaged weights can bring about.
        let score: Double?
    }

    let id: String
    let size: ImageSize
    let regions: [Region]

    /// - Returns: nil for a line that is no result of `segment`, such as that of a failure.
    init?(_ line: TextLine, file: String) throws(RegionExportError) {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        do {
            let data = Data(line.bytes)
            let kind = try decoder.decode(KindOfLine.self, from: data).kind
            guard kind == "result" || kind == "segment" else { return nil }
            let found = try decoder.decode(SegmentLine.self, from: data)
            let size = found.picture.size
            (id, self.size) = (found.picture.name, size)
            regions = try found.regions.map { try Region($0, size) }
        } catch {
            throw .damagedLine(file: file, number: line.number, reason: "\(error)")
        }
    }
}

extension PictureRegions.Region {
    /// The pixels decide about area and box, whatever the line says of them.
    fileprivate init(_ found: SegmentLine.Region, _ size: ImageSize) throws {
        runs = try RunLengthMask(size: size, compressedCounts: found.mask.runs.counts)
        guard let box = runs.boundingBox else { throw SegmentLine.NoPixels() }
        self.box = box
        area = runs.area
        centroid = found.centroid
        score = found.score.isFinite ? found.score : nil
    }
}

private struct KindOfLine: Decodable {
    let kind: String
}

/// What is wanted of a record of `segment`.
private struct SegmentLine: Decodable {
    struct Picture: Decodable {
        let name: String
        let size: ImageSize
    }

    struct Region: Decodable {
        let centroid: ImagePoint
        let mask: Mask
        let score: Double
    }

    struct Mask: Decodable {
        let runs: Runs
    }

    struct Runs: Decodable {
        let counts: String
    }

    struct NoPixels: Error, CustomStringConvertible {
        var description: String { "a region has no pixel" }
    }

    let picture: Picture
    let regions: [Region]
}
