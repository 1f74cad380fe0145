import Checkpoints

/// One of several parts that a list of pictures is divided into.
///
/// An id alone decides its part: its SHA-256, of which the first eight bytes are a number with the first byte highest,
/// modulo the number of parts. Pictures that are added or taken away move no other picture.
package struct Shard: Hashable, Sendable, Encodable {
    /// Counts from 1.
    package let number: Int
    package let count: Int

    /// More parts than anybody has machines.
    package static let countLimit = 1_000_000

    /// nil unless `number` is one of `1...count`.
    package init?(number: Int, of count: Int) {
        guard (1...Self.countLimit).contains(count), (1...count).contains(number) else { return nil }
        self.number = number
        self.count = count
    }

    /// `2/8` is the second of eight.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { part in
            part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(part) : nil
        }
        guard parts.count == 2, let number = parts[0], let count = parts[1] else { return nil }
        self.init(number: number, of: count)
    }

    /// The number of the part that an id belongs to.
    package static func number(of id: String, count: Int) -> Int {
        var digest = SHA256()
        var text = id
        text.withUTF8 { digest.update(UnsafeRawBufferPointer($0)) }
        let start = UInt64(digest.hexadecimalDigest().prefix(16), radix: 16) ?? 0
        return Int(start % UInt64(count)) + 1
    }

    package func contains(_ id: String) -> Bool { count == 1 || Self.number(of: id, count: count) == number }
}

extension Shard: CustomStringConvertible {
    package var description: String { "\(number)/\(count)" }
}
