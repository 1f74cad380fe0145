import ArgumentParser

/// A file in the folder of a picture's result.
enum ResultFile: String, CaseIterable, Sendable {
    case overlay, heatmap, mask, map, npy, json, labels

    /// What is written unless somebody chooses.
    static let usual: Set<ResultFile> = Set(allCases).subtracting([.labels])

    var fileName: String {
        switch self {
        case .npy: "map.npy"
        case .json: "result.json"
        default: "\(rawValue).png"
        }
    }
}

/// Which files of a picture's result are written.
struct ResultOptions: ParsableArguments {
    @Option(
        help: """
            The files of each result, separated by commas: overlay, heatmap, mask, map and npy (map.npy), json \
            (result.json), labels (labels.png, classes 0 and 1 in PASCAL VOC's palette). Without it all but labels.
            """,
        transform: chosenNames)
    var keep: Set<ResultFile> = ResultFile.usual
}

/// The names that stand in a list, separated by commas.
@Sendable
func chosenNames<Name: RawRepresentable<String> & CaseIterable & Hashable>(_ list: String) throws -> Set<Name> {
    let known = Name.allCases.map(\.rawValue).joined(separator: ", ")
    let names = try list.split(separator: ",", omittingEmptySubsequences: false).map { text in
        let word = text.trimmingPrefix { $0 == " " }
        guard let name = Name(rawValue: String(word)) else {
            throw ValidationError("\"\(word)\" is none of \(known)")
        }
        return name
    }
    return Set(names)
}
