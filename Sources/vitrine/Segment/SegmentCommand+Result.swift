import AnomalySegmentation
import ImageCodecs
import PictureLists
import Tensors

// What becomes of a picture that was computed, whoever asked for it.
extension SegmentCommand {
    /// The record of a result.
    ///
    /// - Parameters:
    ///   - object: what the picture shows; nil for what the command says.
    ///   - decodingSeconds: what opening the picture took.
    ///   - configuration: of the segmenter.
    func record(
        of item: PictureItem, _ decoded: DecodedImage, _ result: SegmentedPicture, object: String? = nil,
        decodingSeconds: Double, configuration: AnomalyConfiguration, weights: [WeightFileRecord]
    ) -> SegmentRecord {
        var record = SegmentRecord(
            picture: PictureRecord(item, decoded), object: object ?? self.object, result: result,
            configuration: configuration, weights: weights)
        if !reproducible {
            record.details.timingsSeconds = TimingsRecord(decoding: decodingSeconds, result.timings)
            record.details.threads = ComputeThreads.count
        }
        return record
    }

    /// The files of a result.
    func files(of decoded: DecodedImage, _ result: SegmentedPicture, _ record: SegmentRecord) -> ResultFiles {
        ResultFiles(
            image: decoded.image, result: result, record: record, showsPoints: showPoints, kept: resultOptions.keep)
    }
}
