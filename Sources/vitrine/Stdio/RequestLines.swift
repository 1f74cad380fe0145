import Foundation
import Synchronization
import TextLines

/// The requests that stand in standard input.
final class RequestLines: Sendable {
    private let lines: Mutex<LineReader>

    /// - Parameter limitBytes: what is longer is a fault of that request alone.
    init(limitBytes: Int) {
        lines = Mutex(
            LineReader(
                descriptor: STDIN_FILENO, name: "standard input", limitBytes: limitBytes,
                isStopped: { StopRequest.status != nil }))
    }

    /// The next request, once it is there; nil when there is none any more, or when the process is to stop.
    func next() throws -> Result<Request, RequestFault>? {
        let line: TextLine?
        do { line = try lines.withLock { lines throws(TextLineError) in try lines.next() } } catch {
            guard case .lineTooLong(_, let number, let limit) = error else {
                throw CommandFailure.badInput("\(error)")
            }
            let sentence = "the request is longer than \(limit) bytes; send one picture a line"
            return .failure(RequestFault(seq: number, sentence: sentence))
        }
        return line.map { line in
            Result { () throws(RequestFault) in try Request(line.bytes, number: line.number) }
        }
    }
}
