import Foundation
import Testing

/// What the command does where memory is short.
@Suite("memory")
struct MemoryTests {
    @Test("limits on addresses are no reason to end", arguments: [400, 600])
    func limitedAddresses(_ megabytes: Int) throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        let outcome = try command.shell(
            "ulimit -v \(megabytes * 1000); exec \"$@\"",
            ["segment", "a.png", "--object", "plate", "--output", "out", "--quiet"])
        #expect(outcome.status == 0, "\(outcome.errors)")
    }
}
