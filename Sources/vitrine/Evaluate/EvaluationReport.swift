import AnomalyMetrics
import Imaging
import WholeFiles

/// `report.html` of an output folder of `evaluate`.
enum EvaluationReport {
    /// Whether the page is written.
    static let isWritten = false

    /// Writes the page.
    ///
    /// - Parameters:
    ///   - folder: pictures, and what is kept of each. Nothing else is looked at.
    ///   - results: what `results.json` says.
    ///   - file: to which the page is appended; who calls gives it its name.
    static func write(
        _ folder: EvaluatedFolder, _ results: EvaluateRecord, to file: borrowing WholeFile<WholeFileError>
    ) throws {}
}

/// What is kept of a picture for the report.
enum ReportGallery {
    /// - Parameters:
    ///   - line: the picture's line.
    ///   - findings: of the variants, the whole method last.
    /// - Returns: nothing where there is nothing to keep.
    static func blob(
        of image: Image, truth: Mask?, line: EvaluatedPicture, findings: [Evaluation.Finding]
    ) throws -> [UInt8] { [] }
}
