import Foundation
import JSONText
import Testing

/// Runs the built `vitrine` as a stranger would, in a scratch folder that goes away with the value.
final class Command {
    struct Outcome {
        var status: Int32
        var output: String
        var errors: String
    }

    /// The scratch folder, empty at first.
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("vitrine-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// The folder with the test bundle and the programs that were built with it.
    static let builtFolder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent()

    /// The binary lies beside the test bundle, unless another is named, such as an optimised one.
    static let binary =
        ProcessInfo.processInfo.environment["VITRINE_TEST_COMMAND"].map { URL(fileURLWithPath: $0) }
        ?? builtFolder.appendingPathComponent("vitrine")

    /// The command in front of the binary's path where the binary does not run by itself: an emulator and its flags.
    static let runner =
        (ProcessInfo.processInfo.environment["VITRINE_TEST_RUNNER"] ?? "").split(separator: " ").map(String.init)

    /// - Parameter environment: Added to this process's own, in which no text vectors are kept.
    func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Outcome {
        try run(process(arguments, environment: environment))
    }

    /// Runs the command as a shell starts it, for streams that are not files.
    ///
    /// - Parameter script: with `"$@"` where the command stands.
    func shell(_ script: String, _ arguments: [String]) throws -> Outcome {
        let process = try process(arguments)
        process.arguments = ["-c", script, "sh"] + [process.executableURL?.path ?? ""] + (process.arguments ?? [])
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        return try run(process)
    }

    /// The command, not started yet.
    func process(_ arguments: [String], environment: [String: String] = [:]) throws -> Process {
        let process = Process()
        let words = Self.runner + [Self.binary.path] + arguments
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(["VITRINE_TEXT_CACHE": ""]) { $1 }
            .merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        return process
    }

    /// Runs a process to its end.
    func run(_ process: Process) throws -> Outcome {
        let outputFile = folder.appendingPathComponent(".standard-output")
        let errorsFile = folder.appendingPathComponent(".standard-error")
        for file in [outputFile, errorsFile] { try Data().write(to: file) }
        process.standardOutput = try FileHandle(forWritingTo: outputFile)
        process.standardError = try FileHandle(forWritingTo: errorsFile)
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationReason == .exit, "vitrine was ended by a signal")
        return Outcome(
            status: process.terminationStatus,
            output: String(decoding: try Data(contentsOf: outputFile), as: UTF8.self),
            errors: String(decoding: try Data(contentsOf: errorsFile), as: UTF8.self))
    }

    /// Writes a file into the scratch folder and returns its path relative to it.
    @discardableResult
    func write(_ data: Data, to name: String) throws -> String {
        let file = folder.appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: file)
        return name
    }

    /// The relative paths of all files under a folder of the scratch folder, hidden ones too.
    func files(under name: String) -> [String] {
        let root = folder.appendingPathComponent(name).path
        guard let walk = FileManager.default.enumerator(atPath: root) else { return [] }
        return walk.compactMap { $0 as? String }.filter {
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: root + "/" + $0, isDirectory: &isFolder)
                && !isFolder.boolValue
        }.sorted()
    }

    /// The same for an output folder, without the files at its top that are about all results.
    func results(under name: String) -> [String] { files(under: name).filter { $0.contains("/") } }

    func data(_ name: String) throws -> Data { try Data(contentsOf: folder.appendingPathComponent(name)) }

    func json(_ name: String) throws -> JSONValue { try JSONValue(String(decoding: data(name), as: UTF8.self)) }
}
