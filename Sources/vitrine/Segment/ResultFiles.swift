import Foundation
import ImageCodecs
import Imaging
import Synchronization
import Tensors

/// The files of one picture's result.
struct ResultFiles: Sendable {
    let image: Image
    let result: SegmentedPicture
    let record: SegmentRecord
    /// Whether the overlay marks the point prompts.
    let showsPoints: Bool

    /// Which of them are written.
    let kept: Set<ResultFile>

    /// Files do not depend on each other, and most of their time is compression: they are made side by side.
    func write(to folder: String) throws {
        let files = ResultFile.allCases.filter(kept.contains)
        let showsHeat = !kept.isDisjoint(with: [.overlay, .heatmap])
        let heat = showsHeat ? HeatmapOverlay.visibleRange(of: result.fusedMap) : 0...1
        let failures = Mutex<[Int: any Error]>([:])
        ParallelRows.forEach(count: files.count, minimumPerTask: 1) { range in
            for index in range {
                let file = files[index]
                do {
                    try Profile.stage(file.rawValue) { try write(file, heat: heat, to: "\(folder)/\(file.fileName)") }
                } catch {
                    failures.withLock { $0[index] = error }
                }
            }
        }
        // Of several failures the one of the first file, whichever came first.
        if let first = failures.withLock({ $0.min { $0.key < $1.key } }) { throw first.value }
    }

    /// - Parameter heat: the scores that the colours of `overlay.png` and `heatmap.png` cover.
    private func write(_ file: ResultFile, heat: ClosedRange<Float>, to path: String) throws {
        switch file {
        case .overlay:
            var drawing = HeatmapOverlay()
            drawing.range = heat
            let picture = drawing.draw(image: image, map: result.fusedMap, mask: result.mask, markers: markers)
            try PNGWriter.write(picture, to: path)
        case .heatmap:
            try PNGWriter.write(size: image.size, to: path) { rows in
                HeatmapOverlay.heatPixels(image, result.fusedMap, range: heat, rows: rows)
            }
        case .mask: try PNGWriter.write(result.mask, to: path)
        case .map: try PNGWriter.write(result.fusedMap, to: path, text: ["Title": "anomaly map, 0 to 1"])
        case .npy: try NPYWriter.write(result.fusedMap, to: path)
        case .json: try record.write(to: path)
        case .labels: try PNGWriter.writeLabels(of: result.mask, to: path)
        }
    }

    private var markers: [HeatmapOverlay.Marker] { showsPoints ? result.markers : [] }
}
