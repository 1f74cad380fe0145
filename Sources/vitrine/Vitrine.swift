import ArgumentParser
import Foundation

/// The root command.
struct Vitrine: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vitrine",
        abstract: "Outlines the defects in a picture of a part that it has never seen.",
        discussion: """
            Example: vitrine segment tile.jpg --object "magnetic tile" --output results

            Exit codes: 0 all went well, 2 wrong usage, 3 some pictures failed, 4 unusable input, weights or \
            configuration, 5 output cannot be written, 70 internal fault, 130 interrupted, 143 terminated.
            """,
        version: Version.report,
        subcommands: [
            SegmentCommand.self, EvaluateCommand.self, EmbedCommand.self, ClassifyCommand.self, MaskCommand.self,
            MasksCommand.self,
            WeightsCommand.self,
            DoctorCommand.self,
        ])
}

@main
enum EntryPoint {
    static func main() {
        StopRequest.install()
        do {
            var command = try Vitrine.parseAsRoot()
            try command.run()
        } catch {
            exit(report(error).rawValue)
        }
    }

    /// Prints what went wrong, or the help that was asked for, and says how the process ends.
    private static func report(_ error: any Error) -> ExitStatus {
        if let failure = error as? CommandFailure {
            Terminal.complain(failure.message)
            return failure.status
        }
        let text = Vitrine.fullMessage(for: error)
        switch Vitrine.exitCode(for: error) {
        case .success:
            print(text)
            return .success
        case .validationFailure:
            Terminal.write(text, to: .standardError)
            return .usage
        default:
            if let ended = error as? ExitCode { exit(ended.rawValue) }
            Terminal.complain(String(describing: error))
            return .internal
        }
    }
}
