import Checkpoints
import Foundation
import Tensors
import TestSupport

/// Good files, and ways to damage them.
struct Mutations {
    struct Seed {
        var name: String
        var bytes: [UInt8]
        /// Where a change goes deepest: headers, directories and pickles.
        var hot: [Range<Int>]
        /// When the bytes are a pickle alone: the records of the archive that is put around it after the damage, so that
        /// it may become longer or shorter.
        var surroundings: [(name: String, data: [UInt8])]?

        /// The file as it is opened.
        func file(_ bytes: [UInt8]) -> [UInt8] {
            guard let surroundings else { return bytes }
            let records = [(name: "archive/data.pkl", data: bytes)] + surroundings
            return ZipBytes(records.map { ZipBytes.Record(name: $0.name, data: $0.data, checksum: 0, padding: 0) })
                .bytes
        }
    }

    let seeds: [Seed]

    init() throws {
        var seeds: [Seed] = []
        for name in ["pytorch_nested", "pytorch_protocol4", "pytorch_deflated", "torchscript_module"] {
            let bytes = [UInt8](try Data(contentsOf: Fixture.url("Checkpoints/\(name).pt")))
            // Without checksums, a changed pickle is read on; with them, it ends there.
            let directory = Self.directory(of: bytes)
            seeds.append(Seed(name: name, bytes: bytes, hot: [directory.lowerBound..<bytes.count]))
            seeds.append(
                Seed(
                    name: "\(name), no checksums", bytes: Self.withoutChecksums(bytes),
                    hot: Self.pickles(bytes) + [directory]))
        }
        for name in ["pytorch_nested", "pytorch_protocol4", "torchscript_module"] {
            let bytes = [UInt8](try Data(contentsOf: Fixture.url("Checkpoints/\(name).pt")))
            let contents = Self.records(bytes).map { record in
                (name: "archive/" + record.name.drop { $0 != "/" }.dropFirst(), data: Array(bytes[record.data]))
            }
            let needed = contents.filter { $0.name.contains("/data/") || $0.name.hasSuffix("constants.pkl") }
            guard let pickle = contents.first(where: { $0.name == "archive/data.pkl" })?.data else { continue }
            seeds.append(
                Seed(
                    name: "\(name), pickle alone", bytes: pickle, hot: [0..<pickle.count], surroundings: needed))
        }
        let bytes = [UInt8](try Data(contentsOf: Fixture.url("Checkpoints/pytorch_expected.safetensors")))
        seeds.append(Seed(name: "safetensors", bytes: bytes, hot: [0..<8, 8..<1600]))
        seeds.append(Seed(name: "index", bytes: Array(Self.index.utf8), hot: [0..<Self.index.utf8.count]))
        let streams = [UInt8](try Data(contentsOf: Fixture.url("Checkpoints/inflate_text.txt.gz")))
        seeds.append(Seed(name: "gzip", bytes: streams, hot: [0..<200]))
        self.seeds = seeds
    }

    /// An index of two shards, which ``writeShards(to:)`` makes.
    private static let index = """
        {"metadata": {"total_size": 8, "more": [1.5e3, null, {"a": ["\\u00e9"]}]},
         "weight_map": {"one": "1.safetensors", "two": "2.safetensors"}}
        """

    /// What the index names.
    static func writeShards(to folder: URL) throws {
        for (name, file) in [("one", "1.safetensors"), ("two", "2.safetensors")] {
            try SafetensorsWriter.write(
                [(name: name, tensor: Tensor(1))], to: folder.appendingPathComponent(file).path)
        }
    }

    /// One damaged file, the same for the same number.
    func file(_ number: UInt64) -> (seed: Seed, bytes: [UInt8]) {
        // Neighbouring seeds of the generator give unrelated values only after mixing, which `next` does.
        var generator = SeededGenerator(seed: number &* 0xD134_2543_DE82_EF95)
        let seed = seeds[Int.random(in: 0..<seeds.count, using: &generator)]
        var bytes = seed.bytes
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
            change(&bytes, seed, &generator)
        }
        return (seed, seed.file(bytes))
    }

    private func change(_ bytes: inout [UInt8], _ seed: Seed, _ generator: inout SeededGenerator) {
        let place = place(in: bytes, seed, &generator)
        let length = min(Int.random(in: 1...32, using: &generator), bytes.count - place)
        switch Int.random(in: 0..<100, using: &generator) {
        case 0..<35: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 35..<50: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF, 0x28, 0x2E].randomElement(using: &generator) ?? 0
        case 50..<60: bytes[place] = .random(in: 0 ... .max, using: &generator)
        case 60..<75:
            let values: [UInt64] = [0, 1, 0x7FFF_FFFF, 0xFFFF_FFFF, 1 << 31, 1 << 32, 1 << 63, .max, .max - 7, 1 << 40]
            let value = values.randomElement(using: &generator) ?? 0
            for (offset, byte) in ZipBytes.number(value, [2, 4, 8].randomElement(using: &generator) ?? 4).enumerated()
            where place + offset < bytes.count { bytes[place + offset] = byte }
        case 75..<78: bytes.removeSubrange(place...)
        case 78..<84: bytes.removeSubrange(place..<place + length)
        case 84..<90: bytes.insert(contentsOf: Array(bytes[place..<place + length]), at: place)
        case 90..<95:
            let other = seeds[Int.random(in: 0..<seeds.count, using: &generator)].bytes
            let start = Int.random(in: 0..<other.count, using: &generator)
            let part = other[start..<min(start + Int.random(in: 1...600, using: &generator), other.count)]
            bytes.replaceSubrange(place..<min(place + part.count, bytes.count), with: part)
        default:
            let start = self.place(in: bytes, seed, &generator)
            let part = Array(bytes[start..<min(start + length, bytes.count)])
            bytes.replaceSubrange(place..<min(place + part.count, bytes.count), with: part)
        }
    }

    private func place(in bytes: [UInt8], _ seed: Seed, _ generator: inout SeededGenerator) -> Int {
        guard Int.random(in: 0..<4, using: &generator) > 0, let range = seed.hot.randomElement(using: &generator) else {
            return Int.random(in: 0..<bytes.count, using: &generator)
        }
        return min(Int.random(in: range, using: &generator), bytes.count - 1)
    }

    // MARK: The seeds' own layout

    private static func number(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> Int {
        (0..<count).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
    }

    private static func directory(of bytes: [UInt8]) -> Range<Int> {
        let start = number(bytes, bytes.count - 6, 4)
        return start..<start + number(bytes, bytes.count - 10, 4)
    }

    /// Each record's place in the directory, name, and the place of its data.
    private static func records(_ bytes: [UInt8]) -> [(entry: Int, name: String, data: Range<Int>)] {
        var result: [(Int, String, Range<Int>)] = []
        let directory = directory(of: bytes)
        var entry = directory.lowerBound
        while entry < directory.upperBound {
            let nameEnd = entry + 46 + number(bytes, entry + 28, 2)
            let header = number(bytes, entry + 42, 4)
            let start = header + 30 + number(bytes, header + 26, 2) + number(bytes, header + 28, 2)
            result.append(
                (
                    entry, String(decoding: bytes[entry + 46..<nameEnd], as: UTF8.self),
                    start..<start + number(bytes, entry + 20, 4)
                ))
            entry = nameEnd + number(bytes, entry + 30, 2)
        }
        return result
    }

    private static func pickles(_ bytes: [UInt8]) -> [Range<Int>] {
        records(bytes).filter { $0.name.hasSuffix("/data.pkl") }.map(\.data)
    }

    private static func withoutChecksums(_ bytes: [UInt8]) -> [UInt8] {
        var result = bytes
        for record in records(bytes) {
            let zeros = [UInt8](repeating: 0, count: 4)
            result.replaceSubrange(record.entry + 16..<record.entry + 20, with: zeros)
            let header = number(bytes, record.entry + 42, 4)
            result.replaceSubrange(header + 14..<header + 18, with: zeros)
            if number(bytes, record.entry + 8, 2) & 8 != 0 {
                let descriptor = record.data.upperBound + 4
                result.replaceSubrange(descriptor..<descriptor + 4, with: zeros)
            }
        }
        return result
    }
}
