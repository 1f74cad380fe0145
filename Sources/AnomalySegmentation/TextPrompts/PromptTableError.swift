/// Why a file of prompts cannot be used. Lines and columns count from 1, columns in characters.
public enum PromptTableError: Error, Hashable, Sendable {
    /// A place in the file.
    public struct Place: Hashable, Sendable {
        public let line: Int
        public let column: Int

        public init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }
    }

    /// No bytes, or only white space.
    case empty
    case tooLarge(bytes: Int, limit: Int)
    /// Not UTF-8, or a NUL byte.
    case notText(Place)
    /// Not JSON as it is asked for; `expected` is what should stand there.
    case malformed(Place, expected: String)
    case duplicateKey(Place, key: String)
    /// `nearest` is the known key that may have been meant.
    case unknownKey(Place, key: String, nearest: String?)
    /// A value of another kind than the key takes.
    case unexpectedKind(Place, key: String, expected: String)
    case missingKey(String)
    case emptyList(Place, key: String)
    /// A state or template in which the mark does not stand exactly once.
    case unusablePattern(Place, key: String, pattern: String)
    /// An object's name without a visible character.
    case emptyName(Place, key: String)
    case tooManySentences(limit: Int)
}
