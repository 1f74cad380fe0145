import AnomalySegmentation
import Checkpoints
import Foundation
import WholeFiles

/// What is kept between runs, in a folder that the user named and nowhere else.
struct CacheFolder: Sendable {
    /// nil when no folder was named.
    private let path: String?

    /// - Parameter option: the folder that a flag named; it comes before the environment's.
    init(_ option: String? = nil) {
        let folder = option ?? ProcessInfo.processInfo.environment["VITRINE_TEXT_CACHE"]
        path = folder.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Where text vectors are kept, nil for nowhere.
    func textVectors() -> TextVectorStore? {
        path.map { TextVectorStore(folder: $0) { Terminal.complain("warning: \($0)") } }
    }

    /// The digests of weights; without a folder, those of this process.
    func digests() -> DigestCache {
        guard let path else { return .ofProcess }
        // Why a folder cannot be made shows when the digests are written.
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        UnfinishedFile.clear(in: path)
        return DigestCache(folder: path) { Terminal.complain("warning: \($0)") }
    }
}
