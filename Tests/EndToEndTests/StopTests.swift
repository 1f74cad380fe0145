import Foundation
import Testing

@Suite("requests to stop")
struct StopTests {
    /// How a command ended that was sent a signal.
    private struct Ending {
        var status: Int32
        var reason: Process.TerminationReason
        /// From the signal on.
        var seconds: Double
    }

    /// Starts a command and sends it a signal.
    ///
    /// - Parameter isReady: when to send it.
    private func stop(
        _ command: Command, _ arguments: [String], with signal: Int32 = SIGINT, when isReady: () -> Bool
    ) throws -> Ending {
        let process = try command.process(arguments)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        while process.isRunning && !isReady() { usleep(1000) }
        try #require(process.isRunning)
        kill(process.processIdentifier, signal)
        let clock = ContinuousClock()
        let start = clock.now
        process.waitUntilExit()
        return Ending(
            status: process.terminationStatus, reason: process.terminationReason,
            seconds: (clock.now - start) / .seconds(1))
    }

    /// Some time after the start of a process, when its handlers stand.
    private func later() -> () -> Bool {
        let start = ContinuousClock.now
        return { ContinuousClock.now - start > .milliseconds(300) }
    }

    @Test("a command with nothing in hand ends at once", arguments: [SIGINT, SIGTERM, SIGUSR1])
    func measuring(_ signal: Int32) throws {
        let ending = try stop(Command(), ["doctor"], with: signal, when: later())
        #expect(ending.reason == .exit)
        #expect(ending.status == [SIGINT: 130, SIGTERM: 143, SIGUSR1: 6][signal])
        #expect(ending.seconds < 1, "\(ending.seconds) s")
    }

    @Test(
        "reading weights of gigabytes ends at once, and a conversion leaves nothing",
        arguments: [["verify", "w"], ["inspect", "w"], ["convert", "w", "x.safetensors"]])
    func weights(_ arguments: [String]) throws {
        let command = try Command()
        try writeZeros(to: command, tensors: 256, elements: 1 << 22)
        let ending = try stop(command, ["weights"] + arguments, when: later())
        #expect(ending.reason == .exit)
        #expect(ending.status == 130)
        #expect(ending.seconds < 1, "\(ending.seconds) s")
        #expect(command.files(under: ".") == ["w"])
    }

    /// A file of weights, all zero, that takes no room on the disk.
    private func writeZeros(to command: Command, tensors: Int, elements: Int) throws {
        let bytes = 4 * elements
        let entries = (0..<tensors).map {
            "\"\($0)\":{\"dtype\":\"F32\",\"shape\":[\(elements)],\"data_offsets\":[\($0 * bytes),\(($0 + 1) * bytes)]}"
        }
        let header = Data("{\(entries.joined(separator: ","))}".utf8)
        let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) }
        try command.write(length + header, to: "w")
        let end = off_t(length.count + header.count + tensors * bytes)
        try #require(truncate(command.folder.appendingPathComponent("w").path, end) == 0)
    }

    @Test("a second Ctrl-C ends a command that writes results")
    func twice() throws {
        let command = try Command()
        for index in 0..<3 { try command.write(SamplePictures.png(), to: "in/\(index).png") }
        // The reader of the first line never comes, so the first result stays in hand.
        let process = try command.process([
            "segment", "in", "--object", "plate", "--output", "out", "--quiet", "--json",
        ])
        let (lines, complaints) = (Pipe(), Pipe())
        process.standardOutput = lines
        process.standardError = complaints
        // F_SETPIPE_SZ of Linux: the pipe is full then.
        try #require(fcntl(lines.fileHandleForWriting.fileDescriptor, 1031, 4096) == 4096)
        lines.fileHandleForWriting.write(Data(count: 4096))
        try process.run()
        while process.isRunning, command.files(under: "out").count < 8 { usleep(1000) }
        kill(process.processIdentifier, SIGINT)
        let sentence = String(decoding: complaints.fileHandleForReading.availableData, as: UTF8.self)
        #expect(sentence.contains("stopping when the results in hand are written"), "\(sentence)")
        #expect(process.isRunning)
        kill(process.processIdentifier, SIGINT)
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal)
        #expect(process.terminationStatus == SIGINT)
    }

    @Test("a folder of pictures stops between two of them, and all that is there is whole")
    func between() throws {
        let command = try Command()
        for index in 0..<40 { try command.write(SamplePictures.png(), to: "in/\(index).png") }
        let arguments = ["segment", "in", "--object", "plate", "--output", "out", "--quiet"]
        let ending = try stop(command, arguments, with: SIGTERM) { command.results(under: "out").count > 12 }
        #expect(ending.status == 143)
        let files = command.results(under: "out")
        #expect(files.count % SegmentTests.fileNames.count == 0, "\(files)")
        #expect(files.count < 40 * SegmentTests.fileNames.count)
    }

    @Test("a picture that takes long is given up between two steps, and those before it are whole")
    func middle() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "in/a.png")
        try command.write(SamplePictures.png(SamplePictures.plate(width: 640, height: 480)), to: "in/b.png")
        // The tiles of the second picture take many seconds.
        let arguments = ["segment", "in", "--object", "plate", "--tile", "96", "--quiet", "--output", "out"]
        let ending = try stop(command, arguments, with: SIGTERM) { !command.results(under: "out").isEmpty }
        #expect(ending.reason == .exit && ending.status == 143)
        #expect(ending.seconds < 5, "\(ending.seconds) s")
        let done = command.results(under: "out")
        #expect(done.count == SegmentTests.fileNames.count && done.allSatisfy { $0.hasPrefix("a.png/") }, "\(done)")
    }

    /// Commands that loop over pictures, and how each says what becomes of its work.
    private static let loops: [(arguments: [String], sentence: String)] = [
        (["classify", "--labels", "a,b"], "the others have no line"),
        (["embed", "--output", "x.safetensors"], "no file was written; allow more time"),
        (
            ["masks", "--output", "out", "--points-per-side", "2", "--quiet"],
            "their results are whole; the same command begins with the first again"
        ),
    ]

    @Test("the limit holds in every command that loops over pictures, and what is done is whole", arguments: loops)
    func limits(_ arguments: [String], _ sentence: String) throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "in/a.png")
        for index in 0..<2000 {
            try FileManager.default.linkItem(
                at: command.folder.appendingPathComponent("in/a.png"),
                to: command.folder.appendingPathComponent("in/\(index).png"))
        }
        let outcome = try command.run(arguments + ["in", "--time-limit", "3s"])
        #expect(outcome.status == 6, "\(outcome.errors)")
        #expect(
            outcome.errors.contains("vitrine: stopped after ")
                && outcome.errors.contains(" of 2001 pictures; \(sentence)"), "\(outcome.errors)")
        #expect(outcome.output.isEmpty || outcome.output.hasSuffix("\n"))
        #expect(command.files(under: ".").allSatisfy { !$0.hasPrefix("x") && !$0.contains(".part") })
        let results = command.results(under: "out")
        #expect(results.allSatisfy { $0.contains(".masks/") } && results.count % 3 == 0, "\(results)")
    }

    @Test("evaluate makes no table that a limit cut short")
    func limitOfEvaluate() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "set/MT_Free/Imgs/a.jpg")
        for index in 0..<200 {
            try FileManager.default.linkItem(
                at: command.folder.appendingPathComponent("set/MT_Free/Imgs/a.jpg"),
                to: command.folder.appendingPathComponent("set/MT_Free/Imgs/\(index).jpg"))
        }
        let outcome = try command.run(["evaluate", "set", "--object", "plate", "--time-limit", "1s"])
        #expect(outcome.status == 6 && outcome.output.isEmpty, "\(outcome.output)")
        #expect(outcome.errors.contains(" of 201 pictures; no table was made"), "\(outcome.errors)")
    }

    @Test("evaluate says what becomes of its work from before the models are loaded")
    func loading() throws {
        let command = try Command()
        // The texts about so many objects take longer than the limit.
        for number in 0..<60 {
            let name = "part " + String(repeating: "x", count: number + 1)
            try SmallSet.write(class: name, holes: [], to: command)
        }
        let outcome = try command.run(["evaluate", "set", "--dataset", "mvtec-ad", "--time-limit", "0.3s"])
        #expect(outcome.status == 6 && outcome.output.isEmpty, "\(outcome.output)")
        #expect(outcome.errors.contains("stopped after 0 of 60 pictures; no table was made"), "\(outcome.errors)")
    }

    private static let large = Result { try SamplePictures.flat(side: 5000) }

    @Test("a large picture holds no command up", arguments: ["classify", "embed", "mask", "masks", "evaluate"])
    func large(_ name: String) throws {
        let command = try Command()
        // Decoding it takes longer than a second in a program that is not optimised.
        try command.write(Self.large.get(), to: "set/MT_Free/Imgs/a.jpg")
        let picture = "set/MT_Free/Imgs/a.jpg"
        let arguments = [
            "classify": [picture, "--labels", "a,b"], "embed": [picture, "--output", "x.npy"],
            "mask": [picture, "--point", "1,1", "--output", "out"], "masks": [picture, "--output", "out"],
            "evaluate": ["set", "--object", "plate"],
        ]
        let ending = try stop(command, [name] + (arguments[name] ?? []), when: later())
        #expect(ending.reason == .exit && ending.status == 130)
        #expect(ending.seconds < 1, "\(ending.seconds) s")
        #expect(command.files(under: ".").allSatisfy { $0 == picture || $0.hasSuffix("/.vitrine-lock") })
    }

    @Test("a time limit ends with 6", arguments: ["0.5s", "0.01m"])
    func limit(_ limit: String) throws {
        let command = try Command()
        for index in 0..<60 { try command.write(SamplePictures.png(), to: "in/\(index).png") }
        let outcome = try command.run([
            "segment", "in", "--object", "plate", "--output", "out", "--time-limit", limit,
        ])
        #expect(outcome.status == 6, "\(outcome.errors)")
        #expect(command.results(under: "out").count % SegmentTests.fileNames.count == 0)
        for wrong in ["0s", "5", "-1m", "m", "infs"] {
            #expect(
                try command.run(["segment", "in", "--object", "x", "--output", "o", "--time-limit=\(wrong)"]).status
                    == 2)
        }
    }
}
