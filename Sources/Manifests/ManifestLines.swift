import JSONText
import TextLines
package import WholeFiles

// How a manifest is written and read: each line is a JSON object with its keys in alphabetical order.

/// The first line.
struct ManifestHeader {
    var root: [UInt8]
    var count: Int
    var digest: String

    init(_ line: TextLine?, path: String) throws(ManifestError) {
        guard let line else { throw .whole(path: path, .noHeader) }
        let members = try MembersOfLine(line, path: path)
        guard case .text(Manifest.kind)? = members.values["kind"] else { throw members.fault(.noHeader) }
        let version = try members.wholeNumber("schemaVersion")
        if version != Manifest.schemaVersion { throw members.fault(.unknownSchema(version: version)) }
        guard let root = try members.path("root") else { throw members.fault(.missingKey("root")) }
        guard let digest = try members.text("digest") else { throw members.fault(.missingKey("digest")) }
        self.root = root
        self.digest = digest
        count = try members.wholeNumber("count")
    }
}

extension Manifest {
    /// Writes the file whole or not at all.
    ///
    /// - Parameter program: the version of the program.
    package func write(to path: String, program: String) throws(WholeFileError) {
        let file = try WholeFile(path: path) { $0 }
        var pending: [UInt8] = []
        try lines(program: program) { (line) throws(WholeFileError) in
            pending += line.utf8
            if pending.count > 1 << 20 {
                try file.append(pending)
                pending = []
            }
        }
        try file.append(pending)
        try file.commit()
    }

    /// All lines with their ends.
    package func lines<Failure: Error>(
        program: String, _ use: (_ line: String) throws(Failure) -> Void
    ) throws(Failure) {
        var head = [
            ("count", String(count)), ("digest", JSONWriter.text(digest)), ("kind", JSONWriter.text(Self.kind)),
        ]
        head += [pathMember("root", root)]
        head += [("schemaVersion", String(Self.schemaVersion)), ("vitrine", JSONWriter.text(program))]
        try use(JSONWriter.object(head.map { (name: $0.0, json: $0.1) }) + "\n")
        for item in items { try use(item.line) }
    }
}

/// A path as a member. A path that is not UTF-8 goes by another name, as ``PercentBytes``.
private func pathMember(_ name: String, _ path: [UInt8]) -> (String, String) {
    if let text = String(validating: path, as: UTF8.self) { return (name, JSONWriter.text(text)) }
    return (name + "Bytes", JSONWriter.text(PercentBytes.encoded(path)))
}

extension ManifestItem {
    /// The line of a picture, with its end.
    var line: String {
        var members: [(String, String)] = []
        if let className { members.append(("class", JSONWriter.text(className))) }
        members.append(("id", JSONWriter.text(id)))
        if let label { members.append(("label", JSONWriter.text(label))) }
        if let mask { members.append(pathMember("mask", mask)) }
        members.append(pathMember("path", path))
        members.append(("size", String(sizeBytes)))
        return JSONWriter.object(members.map { (name: $0.0, json: $0.1) }) + "\n"
    }

    init(_ line: TextLine, path file: String) throws(ManifestError) {
        let members = try MembersOfLine(line, path: file)
        guard let id = try members.text("id") else { throw members.fault(.missingKey("id")) }
        guard let path = try members.path("path") else { throw members.fault(.missingKey("path")) }
        let mask = try members.path("mask")
        for place in [path, mask].compactMap({ $0 }) where !IDOrder.isBelow(place) {
            throw members.fault(.pathLeavesRoot(path: String(decoding: place, as: UTF8.self)))
        }
        self.init(
            id: id, path: path, sizeBytes: try members.wholeNumber("size"), className: try members.text("class"),
            mask: mask, label: try members.text("label"))
    }
}

/// The members of the object that a line holds.
struct MembersOfLine {
    let values: [String: JSONValue]
    private let file: String
    private let number: Int

    init(_ line: TextLine, path: String) throws(ManifestError) {
        file = path
        number = line.number
        var reader = JSONReader<ManifestError>(line.bytes) { fault, offset in
            switch fault {
            case .notUTF8: .line(path: path, number: line.number, .notUTF8(byteOffset: offset))
            case .duplicateName(let name): .line(path: path, number: line.number, .duplicateKey(name))
            default: .line(path: path, number: line.number, .notJSON(byteOffset: offset))
            }
        }
        if line.bytes.contains(0) { throw .line(path: path, number: line.number, .zeroByte) }
        try reader.checkEncoding()
        var values: [String: JSONValue] = [:]
        try reader.object { (reader, name, start) throws(ManifestError) in
            if values[name] != nil { throw reader.fault(.duplicateName(name), at: start) }
            values[name] = try reader.value(depthLimit: 8)
        }
        try reader.expectEnd()
        self.values = values
    }

    func fault(_ fault: ManifestFault) -> ManifestError { .line(path: file, number: number, fault) }

    /// nil where there is no such member.
    func text(_ key: String) throws(ManifestError) -> String? {
        switch values[key] {
        case .text(let text)?:
            if text.utf8.contains(0) { throw fault(.zeroByte) }
            return text
        case nil: return nil
        default: throw fault(.wrongValue(key: key))
        }
    }

    func path(_ key: String) throws(ManifestError) -> [UInt8]? {
        if let text = try text(key) { return Array(text.utf8) }
        guard let text = try text(key + "Bytes") else { return nil }
        guard let bytes = PercentBytes.decoded(text), !bytes.contains(0) else {
            throw fault(.wrongValue(key: key + "Bytes"))
        }
        return bytes
    }

    func wholeNumber(_ key: String) throws(ManifestError) -> Int {
        guard let value = values[key] else { throw fault(.missingKey(key)) }
        guard case .number(let number) = value, let whole = Int(exactly: number), whole >= 0 else {
            throw fault(.wrongValue(key: key))
        }
        return whole
    }
}
