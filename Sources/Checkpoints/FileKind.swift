/// What a file is, judged by its first bytes and never by its name.
public enum FileKind: Hashable, Sendable {
    /// A header of JSON behind its length, then the tensors.
    case safetensors
    /// What PyTorch has written since 1.6.
    case zipArchive
    /// A pickle without an archive, as PyTorch wrote before 1.6.
    case pickle
    /// What the first versions of PyTorch wrote.
    case tarArchive
    /// Any file compressed by gzip.
    case gzip
    /// A text that starts as a JSON object: perhaps an index of several files.
    case json
    /// The text that Git LFS keeps in place of a large file.
    case gitLargeFilePointer
    /// A web page, often the answer to a download that failed.
    case htmlPage
    /// Weights of llama.cpp.
    case gguf
    /// An array of NumPy.
    case numpyArray
    /// A file without bytes.
    case empty
    /// None of the others.
    case unknown

    /// How many bytes of the start `init(start:)` looks at.
    static let inspectedBytes = 512

    /// - Parameter start: the first bytes of the file, as many as there are up to `inspectedBytes`.
    init(start: [UInt8]) {
        if start.isEmpty {
            self = .empty
        } else if start.starts(with: [0x50, 0x4B, 0x03, 0x04]) || start.starts(with: [0x50, 0x4B, 0x05, 0x06]) {
            self = .zipArchive
        } else if start.starts(with: "GGUF".utf8) {
            self = .gguf
        } else if start.starts(with: [0x93] + Array("NUMPY".utf8)) {
            self = .numpyArray
        } else if start.starts(with: "version https://git-lfs".utf8) {
            self = .gitLargeFilePointer
        } else if Self.looksLikeHTML(start) {
            self = .htmlPage
        } else if start.starts(with: [0x1F, 0x8B]) {
            self = .gzip
        } else if start.dropFirst(257).starts(with: "ustar".utf8) {
            self = .tarArchive
        } else if Self.looksLikeJSON(start) {
            self = .json
        } else if start.count > 8, start[8] == UInt8(ascii: "{") {
            self = .safetensors
        } else if start.count >= 2, start[0] == 0x80, (2...5).contains(start[1]) {
            self = .pickle
        } else {
            self = .unknown
        }
    }

    /// Text, which has no zero bytes, that starts with a brace. The length field of any safetensors file that fits on a
    /// disk ends with zeros.
    private static func looksLikeJSON(_ start: [UInt8]) -> Bool {
        start.count >= 2 && !start.prefix(16).contains(0)
            && start.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 } == UInt8(ascii: "{")
    }

    private static func looksLikeHTML(_ start: [UInt8]) -> Bool {
        let text = start.drop { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
            .map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
        return text.starts(with: "<!doctype".utf8) || text.starts(with: "<html".utf8) || text.starts(with: "<?xml".utf8)
    }
}
