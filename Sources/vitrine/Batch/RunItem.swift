import ImageCodecs
import PictureLists
import RunJournals
import SystemPackage

/// A picture of a run, and the files that its result depends on.
protocol RunItem: Sendable {
    var picture: PictureItem { get }
    /// The picture's own file first.
    var files: [PictureItem] { get }
}

extension PictureItem: RunItem {
    var picture: PictureItem { self }
    var files: [PictureItem] { [self] }
}

extension RunItem {
    /// Sizes and times of the files; nil where one of them is not there.
    var facts: String? {
        let facts = files.compactMap { file in file.path.withPlatformString { ContentStamp.facts(ofFile: $0) } }
        return facts.count == files.count ? facts.joined(separator: ", ") : nil
    }

    /// What the files were when they were read.
    ///
    /// - Parameters:
    ///   - facts: taken before the reading.
    ///   - contents: the bytes of each file.
    func stamp(_ facts: String, contents: [[UInt8]]) -> ContentStamp {
        if contents.count == 1 { return ContentStamp(facts: facts, bytes: contents[0]) }
        return ContentStamp(facts: facts, bytes: Array(contents.map(ContentStamp.digest(of:)).joined().utf8))
    }

    /// Whether a file is another than it was. One that is not there any more does not make its result another.
    func isChanged(since stamp: ContentStamp?) -> Bool {
        guard let facts else { return false }
        guard let stamp else { return true }
        if facts == stamp.facts { return false }
        guard let contents = try? files.map({ try $0.contents(DecodingOptions()) }) else { return true }
        return self.stamp(facts, contents: contents).digest != stamp.digest
    }
}

/// What was read of a picture, for a run that goes on where another stopped.
protocol RunReading: PictureReading {
    /// Of its files; nil where they could not be read.
    var input: ContentStamp? { get }
}
