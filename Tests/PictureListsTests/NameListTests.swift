import PictureLists
import SystemPackage
import Testing

@Suite("a list of names")
struct NameListTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func read(_ text: String, endsInZero: Bool = false) throws -> [[UInt8]] {
        try NameList.read(scratch.put("list", text), endsInZero: endsInZero).map(\.bytes)
    }

    @Test("lines end as on any system, and the last one need not end")
    func lines() throws {
        let names = ["a.png", " b c.png", "*.png"].map { Array($0.utf8) }
        #expect(try read("a.png\n b c.png\n*.png\n") == names)
        #expect(try read("\u{FEFF}a.png\r\n\r\n b c.png\r\n*.png") == names)
        #expect(try read("a.png\0 b c.png\0*.png\0", endsInZero: true) == names)
        #expect(try read("a\nb\0", endsInZero: true) == [Array("a\nb".utf8)])
    }

    @Test("what is no list says so")
    func faults() throws {
        let name = scratch.place("list").string
        #expect(throws: PictureListError.emptyList(name: name)) { try read("\n\r\n") }
        #expect(throws: PictureListError.emptyList(name: name)) { try read("", endsInZero: true) }
        #expect(throws: PictureListError.zeroByteInList(name: name, line: 2)) { try read("a\nb\0c\0") }
        #expect(throws: PictureListError.unreadableList(name: scratch.path.string, reason: "Is a directory")) {
            try NameList.read(scratch.path, endsInZero: false)
        }
    }

    @Test("names of a list are no patterns, and folders among them are walked")
    func names() throws {
        try scratch.put("in/a.png")
        try scratch.put("b*.png")
        try scratch.put("bc.png")
        let names = ["b*.png", "in"].map { scratch.place($0) }
        #expect(try PictureList(of: [], and: names, output: nil).items.map(\.id) == ["b*.png", "a.png"])
        #expect(throws: PictureListError.notFound([scratch.place("?.png")], count: 1)) {
            try PictureList(of: [], and: [scratch.place("?.png")], output: nil)
        }
    }
}
