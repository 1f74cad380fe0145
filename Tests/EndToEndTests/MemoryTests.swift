import Foundation
import TestSupport
import Testing

/// What the command does where memory is short.
@Suite("memory")
struct MemoryTests {
    @Test("a picture that does not fit is refused by its header with number, limit and flag, and the others go on")
    func tooLarge() throws {
        let command = try Command()
        try command.write(SamplePictures.hugeHeader, to: "in/huge.png")
        try command.write(SamplePictures.png(), to: "in/small.png")
        let outcome = try command.run([
            "segment", "in", "--object", "plate", "--output", "out", "--quiet", "--max-memory", "400M",
            "--max-pixels", "1000000000",
        ])
        #expect(outcome.status == 3)
        #expect(outcome.errors.contains("huge.png: 20000 x 20000 pixels take about 3"), "\(outcome.errors)")
        #expect(outcome.errors.contains("420 MB are allowed (--max-memory)"), "\(outcome.errors)")
        #expect(command.files(under: "out/small.png").contains("map.npy"))
        #expect(!command.files(under: "out").contains { $0.hasPrefix("huge.png") })
    }

    @Test("what is said of a picture's memory before it is decoded is what it takes then, and at most half more")
    func estimate() throws {
        let command = try Command()
        try command.write(SamplePictures.png(SamplePictures.plate(width: 2000, height: 2000)), to: "a.png")
        let segment = ["segment", "a.png", "--object", "plate", "--quiet", "--output"]
        let refused = try command.run(segment + ["none", "--max-memory", "205M"]).errors
        let number = refused.split(separator: " ").drop { $0 != "about" }.dropFirst().first
        let estimate = try #require(number.flatMap { Double($0) }, "\(refused)")
        let process = try command.process(segment + ["out"])
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        var bytes = 0
        while process.isRunning {
            bytes = max(bytes, ProcessMemory.peak(ofProcess: process.processIdentifier) ?? 0)
            usleep(1000)
        }
        process.waitUntilExit()
        let peak = Double(bytes) / 1e6
        #expect(process.terminationStatus == 0 && peak > 100)
        #expect(peak <= estimate && estimate <= 1.5 * peak, "\(estimate) MB were said, \(peak) MB taken")
    }

    @Test("models that do not fit are refused before they are loaded")
    func models() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        let segment = ["segment", "a.png", "--object", "plate", "--output", "out"]
        for (limit, arguments, says) in [
            ("100000", segment, "what ulimit -v leaves"),
            ("100000", ["classify", "a.png", "--labels", "plate,disc"], "what ulimit -v leaves"),
            ("unlimited", segment + ["--max-memory", "50M"], "53 MB are allowed (--max-memory)"),
        ] {
            let outcome = try command.shell("ulimit -v \(limit); exec \"$@\"", arguments)
            #expect(outcome.status == 4 && outcome.errors.contains("the models take about"), "\(outcome.errors)")
            #expect(outcome.errors.contains(says), "\(outcome.errors)")
        }
    }

    /// Megabytes of addresses with which the program starts and nothing else fits.
    @Test("where not even a thread can be made, the command ends with a sentence", arguments: [90, 100, 110, 130])
    func hardlyAnything(_ megabytes: Int) throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        for arguments in [
            ["embed", "a.png", "--output", "x.npy"], ["masks", "a.png", "--output", "out"],
            ["classify", "a.png", "--labels", "a,b"], ["mask", "a.png", "--point", "1,1", "--output", "out"],
        ] {
            let outcome = try command.shell("ulimit -v \(megabytes * 1000); exec timeout -s KILL 10 \"$@\"", arguments)
            // 127: the program's libraries did not fit.
            #expect([4, 127].contains(outcome.status), "\(arguments[0]): \(outcome.status) \(outcome.errors)")
            #expect(
                outcome.status == 127 || outcome.errors.contains("--max-memory") || outcome.errors.contains("ulimit"))
        }
    }

    @Test("limits on addresses are no reason to end without a sentence", arguments: [350, 400, 520, 600])
    func limitedAddresses(_ megabytes: Int) throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        let outcome = try command.shell(
            "ulimit -v \(megabytes * 1000); exec \"$@\"",
            ["segment", "a.png", "--object", "plate", "--output", "out", "--quiet"])
        #expect(outcome.status == (megabytes < 500 ? 4 : 0), "\(outcome.errors)")
        #expect(megabytes >= 500 || outcome.errors.contains("what ulimit -v leaves"), "\(outcome.errors)")
    }
}
