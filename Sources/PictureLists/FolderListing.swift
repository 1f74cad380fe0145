package import SystemPackage
import WholeFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What stands under a path, links followed.
package enum FileKind: Equatable {
    case file
    case folder(FolderIdentity)
    /// A pipe, socket or device.
    case special
    /// A link whose target is not there, or that leads to itself.
    case danglingLink
    case missing
    /// The system refused to look; its error number.
    case refused(Int32)

    package init(_ path: FilePath) {
        var status = stat()
        guard path.withPlatformString({ stat($0, &status) }) == 0 else {
            let code = errno
            let isLink = path.withPlatformString { lstat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFLNK
            switch code {
            case ENOENT, ENOTDIR, ELOOP: self = isLink ? .danglingLink : .missing
            default: self = .refused(code)
            }
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: self = .file
        case S_IFDIR: self = .folder(FolderIdentity(status))
        default: self = .special
        }
    }
}

/// A folder whatever it is called.
package struct FolderIdentity: Hashable {
    var device: UInt64
    var inode: UInt64

    init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }
}

/// The names in a folder.
package enum FolderListing {
    package struct Entry {
        package var name: [UInt8]
        /// Nil where the system does not tell without another look, and for a link.
        var kind: Int32?
    }

    package struct Refused: Error {
        var code: Int32

        package var reason: String { systemMessage(code) }
    }

    /// In no order, without `.` and `..`.
    package static func entries(of folder: FilePath) throws(Refused) -> [Entry] {
        guard let stream = folder.withPlatformString({ opendir($0) }) else { throw Refused(code: errno) }
        defer { closedir(stream) }
        var entries: [Entry] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { throw Refused(code: errno) }
                return entries
            }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name.elementsEqual(".".utf8) || name.elementsEqual("..".utf8) { continue }
            let kind = Int32(entry.pointee.d_type)
            entries.append(Entry(name: name, kind: kind == Int32(DT_UNKNOWN) || kind == Int32(DT_LNK) ? nil : kind))
        }
    }
}
