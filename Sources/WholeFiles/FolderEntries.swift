#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The number of a call's error.
package struct SystemError: Error {
    package let code: Int32
}

/// The names in a folder.
package enum FolderEntries {
    /// In the system's order, without `.` and `..`.
    package static func all(in folder: String) -> Result<[String], SystemError> {
        guard let stream = opendir(folder) else { return .failure(SystemError(code: errno)) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return .success(names)
    }
}
