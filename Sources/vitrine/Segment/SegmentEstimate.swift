import AnomalySegmentation
import Foundation
import ImageCodecs
import Manifests
import PictureLists

/// What a `segment` command would do: `--dry-run`.
struct SegmentEstimate {
    let job: PictureJob
    let remaining: RemainingPictures<PictureItem>
    let object: String
    let tiling: Tiling?

    /// How many pictures are tried.
    static let trialCount = 3

    /// The lines that say it.
    ///
    /// - Parameter pictures: those that are left.
    func lines(_ pictures: ReadAhead<PictureItem, SegmentRun.Reading>, _ segmenter: AnomalySegmenter) throws -> [String]
    {
        var lines = [remaining.summary]
        if let shard = job.shard {
            lines.append("shard \(shard) of \(job.manifest.count) pictures; all shards: \(Self.sizes(job.shardSizes))")
        }
        var seconds: [Double] = []
        var failures = 0
        for (_, picture) in pictures.prefix(Self.trialCount) {
            try StopRequest.check()
            let clock = ContinuousClock()
            let begin = clock.now
            do {
                let reading = try picture.get()
                let image = try reading.decoded.get().picture.image
                _ = try StopRequest.computing {
                    try SegmentedPicture(image, object: object, by: segmenter, tiling: tiling)
                }
                seconds.append(reading.seconds + (clock.now - begin) / .seconds(1))
            } catch is ImageCodecError {
                failures += 1
            }
        }
        let left = remaining.items.count
        if left == 0 {
            lines.append("nothing is left to do")
        } else if let middle = seconds.sorted().dropFirst(seconds.count / 2).first {
            let tried = seconds.count == 1 ? "one picture" : "\(seconds.count) pictures"
            lines.append(
                "\(left) to do, about \(fixed(middle, 2)) s each and \(Self.time(middle * Double(left))) in all, "
                    + "\(Self.peakMegabytes) MB of memory, by \(tried)")
        }
        if failures > 0 { lines.append("\(failures) of the first \(failures + seconds.count) cannot be read") }
        return lines
    }

    private static func sizes(_ sizes: [Int]) -> String {
        if sizes.count <= 16 { return sizes.map(String.init).joined(separator: ", ") }
        return "\(sizes.min() ?? 0) to \(sizes.max() ?? 0) in each of \(sizes.count)"
    }

    private static func time(_ seconds: Double) -> String {
        switch seconds {
        case ..<120: "\(fixed(seconds, 0)) s"
        case ..<7200: "\(fixed(seconds / 60, 0)) min"
        default: "\(fixed(seconds / 3600, 1)) h"
        }
    }

    /// The most that this process had in memory.
    private static var peakMegabytes: Int {
        #if canImport(Darwin)
            let (process, bytesEach) = (RUSAGE_SELF, 1)
        #else
            let (process, bytesEach) = (RUSAGE_SELF.rawValue, 1024)
        #endif
        var usage = rusage()
        getrusage(process, &usage)
        return Int(usage.ru_maxrss) * bytesEach / 1_000_000
    }
}
