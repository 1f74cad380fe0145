import Foundation
import JSONText
import Tensors
import WholeFiles

/// A profile in the JSON object form of Chrome's trace event format, which Perfetto opens: a track for each thread, and on it
/// a slice for each layer, operation and share of one.
///
/// Source: "Trace Event Format", the document of Chromium's trace viewer: complete events ("X") with times in microseconds,
/// and metadata events ("M") that name the process and its threads.
struct ChromeTrace: Encodable {
    /// One of the two kinds of event that are used.
    struct Event: Encodable {
        var name: String
        /// X, a complete event, or M, metadata.
        var ph: String
        var pid = 1
        var tid: Int
        /// layer, operation or share.
        var cat: String?
        /// Microseconds since the start, and how long.
        var ts: Double?
        var dur: Double?
        var args: Arguments?
    }

    struct Arguments: Encodable {
        /// Of a process or thread.
        var name: String?
        var layer: String?
        var gigaflop: Double?
        var bytes: Int?
    }

    struct Origin: Encodable {
        var program = ChromeTrace.program
        var version = Version.number
        var work: String
    }

    var displayTimeUnit = "ms"
    var otherData: Origin
    var traceEvents: [Event]

    private static let program = "vitrine profile"

    init(_ profile: Profile, work: String) {
        otherData = Origin(work: work)
        let names =
            [Event(name: "process_name", ph: "M", tid: 0, args: Arguments(name: "vitrine \(work)"))]
            + (0..<profile.threads).map { thread in
                Event(
                    name: "thread_name", ph: "M", tid: thread,
                    args: Arguments(name: thread == 0 ? "caller" : "worker \(thread)"))
            }
        traceEvents = names + profile.spans.map(Event.init)
    }

    func write(to path: String) throws { try WholeFile.write(try encodedJSON(self).utf8, to: path) }

    /// Whether a file is one that was written here.
    static func isOne(_ path: String) -> Bool {
        guard let file = FileHandle(forReadingAtPath: path), let start = try? file.read(upToCount: 200) else {
            return false
        }
        let text = String(decoding: start, as: UTF8.self)
        return text.hasPrefix(#"{"displayTimeUnit":"ms","otherData":{"program":"\#(program)""#)
    }
}

extension ChromeTrace.Event {
    init(_ span: Profile.Span) {
        self.init(name: "", ph: "X", tid: span.thread)
        (ts, dur) = (Double(span.start) / 1000, Double(span.nanoseconds) / 1000)
        args = ChromeTrace.Arguments(layer: span.path)
        switch span.content {
        case .part:
            name = span.path.split(separator: ".").last.map(String.init) ?? span.path
            cat = "layer"
        case .operation(let cost):
            name = cost.kind.rawValue
            cat = "operation"
            args?.gigaflop = Double(cost.operations) / 1e9
            args?.bytes = cost.bytes
        case .share(let kind):
            name = kind?.rawValue ?? "band"
            cat = "share"
        }
    }
}
