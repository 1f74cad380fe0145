import ArgumentParser
import Foundation
import JSONText
import Manifests
import PictureLists
import SystemPackage
import TerminalText
import TextLines

/// The list of a job's pictures, once for all machines that work on them.
struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Writes a manifest: the list of pictures that the tasks of a job divide among them.",
        discussion: """
            The same pictures give the same bytes. Other commands read the file with --manifest, and each task of a job \
            takes its part with --shard 1/8, --shard 2/8 and so on.

            A .csv file begins with a line of column names; a .jsonl or .ndjson file has a JSON object on each line. \
            Both have path, and may have id (what the results are called), class, mask and label.

            Example: vitrine plan parts --output manifest.jsonl
            """)

    @OptionGroup var pictureOptions: PictureSources

    @Option(
        name: .shortAndLong,
        help: "The manifest to write, - for standard output. An earlier one is replaced, any other file is not.")
    var output: String

    @Option(
        help: "With a .csv or .jsonl file, the folder that its paths start from. Without it the folder of the file.")
    var root: String?

    func validate() throws {
        if pictureOptions.isEmpty { throw ValidationError("name pictures, folders, patterns or one list of pictures") }
        if root != nil, table == nil { throw ValidationError("--root goes with one .csv or .jsonl file") }
    }

    /// The one file of rows that is named, if one is.
    private var table: String? {
        guard pictureOptions.pictures.count == 1, let path = pictureOptions.pictures.first?.path.string,
            ["csv", "jsonl", "ndjson"].contains(FilePath(path).extension?.lowercased())
        else { return nil }
        return path
    }

    func run() throws {
        if output == "-" {
            try made().lines(program: Version.number) { line in try Terminal.write(String(line.dropLast())) }
            return
        }
        let file = try OutputFile(output, overwrites: nil, recognises: Self.isManifest)
        let manifest = try made()
        try file.write { path in try manifest.write(to: path, program: Version.number) }
        try Terminal.write(
            "\(printable(output)): \(manifest.count) \(manifest.count == 1 ? "picture" : "pictures"), "
                + "digest \(manifest.digest.prefix(12))")
    }

    /// Whether a file begins as a manifest does, which may have been edited since.
    private static func isManifest(_ path: String) -> Bool {
        guard let line = try? LineReader(path).next(), let members = try? JSONValue.members(of: line.bytes) else {
            return false
        }
        return members["kind"] == .text("manifest") && members["digest"] != nil
    }

    private func made() throws -> Manifest {
        let folder = output == "-" ? nil : FilePath(output).removingLastComponent()
        guard let path = table else { return try Manifest(of: try pictureOptions.items(), below: folder) }
        let manifest = try rows(of: path)
        guard let folder else { return manifest }
        return manifest.rooted(at: FilePath(bytes: manifest.root).seen(from: folder).bytes)
    }

    private func rows(of path: String) throws -> Manifest {
        let table: PictureTable
        do { table = try PictureTable(reading: path) } catch { throw CommandFailure.badInput("\(error)") }
        if !table.ignored.isEmpty {
            Terminal.complain("note: \(path): nothing is made of \(table.ignored.joined(separator: ", "))")
        }
        let start = root ?? FilePath(path).removingLastComponent().string
        do { return try Manifest(table, root: start, path: path) } catch {
            throw CommandFailure.badInput("\(error)\(error.flagHint)")
        }
    }
}

extension ManifestError {
    fileprivate var flagHint: String {
        if case .line(_, _, .pathLeavesRoot) = self { return " (--root)" }
        return ""
    }
}
