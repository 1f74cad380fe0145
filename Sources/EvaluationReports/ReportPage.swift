import JSONText
import WebPages

/// The report of an evaluation: one page with table, curves and pictures.
///
/// It is made piece by piece, so that memory does not grow with the number of pictures.
package struct ReportPage: Encodable {
    /// A picture in the lists of the page.
    package struct Entry: Encodable {
        package var id: String
        package var className: String
        /// `normal` or `defective`.
        package var label: String
        package var score: Float
        /// The highest score of the map of each variant.
        package var peaks: [Float]
        /// Of the final mask with the truth; nil where neither marks anything, as below.
        package var intersectionOverUnion: Double?
        package var f1: Double?
        /// Pixels of the picture in which mask and truth differ.
        package var wrong: Int
        /// Connected parts of the truth.
        package var regions: Int
        /// Those of them that the final mask meets.
        package var found: Int

        package init(
            id: String, className: String, label: String, score: Float, peaks: [Float], intersectionOverUnion: Double?,
            f1: Double?, wrong: Int, regions: Int, found: Int
        ) {
            (self.id, self.className, self.label, self.score, self.peaks) = (id, className, label, score, peaks)
            (self.intersectionOverUnion, self.f1, self.wrong) = (intersectionOverUnion, f1, wrong)
            (self.regions, self.found) = (regions, found)
        }
    }

    private enum CodingKeys: String, CodingKey { case name, maker, variants, results, curves, pictureCurves, pictures }

    private let name: String
    private let maker: String
    /// The whole method last.
    private let variants: [String]
    private let results: any Encodable
    /// Of classes, and of all together, under each variant.
    package var curves: [ReportCurve] = []
    /// Of the scores of pictures.
    package var pictureCurves: [ReportCurve] = []
    /// In the order of their blocks.
    package var pictures: [Entry] = []

    /// - Parameters:
    ///   - name: what was evaluated.
    ///   - maker: who wrote the page, with its version.
    ///   - variants: names of the variants, the whole method last.
    ///   - results: what `results.json` says.
    package init(name: String, maker: String, variants: [String], results: any Encodable) {
        (self.name, self.maker, self.variants, self.results) = (name, maker, variants, results)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(maker, forKey: .maker)
        try container.encode(variants, forKey: .variants)
        try results.encode(to: container.superEncoder(forKey: .results))
        try container.encode(curves, forKey: .curves)
        try container.encode(pictureCurves, forKey: .pictureCurves)
        try container.encode(pictures, forKey: .pictures)
    }

    // MARK: The file, piece by piece

    /// The file up to the first picture.
    ///
    /// - Parameter command: which command makes such pages.
    package func start(by command: String) throws -> [UInt8] { page(by: command).start(data: try encodedJSON(self)) }

    /// A picture, in the order of ``pictures``.
    ///
    /// - Parameters:
    ///   - index: its place there.
    ///   - line: what was found in it, a JSON object.
    ///   - kept: what was kept of it: a ``GalleryPicture`` as JSON, or no byte.
    package static func picture(_ index: Int, line: String, kept: [UInt8]) -> [UInt8] {
        let json = Array("{\"line\":\(line),\"kept\":".utf8) + (kept.isEmpty ? Array("null".utf8) : kept)
        return WebPage.block("picture-\(index)", json: json + Array("}".utf8))
    }

    /// The file behind the last picture.
    package func end(by command: String) -> [UInt8] { page(by: command).end }

    private func page(by command: String) -> WebPage {
        WebPage.evaluation(title: "\(name), evaluated", maker: command)
    }
}
