import ImageCodecs
import Imaging
import JSONText
import PictureLists
import WholeFiles

/// What a command writes as one JSON object: a file, a line, or a text in a file's metadata.
///
/// Each has a JSON Schema, `docs/schemas/<kind>.schema.json`, which docs/Formats.md explains.
protocol OutputRecord: Encodable {
    /// Which schema the object keeps to.
    static var kind: String { get }
}

extension OutputRecord {
    /// The object with what all of them begin with: `schemaVersion`, `kind` and the version of Vitrine.
    ///
    /// - Parameter pretty: whether the text has a line for each value, or is one line.
    func json(pretty: Bool = true) throws -> String { try encodedJSON(Headed(record: self), pretty: pretty) }

    /// Writes the object to a file.
    func write(to path: String) throws { try WholeFile.write(try json().utf8, to: path) }
}

private struct Headed<Record: OutputRecord>: Encodable {
    private enum Key: String, CodingKey { case schemaVersion, kind, vitrine }

    let record: Record

    func encode(to encoder: any Encoder) throws {
        var head = encoder.container(keyedBy: Key.self)
        try head.encode(Version.schema, forKey: .schemaVersion)
        try head.encode(Record.kind, forKey: .kind)
        try head.encode(Version.number, forKey: .vitrine)
        try record.encode(to: encoder)
    }
}

/// A picture that a command worked on.
struct PictureRecord: Codable {
    /// The folder of its results, relative to the output folder.
    var name: String
    var path: String
    /// Absent, as all below, for a picture that could not be read.
    var size: ImageSize?
    /// What kind of file it is.
    var format: String?
    /// What was changed, ignored or found odd while reading it.
    var warnings: [String]?

    /// A picture that could not be read.
    init(name: String, path: String) { (self.name, self.path) = (name, path) }

    init(_ item: PictureItem, _ decoded: DecodedImage? = nil) {
        name = item.id
        path = item.pathText
        size = decoded?.image.size
        format = decoded?.sourceDescription
        warnings = decoded?.warnings.map(\.description)
    }
}

/// The line of a picture that could not be worked on.
struct FailureRecord: OutputRecord, Codable {
    static let kind = "failure"

    var picture: PictureRecord
    /// One sentence.
    var error: String
    /// The number of the request that this answers.
    var seq: Int?
}

/// The last line of a command that answers requests.
struct SummaryRecord: OutputRecord {
    static let kind = "summary"

    /// Whether all lines before were written: a stream that lacks this line was cut off.
    var end = true
    /// Requests that have a result.
    var ok: Int
    var failed: Int
}
