import ArgumentParser
import Foundation

/// Works for another program that writes requests to standard input and reads answers from standard output, one line each.
///
/// Each request has one answer, in the order of the requests, written before the next request is waited for. While one
/// picture is computed, the next request is read and its picture decoded, if it is there already. The last line says how
/// many requests were answered, so that the reader of a stream that was cut off knows. A request whose computation a
/// request to stop has ended is not answered.
struct RequestLoop<Reading: Sendable> {
    /// A line beyond this is no request.
    private static var limitBytes: Int { 1 << 20 }

    /// Opens the picture of a request, on a thread of its own.
    let read: @Sendable (Request) throws -> Reading
    /// Computes the record of a picture, as JSON on one line.
    let answer: (Request, Reading) throws -> String

    /// What reading a line came to.
    private enum Incoming: Sendable {
        case request(Request, Result<Reading, any Error>)
        case fault(RequestFault)
    }

    /// Works until standard input ends, or until the process is asked to stop.
    ///
    /// - Throws: what writing to standard output or to an output folder throws.
    func run() throws -> ExitStatus {
        let lines = RequestLines(limitBytes: Self.limitBytes)
        let queue = DispatchQueue(label: "vitrine.requests")
        func next() -> Pending<Incoming?> {
            Pending(on: queue) { [read] in
                switch try lines.next() {
                case .success(let request)?: .request(request, Result { try read(request) })
                case .failure(let fault)?: .fault(fault)
                case nil: nil
                }
            }
        }
        var summary = SummaryRecord(ok: 0, failed: 0)
        var coming = next()
        while let incoming = try coming.get() {
            if StopRequest.status != nil { break }
            coming = next()
            try StopRequest.whileInHand {
                switch incoming {
                case .fault(let fault):
                    try fail(PictureRecord(name: fault.id ?? "", path: fault.path ?? ""), fault.seq, fault.sentence)
                    summary.failed += 1
                case .request(let request, let reading):
                    do {
                        try Terminal.write(try answer(request, try reading.get()))
                        summary.ok += 1
                    } catch let ended as ExitCode where ended.rawValue == StopRequest.status?.rawValue {
                        // A computation that was ended has no answer. The summary does not count it.
                    } catch let error where error is CommandFailure || error is ExitCode {
                        throw error
                    } catch {
                        try fail(PictureRecord(request.item), request.seq, "\(error)")
                        summary.failed += 1
                    }
                }
            }
        }
        try Terminal.write(try summary.json(pretty: false))
        return StopRequest.status ?? (summary.failed > 0 ? .someFailed : .success)
    }

    private func fail(_ picture: PictureRecord, _ seq: Int, _ sentence: String) throws {
        Terminal.complain("request \(seq): \(sentence)")
        try Terminal.write(try FailureRecord(picture: picture, error: sentence, seq: seq).json(pretty: false))
    }
}
