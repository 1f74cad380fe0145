import Foundation
import ImageCodecs
import WholeFiles

/// The folder of one picture's results. It is filled under a hidden name and then renamed, so that whoever sees the
/// folder sees all of its files.
struct ResultFolder {
    private let destination: String
    private let hidden: String

    /// - Parameters:
    ///   - output: The output folder.
    ///   - name: The picture's name, for example `parts/b.jpg`.
    init(output: String, name: String) {
        destination = output + "/" + name
        let parent = (destination as NSString).deletingLastPathComponent
        hidden = parent + "/." + (destination as NSString).lastPathComponent + ".partial"
    }

    /// Lets `fill` write the files, then shows them. What stood there before is replaced; on any failure it stays as it
    /// was, and nothing new is left.
    func replace(_ fill: (_ folder: String) throws -> Void) throws {
        let files = FileManager.default
        do {
            try? files.removeItem(atPath: hidden)
            try files.createDirectory(atPath: hidden, withIntermediateDirectories: true)
            try fill(hidden)
            if rename(hidden, destination) != 0 {
                // A folder that holds files cannot be renamed over: move the old results aside first.
                let old = hidden + ".old"
                try? files.removeItem(atPath: old)
                try files.moveItem(atPath: destination, toPath: old)
                do {
                    try files.moveItem(atPath: hidden, toPath: destination)
                } catch {
                    try? files.moveItem(atPath: old, toPath: destination)
                    throw error
                }
                try? files.removeItem(atPath: old)
            }
        } catch {
            try? files.removeItem(atPath: hidden)
            throw CommandFailure.output("cannot write \(destination): \(Self.reason(error))")
        }
    }

    /// Makes the output folder and proves that it can be written to, before any model is loaded.
    static func prepare(_ output: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
            let probe = output + "/.vitrine-probe-\(getpid())"
            try WholeFile.write([UInt8](), to: probe)
            try FileManager.default.removeItem(atPath: probe)
        } catch {
            throw CommandFailure.output(
                "cannot write to the output folder \(output): \(reason(error)); name another folder with --output")
        }
    }

    /// A one-line reason: Foundation's own descriptions repeat paths and domains.
    private static func reason(_ error: any Error) -> String {
        if let codec = error as? ImageCodecError { return codec.description }
        if let file = error as? WholeFileError { return file.description }
        let known = error as NSError
        let cause = (known.userInfo[NSUnderlyingErrorKey] as? NSError) ?? known
        if cause.domain == NSPOSIXErrorDomain { return String(cString: strerror(Int32(cause.code))) }
        return known.localizedDescription
    }
}
