import Foundation
import Testing

/// The folder of packed weights, which only a user names.
@Suite("packed weights between runs") struct PackedWeightsTests {
    private func segment(
        _ command: Command, _ output: String, _ flags: [String] = [], _ environment: [String: String] = [:]
    ) throws -> Command.Outcome {
        let fixed = ["segment", "a.png", "--object", "plate", "--output", output, "--reproducible", "--quiet"]
        return try command.run(fixed + flags, environment: environment)
    }

    private func packed(_ command: Command) -> [String] {
        command.files(under: "kept").filter { $0.hasSuffix(".packed") }
    }

    @Test("results are the same with and without, in every precision", arguments: ["full", "bf16", "int8"])
    func same(precision: String) throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        let flags = ["--precision", precision, "--packed-weights", "kept"]
        for output in ["first", "second"] {
            let outcome = try segment(command, output, flags)
            #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        }
        #expect(try segment(command, "without", ["--precision", precision]).status == 0)
        let files = packed(command)
        for file in ["map.npy", "mask.png", "result.json"] {
            let expected = try command.data("without/a.png/\(file)")
            #expect(try command.data("first/a.png/\(file)") == expected)
            #expect(try command.data("second/a.png/\(file)") == expected)
        }
        // The variable names the same folder; a damaged file shows that it was looked at, and is made anew.
        guard let file = files.first else { return }
        let whole = try command.data("kept/\(file)")
        try command.write(whole.dropLast(), to: "kept/\(file)")
        let variable = ["VITRINE_PACKED_WEIGHTS": "kept"]
        let damaged = try segment(command, "damaged", ["--precision", precision], variable)
        #expect(damaged.status == 0 && damaged.errors.contains("packed again"), "\(damaged.errors)")
        #expect(try command.data("damaged/a.png/map.npy") == command.data("without/a.png/map.npy"))
        #expect(try command.data("kept/\(file)").count == whole.count)
        let doctor = try command.run(["doctor"], environment: variable)
        #expect(doctor.output.contains("packed weights:   kept (\(files.count + 1) files, "), "\(doctor.output)")
    }

    @Test("nothing is kept of the program's own accord, and a folder that cannot be made is a warning")
    func none() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        try command.write(Data(), to: "file")
        let outcome = try segment(command, "out", ["--packed-weights", "file/kept"])
        #expect(outcome.status == 0 && outcome.errors.contains("not kept"), "\(outcome.errors)")
        #expect(try command.run(["doctor"]).output.contains("packed weights:   none ("))
    }
}
