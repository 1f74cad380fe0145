package import SystemPackage

/// One picture to work on.
package struct PictureItem: Sendable {
    /// Where the picture is, byte for byte as the file system has it.
    package var path: FilePath
    /// What its results are called under the output folder, and what every record calls it: for example `parts/b.jpg`.
    ///
    /// It is UTF-8 whatever the file's name is (``PathText``), relative, and each of its components is short enough for
    /// a file system even with an ending such as `.masks` behind it. Two items of a list never share one.
    package var id: String

    package init(path: FilePath, id: String) {
        self.path = path
        self.id = id
    }

    /// The path for people and records.
    package var pathText: String { PathText.readable(path.bytes) }
}

// Texts are equal to Swift when they mean the same characters; names on a disk are equal when their bytes are.
extension PictureItem: Hashable {
    package static func == (one: PictureItem, other: PictureItem) -> Bool {
        one.path == other.path && one.id.utf8.elementsEqual(other.id.utf8)
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(path) }
}

extension FilePath {
    /// The path with these bytes, none of which is 0.
    package init(bytes: some Collection<UInt8>) {
        let characters = bytes.map(CChar.init(bitPattern:)) + [0]
        self = characters.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { FilePath(platformString: $0) } ?? FilePath()
        }
    }

    package var bytes: [UInt8] {
        withPlatformString { Array(UnsafeRawBufferPointer(start: $0, count: length)) }
    }
}
