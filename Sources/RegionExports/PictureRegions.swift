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
            id = found.picture.name
            let size = ImageSize(width: found.picture.size.width, height: found.picture.size.height)
            self.size = size
            regions = try found.regions.map { try Region($0, size) }
        } catch {
            throw .damagedLine(file: file, number: line.number, reason: "\(error)")
        }
    }
}

extension PictureRegions.Region {
    fileprivate init(_ found: SegmentLine.Region, _ size: ImageSize) throws {
        runs = try RunLengthMask(size: size, compressedCounts: found.mask.runs.counts)
        area = found.mask.area
        let box = found.mask.box
        self.box = ImageBox(x0: box.x0, y0: box.y0, x1: box.x1, y1: box.y1)
        centroid = ImagePoint(x: found.centroid.x, y: found.centroid.y)
        score = found.score.isFinite ? found.score : nil
    }
}

private struct KindOfLine: Decodable {
    let kind: String
}

/// What is wanted of a record of `segment`.
private struct SegmentLine: Decodable {
    struct Picture: Decodable {
        struct Size: Decodable {
            let width: Int
            let height: Int
        }

        let name: String
        let size: Size
    }

    struct Region: Decodable {
        struct Mask: Decodable {
            struct Box: Decodable {
                let x0: Int
                let y0: Int
                let x1: Int
                let y1: Int
            }

            struct Runs: Decodable {
                let counts: String
            }

            let area: Int
            let box: Box
            let runs: Runs
        }

        struct Point: Decodable {
            let x: Double
            let y: Double
        }

        let centroid: Point
        let mask: Mask
        let score: Double
    }

    let picture: Picture
    let regions: [Region]
}
