#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The lines of a regular file, one after the other. Memory does not grow with the file.
///
/// A line ends with a line feed; a carriage return before it is left out, and so is a byte order mark at the start.
package final class LineReader {
    /// More than any line that Vitrine writes.
    package static let limitBytes = 1 << 26
    private static let pieceBytes = 1 << 18

    private let path: String
    private let limitBytes: Int
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    /// The part of the buffer that was not handed out yet.
    private var position = 0
    private var bufferOffset = 0
    private var number = 0
    private var isAtEnd = false

    package init(_ path: String, limitBytes: Int = LineReader.limitBytes) throws(TextLineError) {
        guard !path.utf8.contains(0) else { throw .unreadable(path: path, code: EINVAL) }
        // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadable(path: path, code: errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .notRegularFile(path: path)
        }
        self.path = path
        self.limitBytes = limitBytes
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Where the next line starts in the file.
    package var byteOffset: Int { bufferOffset + position }

    /// The next line, nil behind the last one.
    package func next() throws(TextLineError) -> TextLine? {
        var searched = position
        while true {
            if let end = lineFeed(from: searched) { return line(upTo: end, isTerminated: true) }
            guard buffer.count - position <= limitBytes else {
                throw .lineTooLong(path: path, number: number + 1, limitBytes: limitBytes)
            }
            if isAtEnd { return position < buffer.count ? line(upTo: buffer.count, isTerminated: false) : nil }
            searched = buffer.count - position
            try fill()
        }
    }

    private func lineFeed(from start: Int) -> Int? {
        buffer.withUnsafeBytes { bytes in
            guard start < bytes.count, let base = bytes.baseAddress,
                let found = memchr(base + start, Int32(UInt8(ascii: "\n")), bytes.count - start)
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }

    private func line(upTo end: Int, isTerminated: Bool) -> TextLine {
        var start = position
        var last = end
        if number == 0, buffer[start..<end].starts(with: [0xEF, 0xBB, 0xBF]) { start += 3 }
        if isTerminated, last > start, buffer[last - 1] == UInt8(ascii: "\r") { last -= 1 }
        number += 1
        let line = TextLine(
            bytes: Array(buffer[start..<last]), number: number, byteOffset: bufferOffset + position,
            isTerminated: isTerminated)
        position = min(end + 1, buffer.count)
        return line
    }

    private func fill() throws(TextLineError) {
        buffer.removeFirst(position)
        bufferOffset += position
        position = 0
        let old = buffer.count
        buffer += [UInt8](repeating: 0, count: Self.pieceBytes)
        let (count, code) = buffer.withUnsafeMutableBytes { bytes in
            while true {
                let count = read(descriptor, bytes.baseAddress.map { $0 + old }, Self.pieceBytes)
                if count >= 0 || errno != EINTR { return (count, errno) }
            }
        }
        buffer.removeLast(Self.pieceBytes - max(0, count))
        guard count >= 0 else { throw .unreadable(path: path, code: code) }
        isAtEnd = count == 0
    }
}
