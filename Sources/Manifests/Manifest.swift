import Checkpoints
import TextLines

/// The pictures of a job: what a manifest file holds.
///
/// The file has a line with the root, the number of pictures and a digest, then a line for each picture, sorted by the
/// bytes of its id. The digest is the SHA-256 of these lines with their ends, so that it does not depend on the root.
package struct Manifest: Sendable {
    /// The folder that all paths start from, as bytes.
    package let root: [UInt8]
    /// Sorted by id: all pictures, or those of one shard.
    package let items: [ManifestItem]
    /// Of all pictures, whatever part ``items`` is.
    package let count: Int
    package let digest: String
    /// How many pictures each shard has, where the file was read for one of them.
    package private(set) var shardSizes: [Int] = []

    package static let kind = "manifest"
    package static let schemaVersion = 1

    /// Puts pictures in order.
    ///
    /// - Parameter path: what the pictures come from, for errors.
    /// - Throws: `ManifestError.whole` where ids cannot stand beside each other, or there is no picture.
    package init(root: [UInt8], items unsorted: [ManifestItem], path: String) throws(ManifestError) {
        let items = unsorted.sorted { $0.id.precedesByBytes($1.id) }
        if items.isEmpty { throw .whole(path: path, .noItems) }
        var order = IDOrder()
        var digest = SHA256()
        for item in items {
            if let fault = order.fault(of: item.id) { throw .whole(path: path, fault) }
            digest.update(item.line)
        }
        self.root = root
        self.items = items
        count = items.count
        self.digest = digest.hexadecimalDigest()
    }

    /// The same pictures, whose paths start from a root that is called otherwise.
    package func rooted(at root: [UInt8]) -> Manifest {
        Manifest(root: root, items: items, count: count, digest: digest)
    }

    private init(root: [UInt8], items: [ManifestItem], count: Int, digest: String) {
        self.root = root
        self.items = items
        self.count = count
        self.digest = digest
    }

    /// Reads a manifest, a line at a time.
    ///
    /// - Parameter shard: the part whose pictures are kept; nil for all. Every line is checked in any case.
    package init(reading path: String, shard: Shard? = nil) throws(ManifestError) {
        let reader = try Self.reading { () throws(TextLineError) in
            try LineReader(path, limitBytes: Self.lineLimitBytes)
        }
        let header = try ManifestHeader(try Self.reading(reader.next), path: path)
        var order = IDOrder()
        var digest = SHA256()
        var items: [ManifestItem] = []
        var count = 0
        var sizes = [Int](repeating: 0, count: shard?.count ?? 0)
        while let line = try Self.reading(reader.next) {
            let item = try ManifestItem(line, path: path)
            if let fault = order.fault(of: item.id) { throw .line(path: path, number: line.number, fault) }
            digest.update(line.bytes + [UInt8(ascii: "\n")])
            count += 1
            if let shard {
                let number = Shard.number(of: item.id, count: shard.count)
                sizes[number - 1] += 1
                if number != shard.number { continue }
            }
            items.append(item)
        }
        if count == 0 { throw .whole(path: path, .noItems) }
        if count != header.count { throw .whole(path: path, .countDiffers(found: count, stated: header.count)) }
        if digest.hexadecimalDigest() != header.digest { throw .whole(path: path, .digestDiffers) }
        root = header.root
        self.items = items
        self.count = count
        self.digest = header.digest
        shardSizes = sizes
    }

    static func reading<Value>(_ body: () throws(TextLineError) -> Value) throws(ManifestError) -> Value {
        do { return try body() } catch { throw .file(error) }
    }

    /// Longer than an id, a path, a mask and a label together need to be.
    private static let lineLimitBytes = 1 << 20
}

extension SHA256 {
    mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

    mutating func update(_ line: String) { update(Array(line.utf8)) }
}
