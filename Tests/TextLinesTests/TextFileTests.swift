import Foundation
import TestSupport
import Testing
import TextLines

@Suite("small text files")
struct TextFileTests {
    private func lines(_ bytes: [UInt8], limitBytes: Int = TextFile.limitBytes) throws -> [String] {
        try read(bytes) { path throws(TextLineError) in try TextFile.lines(of: path, limitBytes: limitBytes) }.get()
    }

    /// The path in an error is left out.
    private func read<Value>(
        _ bytes: [UInt8], _ body: (String) throws(TextLineError) -> Value
    ) throws -> Result<Value, TextLineError> {
        var outcome: Result<Value, TextLineError>?
        try Fixture.withTemporaryFolder { (folder) throws in
            let path = folder.appendingPathComponent("a").path
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            outcome = Result { () throws(TextLineError) in try body(path) }.mapError { error in
                switch error {
                case .notText(_, let number, let column): .notText(path: "", number: number, column: column)
                case .fileTooLong(_, let limit): .fileTooLong(path: "", limitBytes: limit)
                case .lineTooLong(_, let number, let limit): .lineTooLong(path: "", number: number, limitBytes: limit)
                default: error
                }
            }
        }
        return try #require(outcome)
    }

    @Test("lines come without their ends, whatever system wrote them")
    func ends() throws {
        #expect(try lines([]) == [])
        #expect(try lines([0xEF, 0xBB, 0xBF] + Array("a, b\r\n\n\u{E9}".utf8)) == ["a, b", "", "\u{E9}"])
        #expect(
            try read(Array("[\r\n\"a\"]\n".utf8)) { path throws(TextLineError) in try TextFile.text(of: path) }.get()
                == "[\n\"a\"]")
    }

    @Test("what is no UTF-8, or holds zero bytes as UTF-16 does, is named by line and column")
    func noText() throws {
        for (bytes, number, column) in [
            (Array("ab\nc\u{E9}".utf8) + [0xFF], 2, 3), ([0xFF, 0xFE, 97, 0], 1, 1), ([97, 0, 98, 0], 1, 2),
            (Array("a\nb\n".utf8) + [0xE2, 0x82], 3, 1), ([0xED, 0xA0, 0x80], 1, 1), ([97, 0xC0, 0x80], 1, 2),
        ] {
            #expect(throws: TextLineError.notText(path: "", number: number, column: column), "\(bytes)") {
                try lines(bytes)
            }
        }
    }

    @Test("a file longer than the limit is refused, however its lines are cut")
    func long() throws {
        #expect(try lines(Array("aaaa\nbbb\n".utf8), limitBytes: 9) == ["aaaa", "bbb"])
        #expect(throws: TextLineError.fileTooLong(path: "", limitBytes: 8)) {
            try lines(Array("aaaa\nbbb\n".utf8), limitBytes: 8)
        }
        #expect(throws: TextLineError.lineTooLong(path: "", number: 1, limitBytes: 8)) {
            try lines([UInt8](repeating: 97, count: 300_000), limitBytes: 8)
        }
    }

    @Test("a folder, a pipe and a device are refused at once", .timeLimit(.minutes(1)))
    func notRegular() throws {
        try Fixture.withTemporaryFolder { (folder) throws in
            let pipe = folder.appendingPathComponent("pipe").path
            try #require(mkfifo(pipe, 0o600) == 0)
            for path in [pipe, folder.path, "/dev/zero", "/dev/null"] {
                #expect(throws: TextLineError.notRegularFile(path: path)) { try TextFile.lines(of: path) }
            }
        }
    }
}
