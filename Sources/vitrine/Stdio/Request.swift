import JSONText
import PictureLists
import SystemPackage

/// What a line of standard input asks for with `--stdio`: `{"path": "a.png", "id": "a", "object": "tile", "seq": 7}`.
struct Request: Sendable {
    /// Where the picture is.
    var path: String
    /// What the answer calls it, and its results below the output folder. Without it the file's name.
    var id: String
    /// What the picture shows, where it is not what the command says.
    var object: String?
    /// The number that the answer carries: the request's own, otherwise that of its line, counted from 1.
    var seq: Int

    private static let keys: Set<String> = ["id", "object", "path", "seq"]

    /// Reads a line.
    ///
    /// - Throws: ``RequestFault``, with as much of the request as could be understood.
    init(_ line: [UInt8], number: Int) throws(RequestFault) {
        var known = RequestFault(seq: number, sentence: "")
        func fault(_ sentence: String) -> RequestFault {
            known.sentence = sentence + "; write {\"path\": \"a.png\"} on one line"
            return known
        }
        let members: [String: JSONValue]
        do { members = try JSONValue.members(of: line) } catch {
            throw fault("the request is no JSON object (byte \(error.byteOffset))")
        }
        if case .text(let path)? = members["path"] { known.path = path }
        if case .text(let id)? = members["id"] { known.id = id }
        switch members["seq"] {
        case nil: break
        case .number(let number)?:
            guard let seq = Int(exactly: number), seq.magnitude <= 1 << 53 else { fallthrough }
            known.seq = seq
        default: throw fault("\"seq\" of the request is no whole number")
        }
        if let unknown = members.keys.filter({ !Self.keys.contains($0) }).min() {
            throw fault("the request has the key \"\(unknown)\", and only id, object, path and seq are known")
        }
        for key in ["id", "object"] {
            switch members[key] {
            case nil: break
            case .text(let text)? where !text.isEmpty && !text.utf8.contains(0): break
            default: throw fault("\"\(key)\" of the request is no text, or an empty one")
            }
        }
        guard let path = known.path, !path.isEmpty, !path.utf8.contains(0) else {
            throw fault("the request has no \"path\" of a picture")
        }
        self.path = path
        id = known.id ?? FilePath(path).lastComponent?.string ?? path
        if case .text(let text)? = members["object"] { object = text }
        seq = known.seq
    }
}

extension Request {
    var item: PictureItem { PictureItem(path: FilePath(path), id: id) }
}

/// A request that cannot be answered, with what is known of it.
struct RequestFault: Error {
    var seq: Int
    var id: String?
    var path: String?
    var sentence: String
}

/// Why a request gets no result.
struct RequestRefusal: Error, CustomStringConvertible {
    let sentence: String

    var description: String { sentence }

    static func taken(_ request: Request, by path: String) -> RequestRefusal {
        RequestRefusal(
            sentence: "the results of \(path) are called \(request.id) already; give each picture an \"id\" of its own")
    }
}
