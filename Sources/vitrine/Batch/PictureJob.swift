import ArgumentParser
import Foundation
import Manifests
import PictureLists
import SystemPackage

/// The pictures that a command has to do, and the whole of which they are a part.
struct PictureJob {
    var items: [PictureItem]
    /// Of the whole.
    var manifest: RunRecord.Pictures
    /// nil where ``items`` is the whole.
    var shard: Shard?
    /// How many pictures each of the shards has; empty without shards.
    var shardSizes: [Int] = []

    /// Sorted by their bytes.
    var ids: [String] { items.map(\.id).sorted { $0.precedesByBytes($1) } }
}

extension PictureJob {
    /// Pictures that were found by looking for them.
    init(_ found: [PictureItem], shard: Shard?) throws {
        let manifest = try Manifest(of: found, below: nil)
        self.manifest = RunRecord.Pictures(count: manifest.count, digest: manifest.digest)
        self.shard = shard
        items = found
        guard let shard else { return }
        shardSizes = [Int](repeating: 0, count: shard.count)
        items = found.filter { item in
            let number = Shard.number(of: item.id, count: shard.count)
            shardSizes[number - 1] += 1
            return number == shard.number
        }
    }

    /// Pictures of a manifest file.
    init(manifest path: String, shard: Shard?) throws {
        let manifest: Manifest
        do { manifest = try Manifest(reading: path, shard: shard) } catch {
            throw CommandFailure.badInput("\(error) (--manifest)")
        }
        self.manifest = RunRecord.Pictures(count: manifest.count, digest: manifest.digest)
        self.shard = shard
        shardSizes = manifest.shardSizes
        // A root that is no absolute path starts from the folder of the manifest.
        let root = FilePath(path).removingLastComponent().pushing(FilePath(bytes: manifest.root))
        items = manifest.items.map { PictureItem(path: root.pushing(FilePath(bytes: $0.path)), id: $0.id) }
    }
}

extension Manifest {
    /// The manifest of pictures that were found.
    ///
    /// - Parameter folder: where the manifest will stand, which a relative root starts from; nil for the current folder.
    init(of found: [PictureItem], below folder: FilePath?) throws {
        let paths = Self.comparable(found.map(\.path))
        var root = paths.first?.removingLastComponent() ?? FilePath()
        for path in paths { while !path.starts(with: root), root.removeLastComponent() {} }
        let depth = root.components.count
        let items = zip(found, paths).map { item, path in
            ManifestItem(
                id: item.id, path: FilePath(root: nil, path.components.dropFirst(depth)).bytes,
                sizeBytes: item.path.withPlatformString { Self.sizeBytes(ofFile: $0) })
        }
        do {
            try self.init(root: (folder.map { root.seen(from: $0) } ?? root).bytes, items: items, path: "the pictures")
        } catch {
            throw CommandFailure.badInput("\(error)")
        }
    }

    /// Paths without `.` and `..`, all of them relative or all absolute.
    private static func comparable(_ paths: [FilePath]) -> [FilePath] {
        let plain = paths.map { path in
            FilePath(root: path.root, path.components.filter { $0.kind != .currentDirectory })
        }
        let leadsUp = plain.contains { $0.components.contains { $0.kind == .parentDirectory } }
        guard leadsUp || plain.contains(where: \.isAbsolute) else { return plain }
        let current = FilePath(FileManager.default.currentDirectoryPath)
        return plain.map { path in
            // Behind a link `..` leads elsewhere than the text says: the system resolves it.
            guard path.components.contains(where: { $0.kind == .parentDirectory }), let name = path.lastComponent,
                let folder = path.removingLastComponent().resolved
            else { return current.pushing(path) }
            return folder.appending(name)
        }
    }

    /// 0 where there is none, which shows when the picture is read.
    private static func sizeBytes(ofFile path: UnsafePointer<CChar>) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }
}

extension FilePath {
    /// A relative path as it leads there from another folder.
    func seen(from folder: FilePath) -> FilePath {
        if isAbsolute || folder.isEmpty { return self }
        guard let here = (isEmpty ? "." : self).resolved, let there = folder.resolved else { return self }
        var common = 0
        let (own, others) = (Array(here.components), Array(there.components))
        while common < min(own.count, others.count), own[common] == others[common] { common += 1 }
        return FilePath(root: nil, others[common...].map { _ in ".." } + own[common...])
    }

    /// The path without links and `..`, nil where nothing is there.
    fileprivate var resolved: FilePath? {
        withPlatformString { realpath($0, nil) }.map { pointer in
            defer { free(pointer) }
            return FilePath(platformString: pointer)
        }
    }
}

/// `k/n`, or `auto` in a task of a Slurm job array.
struct ShardArgument: ExpressibleByArgument {
    var shard: Shard?

    init?(argument: String) {
        if argument.lowercased() != "auto" {
            guard let shard = Shard(argument) else { return nil }
            self.shard = shard
        }
    }

    /// - Throws: A ``CommandFailure`` where the variables of a job array are not there.
    func resolved() throws -> Shard {
        if let shard { return shard }
        do {
            let shard = try SlurmArray.shard(ProcessInfo.processInfo.environment)
            Terminal.complain("note: this task has shard \(shard) of its array")
            return shard
        } catch {
            throw CommandFailure.usage("--shard auto: \(error)")
        }
    }
}
