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

    @Test("a second Ctrl-C ends a command that finishes the picture in hand")
    func twice() throws {
        let command = try Command()
        for index in 0..<3 { try command.write(SamplePictures.png(), to: "in/\(index).png") }
        // The reader of the first line never comes, so the first picture stays in hand.
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
        #expect(sentence.contains("stopping when the picture in hand is done"), "\(sentence)")
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
