import ImageCodecs
import Imaging
import TestSupport
import Testing

/// Decodes every file of a fixture, and compares each pixel with the colours that the fixture has beside the file.
func decodeKinds(
    of fixture: String, ending: String, count: Int, _ use: (_ kind: String, DecodedImage) -> Void = { _, _ in }
) throws {
    let fixture = try ByteFixture("ImageCodecs/\(fixture)")
    let names = fixture.entries.keys.filter { $0.hasSuffix(ending) }.sorted()
    #expect(names.count == count)
    for name in names {
        let kind = String(name.dropLast(ending.count))
        let expected = try fixture["\(kind).rgb"]
        let decoded = try ImageFile.decode(fixture[name].bytes, name: name)
        #expect(decoded.image.size == ImageSize(width: expected.shape[1], height: expected.shape[0]), "\(kind)")
        let wrong = zip(decoded.image.pixels, expected.bytes).enumerated().first { $0.element.0 != $0.element.1 }
        #expect(wrong == nil, "\(kind): first difference at byte \(wrong?.offset ?? -1)")
        use(kind, decoded)
    }
}
