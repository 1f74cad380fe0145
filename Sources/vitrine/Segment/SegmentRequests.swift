import AnomalySegmentation
import Foundation
import ImageCodecs
import Imaging
import PictureLists
import SystemPackage

/// Answers the requests of one `segment --stdio`.
struct SegmentRequests {
    let command: SegmentCommand
    let memory: PictureMemory
    /// Where the files of results go; nil for answers alone.
    let results: ResultOutput?
    let segmenter: AnomalySegmenter
    /// All files that the result depends on.
    let files: [WeightFile]

    func run() throws -> ExitStatus {
        let weights = WeightFileRecord.pending(of: files, cache: command.anomalyOptions.cache)
        var paths: [[UInt8]: String] = [:]
        let loop = RequestLoop<SegmentRun.Reading>(
            read: { [command, memory] request in
                let reading = SegmentRun.reading(request.item, command, memory)
                _ = try reading.decoded.get()
                return reading
            },
            answer: { request, reading in
                if let results {
                    if let refusal = results.refusal(of: request.id) { throw RequestRefusal(sentence: refusal) }
                    let first = paths[Array(request.id.utf8), default: request.path]
                    if first != request.path { throw RequestRefusal.taken(request, by: first) }
                    paths[Array(request.id.utf8)] = request.path
                }
                let object = request.object ?? command.object
                let decoded = try reading.decoded.get().picture
                let result = try StopRequest.computing {
                    try SegmentedPicture(
                        decoded.image, object: object, by: segmenter, tiling: command.tiling.tiling)
                }
                var record = command.record(
                    of: request.item, decoded, result, object: object, decodingSeconds: reading.seconds,
                    configuration: segmenter.configuration, weights: try weights.get())
                record.details.seq = request.seq
                try results?.write(request.id) { [record] folder in
                    try command.files(of: decoded, result, record).write(to: folder)
                }
                return try record.json(pretty: false)
            })
        return try loop.run()
    }
}
