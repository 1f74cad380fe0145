import Foundation
import Testing

@Suite("standard output and standard error")
struct StreamTests {
    private static let commands = [
        ["--help"], ["--version"], ["segment", "--help"], ["weights", "list"], ["weights", "list", "--json"],
    ]

    @Test("output that cannot be written ends with 5 and the reason", arguments: commands)
    func lost(_ arguments: [String]) throws {
        let command = try Command()
        for (script, reason) in [
            ("exec \"$@\" >/dev/full", "No space left on device"), ("exec \"$@\" >&-", "standard output is closed"),
            ("ulimit -f 0; exec \"$@\"", "File too large"),
        ] {
            let outcome = try command.shell(script, arguments)
            #expect(outcome.status == 5, "\(script): \(outcome.errors)")
            // The limit holds for the file of standard error too.
            if script.hasPrefix("ulimit") { continue }
            #expect(outcome.errors.contains(reason), "\(script): \(outcome.errors)")
            #expect(outcome.errors.split(separator: "\n").count == 1)
        }
    }

    @Test("a reader that went away ends the command with 5 and without a word", arguments: commands)
    func closedPipe(_ arguments: [String]) throws {
        let script = "{ sleep 0.2; \"$@\"; echo $? >status; } | exec true; sleep 0.4; while ! [ -s status ]; do :; done"
        let command = try Command()
        let outcome = try command.shell(script, arguments)
        #expect(try command.data("status") == Data("5\n".utf8))
        #expect(outcome.errors.isEmpty, "\(outcome.errors)")
    }

    @Test("a closed or full standard error changes nothing")
    func errors() throws {
        let command = try Command()
        let list = try command.run(["weights", "list"])
        for stream in ["2>&-", "2>/dev/full"] {
            let outcome = try command.shell("exec \"$@\" \(stream)", ["weights", "list"])
            #expect(outcome.status == 0)
            #expect(outcome.output == list.output)
            #expect(try command.shell("exec \"$@\" \(stream)", ["segment", "--flag"]).status == 2)
        }
    }

    @Test("files do not take the numbers of closed streams")
    func numbers() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        let arguments = ["segment", "a.png", "missing.png", "--object", "plate", "--output"]
        #expect(
            try command.run(["segment", "a.png", "--object", "plate", "--output", "one", "--reproducible"]).status == 0)
        try command.write(Data("no picture".utf8), to: "missing.png")
        let outcome = try command.shell("exec \"$@\" <&- 2>&-", arguments + ["two", "--reproducible"])
        #expect(outcome.status == 3)
        for file in command.results(under: "one") {
            #expect(try command.data("one/\(file)") == command.data("two/\(file)"), "\(file)")
        }
        // Nothing can be said of a result, and the result is there.
        #expect(try command.shell("exec \"$@\" <&- >&- 2>&-", arguments + ["three"]).status == 5)
    }
}
