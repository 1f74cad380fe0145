/// The control groups that this process belongs to, for one controller: its own group and all around it, because the
/// limits of each of them hold.
struct ControlGroups {
    enum Version: Sendable { case first, second }

    /// The folders in which the files of the groups may lie. Not all of them need exist: a container often sees only its
    /// own part of the tree, under the name of the whole.
    let folders: [(path: String, version: Version)]

    /// - Parameters:
    ///   - controller: as `/proc/self/cgroup` names it, for example `memory`.
    ///   - root: stands in front of every path; empty but for tests.
    init(of controller: String, root: String = "") {
        var folders: [(path: String, version: Version)] = []
        for line in (systemFile("\(root)/proc/self/cgroup") ?? "").split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let controllers = fields[1].split(separator: ",")
            guard fields[1].isEmpty || controllers.contains(Substring(controller)) else { continue }
            let version: Version = fields[1].isEmpty ? .second : .first
            let mounts = version == .second ? ["", "/unified"] : ["/\(controller)", "/\(fields[1])"]
            for group in Self.chain(from: String(fields[2])) {
                folders += mounts.map { ("\(root)/sys/fs/cgroup\($0)\(group)", version) }
            }
        }
        self.folders = folders
    }

    /// A group's path and those of the groups around it, the outermost as the empty text.
    private static func chain(from path: String) -> [String] {
        var chain: [String] = []
        var path = path
        while let slash = path.lastIndex(of: "/") {
            if path != "/" { chain.append(path) }
            path = String(path[..<slash])
        }
        return chain + [""]
    }

    /// The smallest of what `read` says of the groups; nil where it says nothing of any.
    func smallest<Value: Comparable>(_ read: (_ folder: String, _ version: Version) -> Value?) -> Value? {
        folders.compactMap { read($0.path, $0.version) }.min()
    }
}
