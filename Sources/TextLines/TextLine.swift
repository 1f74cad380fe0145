/// A line of a file, without its end.
package struct TextLine: Hashable, Sendable {
    package var bytes: [UInt8]
    /// Counts from 1.
    package var number: Int
    /// Where it starts in the file.
    package var byteOffset: Int
    /// Whether a line feed stands behind it: false for the last line of a file that was cut off.
    package var isTerminated: Bool
}
