/// Why a file of prompts cannot be used. Lines and columns count from 1, columns in characters.
public enum PromptTableError: Error, Hashable, Sendable {
    /// A place in the file.
    public struct Place: Hashable, Sendable {
        /// From 1.
        public let line: Int
        /// In characters, from 1.
        public let column: Int
    }

    /// No bytes, or only white space.
    case empty
    /// More bytes than any table has.
    case tooLarge(bytes: Int, limit: Int)
    /// Not UTF-8, or a NUL byte.
    case notText(Place)
    /// Not JSON; `expected` is what should stand there.
    case malformed(Place, expected: String)
    /// A key that stands twice in one object.
    case duplicateKey(Place, key: String)
    /// `nearest` is the known key that may have been meant.
    case unknownKey(Place, key: String, nearest: String?)
    /// A value of another kind than the key takes.
    case unexpectedKind(Place, key: String, expected: String)
    /// A key that every table has.
    case missingKey(String)
    /// A list that needs an entry.
    case emptyList(Place, key: String)
    /// A state or template in which the mark does not stand exactly once.
    case unusablePattern(Place, key: String, pattern: String)
    /// An object's name without a visible character.
    case emptyName(Place, key: String)
    /// States times templates beyond the limit.
    case tooManySentences(limit: Int)
}
