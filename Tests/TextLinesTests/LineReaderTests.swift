import Foundation
import TestSupport
import Testing
import TextLines

@Suite("lines of a file")
struct LineReaderTests {
    private func lines(_ bytes: [UInt8], limitBytes: Int = LineReader.limitBytes) throws -> [TextLine] {
        var lines: [TextLine] = []
        try Fixture.withTemporaryFolder { (folder) throws in
            let path = folder.appendingPathComponent("a").path
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            let reader = try LineReader(path, limitBytes: limitBytes)
            while let line = try reader.next() { lines.append(line) }
        }
        return lines
    }

    @Test("ends of lines, a byte order mark and a cut end are seen")
    func ends() throws {
        #expect(try lines([]) == [])
        let found = try lines([0xEF, 0xBB, 0xBF] + Array("a\r\n\nb\rc\nlast".utf8))
        #expect(found.map { String(decoding: $0.bytes, as: UTF8.self) } == ["a", "", "b\rc", "last"])
        #expect(found.map(\.number) == [1, 2, 3, 4])
        #expect(found.map(\.byteOffset) == [0, 6, 7, 11])
        #expect(found.map(\.isTerminated) == [true, true, true, false])
    }

    @Test("lines longer than a read are whole", arguments: [262_143, 262_144, 262_145, 700_000])
    func long(length: Int) throws {
        let long = [UInt8](repeating: 97, count: length)
        let found = try lines([98, 10] + long + [10] + long)
        #expect(found.map(\.bytes) == [[98], long, long])
        #expect(found.map(\.byteOffset) == [0, 2, 3 + length])
    }

    @Test("a line beyond the limit, a folder and a missing file are refused in a sentence")
    func refused() throws {
        #expect(throws: TextLineError.self) { try lines([UInt8](repeating: 97, count: 600_000), limitBytes: 1000) }
        #expect(throws: TextLineError.notRegularFile(path: "/dev")) { try LineReader("/dev") }
        #expect(throws: TextLineError.unreadable(path: "/no/such", code: ENOENT)) { try LineReader("/no/such") }
        let errors: [TextLineError] = [
            .unreadable(path: "a", code: ENOENT), .notRegularFile(path: "a"),
            .lineTooLong(path: "a", number: 7, limitBytes: 9), .fileTooLong(path: "a", limitBytes: 9),
            .notText(path: "a", number: 7, column: 2),
        ]
        #expect(
            errors.map(\.description) == [
                "cannot read a: No such file or directory",
                "a is a folder, a pipe or a device: name a regular file of text",
                "a, line 7: longer than 9 bytes; check that this is the right file",
                "a is longer than 9 bytes; check that this is the right file",
                "a, line 7, column 2: this is no text in UTF-8; save the file as UTF-8",
            ])
    }
}
