import Foundation
import ResultFolders

/// One picture to work on, and the folder under the output folder that its results go to.
struct PictureItem: Equatable {
    /// Where the picture is.
    var path: String
    /// The results' folder, relative to the output folder, for example `parts/b.jpg`.
    var name: String
}

/// Turns what stands on the command line into pictures with names that never collide.
///
/// A picture that was named, or that a pattern matched, keeps its file name; a picture under a named folder keeps its
/// path below that folder. Where two names would meet, both are led by as many of their parent folders as it takes.
enum PictureList {
    /// File name endings that are looked for in folders. What a file really is, its first bytes decide later.
    static let endings: Set<String> = ["png", "jpg", "jpeg"]

    /// - Parameters:
    ///   - arguments: Files, folders and patterns with `*`, `?` and `[...]`.
    ///   - excluded: The output folder, which may lie inside an input folder and is not walked. Neither are folders that
    ///     hold results of Vitrine, whose heat maps are no pictures to work on.
    /// - Throws: A ``CommandFailure`` with status `badInput` that lists everything that was not found.
    static func collect(_ arguments: [String], excluding excluded: String) throws -> [PictureItem] {
        var found: [Candidate] = []
        var missing: [String] = []
        for argument in arguments {
            guard let kind = kind(of: argument) else {
                let matches = matches(of: argument)
                if matches.isEmpty { missing.append(argument) }
                for match in matches where Self.kind(of: match) == .file { found.append(.named(match)) }
                continue
            }
            switch kind {
            case .file: found.append(.named(argument))
            case .folder:
                let pictures = pictures(under: argument, excluding: excluded)
                if pictures.isEmpty {
                    throw CommandFailure.badInput(
                        "the folder \(argument) holds no picture; looked for files that end in "
                            + endings.sorted().map { ".\($0)" }.joined(separator: ", "))
                }
                found += pictures
            }
        }
        if !missing.isEmpty {
            throw CommandFailure.badInput(
                "no such picture, folder or match: \(missing.joined(separator: ", ")); check the spelling")
        }
        return named(found)
    }

    // MARK: Finding

    private enum Kind { case file, folder }

    private static func kind(of path: String) -> Kind? {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return nil }
        return isFolder.boolValue ? .folder : .file
    }

    private static func matches(of pattern: String) -> [String] {
        guard pattern.contains(where: { "*?[".contains($0) }) else { return [] }
        var result = glob_t()
        defer { globfree(&result) }
        guard glob(pattern, 0, nil, &result) == 0 else { return [] }
        return (0..<Int(result.gl_pathc)).compactMap { result.gl_pathv[$0].map { String(cString: $0) } }
    }

    private static func pictures(under folder: String, excluding excluded: String) -> [Candidate] {
        let root = URL(fileURLWithPath: folder).standardizedFileURL.path
        let output = URL(fileURLWithPath: excluded).standardizedFileURL.path
        guard let walk = FileManager.default.enumerator(atPath: root) else { return [] }
        var paths: [String] = []
        for case let relative as String in walk {
            let isHidden = relative.split(separator: "/").contains { $0.hasPrefix(".") }
            let path = root + "/" + relative
            if path == output || isHidden || ResultMark.files(in: path) != nil {
                walk.skipDescendants()
                continue
            }
            let ending = relative.split(separator: ".").last.map { $0.lowercased() } ?? ""
            if endings.contains(ending), kind(of: path) == .file { paths.append(relative) }
        }
        return paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map {
            Candidate(path: folder.hasSuffix("/") ? folder + $0 : folder + "/" + $0, depth: $0.components.count)
        }
    }

    // MARK: Naming

    private struct Candidate {
        var path: String
        /// How many components from the end make up the name.
        var depth: Int

        static func named(_ path: String) -> Candidate { Candidate(path: path, depth: 1) }

        var components: [String] { URL(fileURLWithPath: path).standardizedFileURL.path.components }
    }

    private static func named(_ candidates: [Candidate]) -> [PictureItem] {
        var seen: Set<[String]> = []
        var rows = candidates.map { ($0, $0.components) }.filter { seen.insert($0.1).inserted }
        while true {
            var owners: [[String]: Int] = [:]
            for (candidate, components) in rows { owners[components.suffix(candidate.depth).asArray, default: 0] += 1 }
            // A name that is the beginning of another would put one picture's files inside the other's folder.
            var prefixes: Set<[String]> = []
            for name in owners.keys { for length in 1..<max(name.count, 1) { prefixes.insert(Array(name[..<length])) } }
            var changed = false
            for index in rows.indices {
                let (candidate, components) = rows[index]
                let name = components.suffix(candidate.depth).asArray
                let meets = owners[name, default: 0] > 1 || prefixes.contains(name)
                if meets, candidate.depth < components.count {
                    rows[index].0.depth += 1
                    changed = true
                }
            }
            if !changed { break }
        }
        return rows.map { candidate, components in
            PictureItem(path: candidate.path, name: components.suffix(candidate.depth).joined(separator: "/"))
        }
    }
}

extension String {
    /// The parts of a path between its slashes.
    fileprivate var components: [String] { split(separator: "/").map(String.init) }
}

extension ArraySlice {
    fileprivate var asArray: [Element] { Array(self) }
}
