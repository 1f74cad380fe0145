#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The lines of a regular file or of a stream, one after the other. Memory does not grow with them.
///
/// A line ends with a line feed; a carriage return before it is left out, and so is a byte order mark at the start.
package final class LineReader {
    /// More than any line that Vitrine writes.
    package static let limitBytes = 1 << 26
    private static let pieceBytes = 1 << 18
    private static let patienceMilliseconds: Int32 = 100

    private let path: String
    private let limitBytes: Int
    private let descriptor: Int32
    private let closesDescriptor: Bool
    private let isStopped: (@Sendable () -> Bool)?
    private var buffer: [UInt8] = []
    /// The part of the buffer that was not handed out yet.
    private var position = 0
    private var bufferOffset = 0
    private var number = 0
    private var isAtEnd = false
    /// Whether the next bytes belong to a line that was refused.
    private var isPassingOver = false

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
        closesDescriptor = true
        isStopped = nil
    }

    /// Lines of an open stream, such as standard input. A line is handed out as soon as its line feed is there.
    ///
    /// - Parameters:
    ///   - descriptor: stays open.
    ///   - name: what errors call it.
    ///   - isStopped: asked while nothing comes; when it says yes, the lines end.
    package init(descriptor: Int32, name: String, limitBytes: Int, isStopped: @escaping @Sendable () -> Bool) {
        path = name
        self.limitBytes = limitBytes
        self.descriptor = descriptor
        closesDescriptor = false
        self.isStopped = isStopped
    }

    deinit {
        if closesDescriptor { close(descriptor) }
    }

    /// Where the next line starts in the file.
    package var byteOffset: Int { bufferOffset + position }

    /// The next line, nil behind the last one. Behind a line that is too long, which is an error, the lines go on.
    package func next() throws(TextLineError) -> TextLine? {
        var searched = position
        while true {
            if let end = lineFeed(from: searched) {
                if !isPassingOver, end - position <= limitBytes { return line(upTo: end, isTerminated: true) }
                let wasRefused = isPassingOver
                isPassingOver = false
                position = end + 1
                number += 1
                if !wasRefused { throw .lineTooLong(path: path, number: number, limitBytes: limitBytes) }
                searched = position
                continue
            }
            if buffer.count - position > limitBytes {
                position = buffer.count
                if !isPassingOver {
                    isPassingOver = true
                    throw .lineTooLong(path: path, number: number + 1, limitBytes: limitBytes)
                }
            }
            if isAtEnd {
                if isPassingOver || position == buffer.count { return nil }
                return line(upTo: buffer.count, isTerminated: false)
            }
            searched = buffer.count - position
            guard try fill() else { return nil }
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

    /// Waits for more bytes, or for the end. False when the reader is to stop.
    private func fill() throws(TextLineError) -> Bool {
        buffer.removeFirst(position)
        bufferOffset += position
        position = 0
        while true {
            if let isStopped {
                if isStopped() { return false }
                var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                if poll(&waiting, 1, Self.patienceMilliseconds) == 0 { continue }
            }
            let old = buffer.count
            buffer += [UInt8](repeating: 0, count: Self.pieceBytes)
            let count = buffer.withUnsafeMutableBytes { bytes in
                read(descriptor, bytes.baseAddress.map { $0 + old }, Self.pieceBytes)
            }
            let code = errno
            buffer.removeLast(Self.pieceBytes - max(0, count))
            if count < 0 {
                if code == EINTR || code == EAGAIN { continue }
                throw .unreadable(path: path, code: code)
            }
            isAtEnd = count == 0
            return true
        }
    }
}
