import Foundation
import Synchronization
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

@Suite("lines of a stream")
struct StreamLineTests {
    private final class Flag: Sendable {
        private let raised = Atomic(false)

        var value: Bool { raised.load(ordering: .relaxed) }
        func raise() { raised.store(true, ordering: .relaxed) }
    }

    @Test("a line comes before the next one is written, and waiting ends when it should", .timeLimit(.minutes(1)))
    func pipe() throws {
        let pipe = Pipe()
        let isStopped = Flag()
        let reader = LineReader(
            descriptor: pipe.fileHandleForReading.fileDescriptor, name: "pipe", limitBytes: 100,
            isStopped: { isStopped.value })
        for text in ["first", "second"] {
            try pipe.fileHandleForWriting.write(contentsOf: Data("\(text)\n".utf8))
            #expect(try reader.next()?.bytes == Array(text.utf8))
        }
        DispatchQueue.global().asyncAfter(deadline: .now() + 0.2) { isStopped.raise() }
        #expect(try reader.next() == nil)
    }

    @Test("a line beyond the limit is refused once, and the ones behind it have their numbers", .timeLimit(.minutes(1)))
    func tooLong() throws {
        let pipe = Pipe()
        let reader = LineReader(
            descriptor: pipe.fileHandleForReading.fileDescriptor, name: "pipe", limitBytes: 3, isStopped: { false })
        let long = String(repeating: "x", count: 700_000)
        let writing = Data("\(long)\nabc\nabcd\n\(long)\ny\n\(long)".utf8)
        DispatchQueue.global().async {
            try? pipe.fileHandleForWriting.write(contentsOf: writing)
            try? pipe.fileHandleForWriting.close()
        }
        var found: [String] = []
        while true {
            do throws(TextLineError) {
                guard let line = try reader.next() else { break }
                found.append("\(line.number) \(String(decoding: line.bytes, as: UTF8.self))")
            } catch {
                guard case .lineTooLong(_, let number, 3) = error else { throw error }
                found.append("\(number) refused")
            }
        }
        #expect(found == ["1 refused", "2 abc", "3 refused", "4 refused", "5 y", "6 refused"])
    }
}
