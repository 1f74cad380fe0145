import ArgumentParser
import Checkpoints
import Foundation
import Synchronization
import Tensors

/// Where packed weights are kept between runs, if the user named a folder: with a flag or with a variable.
///
/// They take as much room as the weights themselves, so nothing is kept of the program's own accord.
struct PackedWeightFolder: Sendable {
    static let variable = "VITRINE_PACKED_WEIGHTS"

    /// nil when nothing is kept.
    let path: String?

    /// - Parameter option: the folder that a flag named; it comes before the environment's. Empty for none.
    init(_ option: String? = nil, environment: [String: String] = ProcessInfo.processInfo.environment) {
        path = (option ?? environment[Self.variable]).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Those that were used in this process, to be written at its end.
    private static let files = Mutex<[PackedWeightFile]>([])

    /// The packed weights of a checkpoint, nil where none are kept.
    func shelf(for checkpoint: Checkpoint, _ precision: Precision) -> PackedWeightFile? {
        guard let path else { return nil }
        let file = PackedWeightFile(of: checkpoint, precision: precision, folder: path) {
            Terminal.complain("warning: \($0)")
        }
        Self.files.withLock { $0.append(file) }
        return file
    }

    /// Writes what was packed in this process and was not kept before.
    static func keep() {
        for file in files.withLock({ $0 }) { file.keep() }
    }

    // MARK: What `doctor` tells

    /// The folder and what is in it; and what to do about one that cannot be used.
    func report() -> (text: String, advice: String?) {
        guard let path else { return ("none (--packed-weights or \(Self.variable) name a folder)", nil) }
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        if !exists { return ("\(path) (nothing is kept yet)", nil) }
        guard isFolder.boolValue, FileManager.default.isWritableFile(atPath: path) else {
            return (
                "\(path) is no folder that can be written to",
                "let --packed-weights or \(Self.variable) name a folder that can be written to, or leave it out"
            )
        }
        return ("\(path) (\(CacheFolder.contents(path)))", nil)
    }
}
