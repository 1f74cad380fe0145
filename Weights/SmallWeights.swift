#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Where the small CLIP and the small SAM that come with Vitrine lie on disk.
///
/// A program that depends on this product gets the weights as resources beside its executable; one that brings weights
/// of its own leaves the product out and saves the space. The files are found, in this order:
///
/// 1. in the folder that the environment variable `VITRINE_SMALL_WEIGHTS` names; where it is set, nowhere else,
/// 2. in the resource bundle beside the executable, or in `share/vitrine/small` next to its `bin` folder,
/// 3. in the source tree that the program was built from.
///
/// SwiftPM's own `Bundle.module` ends the process when the bundle was left behind; this type throws instead.
public struct SmallWeights: Sendable {
    /// The folder that holds the files.
    public let folder: String

    /// The small CLIP, fp16 safetensors.
    public var clip: String { folder + "/clip.safetensors" }

    /// The small SAM, fp16 safetensors.
    public var sam: String { folder + "/sam.safetensors" }

    /// The byte-pair merges of the small CLIP's tokenizer, one a line.
    public var merges: String { folder + "/merges.txt" }

    /// The list of published weights that `Tools/fetch-weights` can fetch, JSON. It is part of the program, so it is there
    /// whatever became of the files.
    public static var manifest: [UInt8] { PackageResources.manifest_json }

    static let fileNames = ["clip.safetensors", "sam.safetensors", "merges.txt"]

    /// Looks for the folder.
    ///
    /// - Throws: ``SmallWeightsError/incomplete(folder:missing:)`` when `VITRINE_SMALL_WEIGHTS` names a folder without them,
    ///   ``SmallWeightsError/notFound(searched:)`` when it names none and no other place has all three files.
    public init() throws(SmallWeightsError) {
        if let named = getenv(Self.variable).map({ String(cString: $0) }), !named.isEmpty {
            let missing = Self.missing(from: named)
            guard missing.isEmpty else { throw .incomplete(folder: named, missing: missing) }
            folder = named
            return
        }
        let candidates = Self.candidates()
        guard let found = candidates.first(where: { Self.missing(from: $0).isEmpty }) else {
            throw .notFound(searched: candidates)
        }
        folder = found
    }

    static let variable = "VITRINE_SMALL_WEIGHTS"

    /// The folders that are looked at where the variable names none, in order.
    static func candidates() -> [String] {
        var candidates: [String] = []
        if let executable = Self.executableFolder() {
            candidates.append(executable + "/Vitrine_SmallWeights.resources/small")
            candidates.append(executable + "/../share/vitrine/small")
        }
        let source = #filePath
        if let slash = source.lastIndex(of: "/") { candidates.append(source[..<slash] + "/small") }
        return candidates
    }

    /// The files that a folder lacks, or that cannot be read there.
    private static func missing(from folder: String) -> [String] {
        fileNames.filter { access(folder + "/" + $0, R_OK) != 0 }
    }

    private static func executableFolder() -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let length = readlink("/proc/self/exe", &buffer, buffer.count)
        guard length > 0 else { return nil }
        let path = String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return path.lastIndex(of: "/").map { String(path[..<$0]) }
    }
}

/// Why the small weights cannot be used.
public enum SmallWeightsError: Error, Equatable, Sendable {
    /// None of the folders holds `clip.safetensors`, `sam.safetensors` and `merges.txt`.
    case notFound(searched: [String])
    /// The folder that `VITRINE_SMALL_WEIGHTS` names is not there, or lacks some of the files.
    case incomplete(folder: String, missing: [String])
}

extension SmallWeightsError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notFound(let searched):
            "the small weights were not found in \(searched.joined(separator: ", ")); "
                + "set \(SmallWeights.variable) to the folder that holds "
                + "\(SmallWeights.fileNames.joined(separator: ", ")), or open weights of your own"
        case .incomplete(let folder, let missing):
            "\(SmallWeights.variable) names \(folder), where \(missing.joined(separator: ", ")) cannot be read: "
                + "set it to the folder that holds these files, or unset it to use those that came along"
        }
    }
}
