import ArgumentParser
import Foundation
import TerminalText

/// The root command.
struct Vitrine: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vitrine",
        abstract: "Outlines the defects in a picture of a part that it has never seen.",
        discussion: """
            Example: vitrine segment tile.jpg --object "magnetic tile" --output results

            Exit codes: 0 all went well, 2 wrong usage, 3 some pictures failed, 4 unusable input, weights or \
            configuration, 5 output cannot be written, 6 stopped by a time limit, 70 internal fault, 130 interrupted, \
            143 terminated.
            """,
        version: Version.asked,
        subcommands: [
            SegmentCommand.self, EvaluateCommand.self, CompareRunsCommand.self, TuneCommand.self, EmbedCommand.self,
            ClassifyCommand.self, MaskCommand.self,
            MasksCommand.self, InspectCommand.self, PlanCommand.self, MergeCommand.self,
            ProfileCommand.self, WeightsCommand.self,
            DoctorCommand.self,
        ])
}

@main
enum EntryPoint {
    static func main() {
        Terminal.claimStreams()
        StopRequest.install()
        exit(run())
    }

    private static func run() -> Int32 {
        do {
            do {
                let arguments = RawArguments.texts()
                var command = try Vitrine.parseAsRoot(arguments)
                try RawArguments.check(arguments, of: command)
                try command.run()
                PackedWeightFolder.keep()
            } catch  where Vitrine.exitCode(for: error).isSuccess {
                try Terminal.write(Vitrine.fullMessage(for: error))
            }
            try Terminal.close()
            return ExitStatus.success.rawValue
        } catch let ended as ExitCode {
            if ended.rawValue == StopRequest.status?.rawValue { StopRequest.sayFarewell() }
            return ended.rawValue
        } catch {
            return report(error).rawValue
        }
    }

    /// Tells what went wrong, and says how the process ends.
    private static func report(_ error: any Error) -> ExitStatus {
        if let failure = error as? CommandFailure {
            Terminal.complain(failure.message)
            return failure.status
        }
        if Vitrine.exitCode(for: error) == .validationFailure {
            let unknown = UnknownWord.first(in: CommandLine.arguments.dropFirst())
            let text = unknown?.description ?? Vitrine.fullMessage(for: error)
            // What was typed stands in it.
            for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
                Terminal.show(printable(String(line)) + "\n")
            }
            return .usage
        }
        Terminal.complain(String(describing: error))
        return .internal
    }
}
