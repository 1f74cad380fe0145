import Foundation
import ImageCodecs
import Imaging
import TestSupport
import Testing

/// Damaged pictures, each made from its number, read as a program would.
///
/// `VITRINE_FUZZ=100000` sets how many, `VITRINE_FUZZ_FIRST=123` the number of the first, `VITRINE_FUZZ_PIXELS=100000000`
/// the limit on pixels, which is low because a debug build takes seconds for a large picture.
@Suite("damaged pictures")
struct ImageMutationTests {
    @Test("every damaged picture is read or gives an error: no trap, no hang, less than 1 GB")
    func damaged() async {
        // A process of its own, since its peak of memory is measured.
        await #expect(processExitsWith: .success) {
            let mutations = try ImageMutations()
            let count = setting("VITRINE_FUZZ", otherwise: 3000)
            let first = setting("VITRINE_FUZZ_FIRST", otherwise: 0)
            var (pictures, masks) = (0, 0)
            var reasons: [String: Int] = [:]
            for number in first..<first + count {
                let (name, bytes) = mutations.file(UInt64(number))
                let time = ContinuousClock().measure {
                    let reason = outcome(name, bytes, number)
                    pictures += reason == "read" ? 1 : 0
                    reasons[reason, default: 0] += 1
                    masks += (try? ImageFile.decodeMask(bytes, name: name, options: options(number))) == nil ? 0 : 1
                }
                #expect(time < .seconds(10), "file \(number) from \(name) took \(time)")
            }
            let peak = try #require(ProcessMemory.peak)
            #expect(peak < 1_000_000_000, "\(peak) bytes")
            // Were every file refused at the door, nothing behind it would have been tried.
            #expect(
                pictures > count / 20 && masks > count / 20 && reasons.count > 4, "\(pictures), \(masks), \(reasons)")
            if count > 1000 { print("damaged pictures: \(pictures) read, \(masks) masks, \(peak) bytes; \(reasons)") }
        }
    }
}

private func setting(_ name: String, otherwise: Int) -> Int {
    ProcessInfo.processInfo.environment[name].flatMap(Int.init) ?? otherwise
}

private func options(_ number: Int) -> DecodingOptions {
    var options = DecodingOptions()
    options.isLenient = number % 2 == 1
    options.maximumPixels = setting("VITRINE_FUZZ_PIXELS", otherwise: 5_000_000)
    return options
}

/// "read", or which kind of error came first.
private func outcome(_ name: String, _ bytes: [UInt8], _ number: Int) -> String {
    do throws(ImageCodecError) {
        if name.hasPrefix("npy") {
            let array = try NPYReader.decode(bytes, file: name)
            precondition(array.shape.reduce(1, *) == array.values.count)
            return "array"
        }
        // The header alone is read of pictures as well whose pixels are damaged.
        let alone = try? ImageFile.outline(of: bytes, name: name)
        precondition(alone.map { !$0.size.isEmpty } ?? true)
        let image = try ImageFile.decode(bytes, name: name, options: options(number)).image
        let outline = try ImageFile.outline(of: bytes, name: name)
        precondition(outline.size == image.size && !image.size.isEmpty)
        return "read"
    } catch {
        precondition(error.file == name && !error.description.contains("\n"))
        return Mirror(reflecting: error).children.first?.label ?? "other"
    }
}

/// Good pictures, and ways to damage them.
private struct ImageMutations {
    let seeds: [(name: String, bytes: [UInt8])]

    init() throws {
        let fixtures = ["png_kinds", "jpeg_kinds", "sampling_kinds", "bmp_kinds", "mask_kinds"]
        let array = NPYWriter.bytes([Float](repeating: 0.5, count: 24), shape: [2, 3, 4])
        seeds =
            try [("npy", array)]
            + fixtures.flatMap { fixture in
                try ByteFixture("ImageCodecs/\(fixture)").entries
                    .filter { $0.key.hasSuffix("g") || $0.key.hasSuffix(".bmp") }
                    .map { ("\(fixture) \($0.key)", $0.value.bytes) }
            }.sorted { $0.0 < $1.0 }
    }

    /// One damaged file, the same for the same number.
    func file(_ number: UInt64) -> (name: String, bytes: [UInt8]) {
        var generator = SeededGenerator(seed: number &* 0xD134_2543_DE82_EF95)
        let seed = seeds[Int.random(in: 0..<seeds.count, using: &generator)]
        var bytes = seed.bytes
        for _ in 0..<Int.random(in: 1...4, using: &generator) where bytes.count > 8 { change(&bytes, &generator) }
        return (seed.name, seed.name.hasPrefix("png") || seed.name.hasSuffix("png") ? sealed(bytes) : bytes)
    }

    private func change(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
        // Most changes fall into the headers.
        let last = Bool.random(using: &generator) ? min(bytes.count, 200) : bytes.count
        let place = Int.random(in: 4..<last, using: &generator)
        let length = min(Int.random(in: 1...32, using: &generator), bytes.count - place)
        switch Int.random(in: 0..<100, using: &generator) {
        case 0..<40: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 40..<60: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF, 0xC2, 0xDA].randomElement(using: &generator) ?? 0
        case 60..<70: bytes[place] = .random(in: 0 ... .max, using: &generator)
        case 70..<75: bytes.removeSubrange(place...)
        case 75..<85: bytes.removeSubrange(place..<place + length)
        case 85..<92: bytes.insert(contentsOf: Array(bytes[place..<place + length]), at: place)
        default: bytes.replaceSubrange(place..<place + length, with: repeatElement(0xFF, count: length))
        }
    }

    /// The checksums of a PNG made to fit again, so that what stands behind them is tried.
    private func sealed(_ bytes: [UInt8]) -> [UInt8] {
        var (bytes, offset) = (bytes, 8)
        while offset + 12 <= bytes.count {
            let length = bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
            guard length <= bytes.count - offset - 12 else { break }
            let end = offset + 8 + length
            bytes.replaceSubrange(
                end..<end + 4, with: PNGBuilder.bigEndian(Int(PNGBuilder.crc(Array(bytes[offset + 4..<end])))))
            offset = end + 4
        }
        return bytes
    }
}
