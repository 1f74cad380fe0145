import AnomalySegmentation
import Checkpoints
import Foundation
import Synchronization
import WholeFiles

/// What is kept between runs: text vectors and the digests of weights, in a folder that can be named and switched off.
///
/// Only the command has such a folder of its own accord. The library keeps what it is told to keep.
struct CacheFolder: Sendable {
    /// Who chose the folder, or that there is none.
    enum Choice: Sendable {
        case option, variable
        /// Nobody: the folder that desktops and servers set apart for such files.
        case standard
        case off(reason: String)
    }

    static let variable = "VITRINE_TEXT_CACHE"

    let choice: Choice
    /// nil when nothing is kept.
    let path: String?

    /// - Parameters:
    ///   - option: the folder that a flag named; it comes before the environment's. Empty for none.
    ///   - isOff: whether a flag said that nothing is kept.
    init(
        _ option: String? = nil, isOff: Bool = false,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        let standard = Self.standard(environment)
        (choice, path) =
            switch (isOff ? "" : option, environment[Self.variable]) {
            case (""?, _): (.off(reason: "--no-text-cache"), nil)
            case (let folder?, _): (.option, folder)
            case (nil, ""?): (.off(reason: "\(Self.variable) is empty"), nil)
            case (nil, let folder?): (.variable, folder)
            case (nil, nil): standard.map { (.standard, $0) } ?? (.off(reason: "there is no home folder"), nil)
            }
    }

    /// `vitrine/text` in the user's folder for caches, as the XDG base directory specification names it.
    private static func standard(_ environment: [String: String]) -> String? {
        func folder(_ variable: String) -> String? { environment[variable].flatMap { $0.hasPrefix("/") ? $0 : nil } }
        return (folder("XDG_CACHE_HOME") ?? folder("HOME").map { "\($0)/.cache" }).map { "\($0)/vitrine/text" }
    }

    /// Where text vectors are kept, nil for nowhere.
    func textVectors() -> TextVectorStore? {
        usable.map { TextVectorStore(folder: $0) { Terminal.complain("warning: \($0)") } }
    }

    /// The digests of weights; without a folder, those of this process.
    func digests() -> DigestCache {
        guard let path = usable else { return .ofProcess }
        // Why a folder cannot be made shows when the digests are written.
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        UnfinishedFile.clear(in: path)
        return DigestCache(folder: path) { Terminal.complain("warning: \($0)") }
    }

    private static let hasWarned = Mutex(false)

    /// A folder that nobody named is left alone where it cannot be written, after one warning.
    private var usable: String? {
        guard let path, case .standard = choice else { return path }
        if Self.isWritable(path) { return path }
        let isFirst = Self.hasWarned.withLock { warned in
            defer { warned = true }
            return !warned
        }
        if isFirst {
            Terminal.complain(
                "warning: text vectors and digests are not kept, for \(path) cannot be written; name another folder with "
                    + "--text-cache or \(Self.variable), or say --no-text-cache")
        }
        return nil
    }

    /// Whether files can be made in a folder, which is made with it.
    private static func isWritable(_ path: String) -> Bool {
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
            && FileManager.default.isWritableFile(atPath: path)
    }
}

// What `doctor` tells.

extension CacheFolder {
    /// The folder and what is in it, or why there is none; and what to do about one that cannot be used.
    ///
    /// - Returns: `isFault` where the user named a folder that cannot be used.
    func report() -> (text: String, advice: String?, isFault: Bool) {
        if case .off(let reason) = choice { return ("none (\(reason))", nil, false) }
        guard let path else { return ("none", nil, false) }
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        if exists, isFolder.boolValue, FileManager.default.isWritableFile(atPath: path) {
            return ("\(path) (\(Self.contents(path)))", nil, false)
        }
        if case .standard = choice {
            return exists || !Self.isWritable(path)
                ? (
                    "\(path) cannot be written",
                    "let \(Self.variable) name a folder that can be written to, or be empty", false
                )
                : ("\(path) (nothing is kept yet)", nil, false)
        }
        return (
            "\(path) is \(exists ? "no folder that can be written to" : "not there") (\(Self.variable))",
            "let \(Self.variable) name a folder that can be written to, or unset it", true
        )
    }

    static func contents(_ path: String) -> String {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        let bytes = names.reduce(0) { sum, name in
            let attributes = try? FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
            return sum + ((attributes?[.size] as? Int) ?? 0)
        }
        return "\(names.count) \(names.count == 1 ? "file" : "files"), \((bytes + 999) / 1000) kB"
    }
}
