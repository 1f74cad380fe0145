import Foundation
import ImageCodecs
import Imaging
import Synchronization
import Tensors

/// The six files of one picture.
struct ResultFiles: Sendable {
    let image: Image
    let result: SegmentedPicture
    let record: SegmentRecord
    /// Whether the overlay marks the point prompts.
    let showsPoints: Bool

    /// Files do not depend on each other, and most of their time is compression: they are made side by side.
    func write(to folder: String) throws {
        var drawing = HeatmapOverlay()
        let range = HeatmapOverlay.visibleRange(of: result.fusedMap)
        drawing.range = range
        let overlay = drawing
        let files: [@Sendable () throws -> Void] = [
            {
                let picture = overlay.draw(image: image, map: result.fusedMap, mask: result.mask, markers: markers)
                try PNGWriter.write(picture, to: folder + "/overlay.png")
            },
            {
                try PNGWriter.write(size: image.size, to: folder + "/heatmap.png") { rows in
                    HeatmapOverlay.heatPixels(image, result.fusedMap, range: range, rows: rows)
                }
            },
            { try PNGWriter.write(result.fusedMap, to: folder + "/map.png", text: ["Title": "anomaly map, 0 to 1"]) },
            { try NPYWriter.write(result.fusedMap, to: folder + "/map.npy") },
            { try PNGWriter.write(result.mask, to: folder + "/mask.png") },
            { try record.write(to: folder + "/result.json") },
        ]
        let failures = Mutex<[Int: any Error]>([:])
        ParallelRows.forEach(count: files.count, minimumPerTask: 1) { range in
            for index in range {
                do { try files[index]() } catch { failures.withLock { $0[index] = error } }
            }
        }
        // Of several failures the one of the first file, whichever came first.
        if let first = failures.withLock({ $0.min { $0.key < $1.key } }) { throw first.value }
    }

    private var markers: [HeatmapOverlay.Marker] { showsPoints ? result.markers : [] }
}
