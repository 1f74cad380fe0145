import RegionExports
import RunJournals

/// Where a command keeps what in its output folder.
enum RunLayout: String, Sendable {
    case segment, evaluate

    /// What stands at the top of every folder.
    enum File: CaseIterable, Sendable {
        /// A line for each picture that is done.
        case lines
        case failures, run, done
    }

    func name(of file: File) -> String {
        switch file {
        case .lines: self == .evaluate ? "pictures.jsonl" : "results.jsonl"
        case .failures: "failures.jsonl"
        case .run: "run.json"
        case .done: "done.json"
        }
    }

    /// Files that are made from what was found in all pictures; some of them in some runs only.
    var summaries: [String] {
        switch self {
        case .segment: RegionExport.allCases.map(\.fileName)
        case .evaluate: EvaluatedFolder.Summary.allCases.map(\.rawValue)
        }
    }

    /// All files that may stand at the top.
    var names: [String] { File.allCases.map(name(of:)) + summaries }

    /// Where the result of a picture stands in the output folder.
    ///
    /// `evaluate` keeps its own under digests of the ids: those come from lists of data sets, and need be no good names.
    func place(ofResult id: String) -> String {
        switch self {
        case .segment: id
        case .evaluate: "\(Self.keptFolder)/\(Self.keptName(ofResult: id))"
        }
    }

    /// The folder for results that only other files are made of, which go when their pictures do.
    static let keptFolder = ".vitrine-pictures"

    /// What the result of a picture is called there.
    static func keptName(ofResult id: String) -> String {
        String(ContentStamp.digest(of: Array(id.utf8)).prefix(32))
    }

    /// Whether the results of a picture cannot be called so, because the folder needs the name for itself.
    func isTaken(_ id: String) -> Bool {
        if self == .evaluate { return false }
        guard let first = id.split(separator: "/").first else { return true }
        return first.hasPrefix(".vitrine") || names.contains { $0.utf8.elementsEqual(first.utf8) }
    }
}
