import Foundation
import TestSupport
import Testing
import WholeFiles

@Suite("files that appear whole or not at all")
struct WholeFileTests {
    private func names(_ folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    private func bytes(_ folder: URL, _ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appendingPathComponent(name)))
    }

    @Test("a file is replaced in one step and leaves nothing beside it")
    func replacing() throws {
        try Fixture.withTemporaryFolder { (folder) throws in
            let path = folder.appendingPathComponent("a").path
            try WholeFile.write([1, 2, 3], to: path)
            try WholeFile.write(Data([4, 5]), to: path)
            try WholeFile.write(repeatElement(UInt8(7), count: 5), to: folder.path + "/b")
            #expect(try bytes(folder, "a") == [4, 5])
            #expect(try bytes(folder, "b") == [7, 7, 7, 7, 7])
            #expect(try names(folder) == ["a", "b"])
        }
    }

    @Test("a file written in parts has its name only at the end, and none when it is given up")
    func parts() throws {
        try Fixture.withTemporaryFolder { (folder) throws in
            let path = folder.appendingPathComponent("a").path
            do {
                let file = try WholeFile(path: path) { $0 }
                try file.append([UInt16(0x0201), 0x0403])
                try file.append([UInt8(5)])
                #expect(!FileManager.default.fileExists(atPath: path))
                try file.commit()
            }
            #expect(try bytes(folder, "a") == [1, 2, 3, 4, 5])
            do {
                let file = try WholeFile(path: path) { $0 }
                try file.append([UInt8(9)])
            }
            #expect(try bytes(folder, "a") == [1, 2, 3, 4, 5])
            #expect(try names(folder) == ["a"])
        }
    }

    @Test("a failure names the operation, keeps the old content and removes its own file")
    func failures() throws {
        try Fixture.withTemporaryFolder { (folder) throws in
            func error(_ path: String) -> WholeFileError? {
                do throws(WholeFileError) { try WholeFile.write([1, 2, 3], to: path) } catch { return error }
                return nil
            }
            try FileManager.default.createDirectory(atPath: folder.path + "/taken", withIntermediateDirectories: false)
            for (path, operation) in [
                (folder.path + "/missing/a", WholeFileError.Operation.creating), (folder.path + "/taken", .naming),
                ("/proc/a", .creating), ("", .naming), (folder.path + "/a\0b", .naming),
            ] {
                let error = try #require(error(path))
                #expect(error.path == path && error.operation == operation && !error.reason.isEmpty)
            }
            #expect(try names(folder) == ["taken"])
        }
    }

    @Test("when the disk takes no more bytes, the old file stays and the part is removed")
    func fullDisk() async throws {
        await #expect(processExitsWith: .success) {
            try Fixture.withTemporaryFolder { (folder) throws in
                let path = folder.appendingPathComponent("a").path
                try WholeFile.write([1], to: path)
                // Files of more than 4096 bytes cannot be written any longer in this process.
                signal(SIGXFSZ, SIG_IGN)
                var limit = rlimit(rlim_cur: 4096, rlim_max: 4096)
                try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
                #expect {
                    try WholeFile.write([UInt8](repeating: 2, count: 10_000), to: path)
                } throws: {
                    ($0 as? WholeFileError)?.operation == .writing
                }
                #expect(try Array(Data(contentsOf: folder.appendingPathComponent("a"))) == [1])
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a"])
            }
        }
    }

    @Test("the sentence names the file, the fault and what to do")
    func sentence() throws {
        #expect(throws: WholeFileError.self) { try WholeFile.write([], to: "/no\n/a") }
        do throws(WholeFileError) { try WholeFile.write([], to: "/no\n/a") } catch {
            #expect(
                error.description
                    == "/no\\u{a}/a: creating the file failed (No such file or directory); check that the "
                    + "folder exists, is writable and has space")
        }
    }
}
