import Foundation
import Synchronization

/// A request to stop that came as a signal: the picture in hand is finished, then the command ends. A second signal
/// ends the process at once.
enum StopRequest {
    private static let received = Atomic<Int32>(0)

    /// Catches SIGINT and SIGTERM, and turns a closed pipe into an error that the writer sees.
    static func install() {
        signal(SIGPIPE, SIG_IGN)
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                StopRequest.received.store(number, ordering: .relaxed)
                signal(number, SIG_DFL)
            }
        }
    }

    /// How the process should end, when somebody asked it to.
    static var status: ExitStatus? {
        switch received.load(ordering: .relaxed) {
        case SIGINT: .interrupted
        case SIGTERM: .terminated
        default: nil
        }
    }
}
