import Imaging
import TestSupport
import Testing

@Suite struct RunLengthMaskTests {
    static let names = ["pixel_empty", "pixel_full", "empty", "full", "row", "column", "noise", "blobs", "large"]

    @Test("runs, text, area and box equal those of pycocotools, and both forms read back", arguments: names)
    func reference(name: String) throws {
        let fixture = try ByteFixture("Imaging/runs")
        let mask = try Self.mask(fixture["\(name)_mask"])
        let counts = try fixture["\(name)_counts"].floats.map { Int($0) }
        let text = String(decoding: try fixture["\(name)_text"].bytes, as: UTF8.self)
        let runs = RunLengthMask(mask)
        #expect(runs.counts == counts)
        #expect(runs.compressedCounts == text)
        #expect(runs.mask == mask)
        #expect(try RunLengthMask(size: mask.size, counts: counts) == runs)
        #expect(try RunLengthMask(size: mask.size, compressedCounts: text) == runs)
        #expect(Float(runs.area) == (try fixture["\(name)_area"].floats[0]))
        #expect(runs.boundingBox == mask.boundingBox)
        if let box = runs.boundingBox {
            // pycocotools counts the pixels of a side, and takes a run over several columns for one of full height.
            let expected = try fixture["\(name)_box"].floats.map { Int($0) }
            #expect([box.x0, box.width] == [expected[0], expected[2]])
            #expect(box.y0 >= expected[1] && box.height <= expected[3])
        }
    }

    @Test("the overlap of two masks equals that of pycocotools and of the masks themselves")
    func overlap() throws {
        let fixture = try ByteFixture("Imaging/runs")
        let (first, second) = (try Self.mask(fixture["blobs_mask"]), try Self.mask(fixture["other_mask"]))
        let found = try #require(RunLengthMask(first).intersectionOverUnion(with: RunLengthMask(second)))
        #expect(Float(found) == (try fixture["iou"].floats[0]))
        #expect(found == first.intersectionOverUnion(with: second))
        let empty = RunLengthMask(Mask(size: first.size))
        #expect(empty.intersectionOverUnion(with: empty) == nil)
        #expect(empty.intersectionOverUnion(with: RunLengthMask(first)) == 0)
    }

    @Test("a mask of a part of a picture has the runs of the whole picture's mask")
    func placed() throws {
        let part = try Self.mask(ByteFixture("Imaging/runs")["noise_mask"])
        let size = ImageSize(width: part.size.width + 9, height: part.size.height + 5)
        for origin in [(0, 0), (9, 5), (4, 0), (0, 3), (2, 2)] {
            var whole = Mask(size: size)
            for y in 0..<part.size.height {
                for x in 0..<part.size.width { whole[x: x + origin.0, y: y + origin.1] = part[x: x, y: y] }
            }
            #expect(RunLengthMask(part, at: origin, in: size) == RunLengthMask(whole))
        }
        let nothing = RunLengthMask(Mask(size: ImageSize(width: 0, height: 3)), at: (1, 1), in: size)
        #expect(nothing == RunLengthMask(Mask(size: size)))
    }

    @Test("runs that are no mask are refused, each with its reason")
    func refusals() {
        let size = ImageSize(width: 4, height: 3)
        func refusal(_ counts: [Int]) -> RunLengthError? {
            do throws(RunLengthError) {
                _ = try RunLengthMask(size: size, counts: counts)
                return nil
            } catch {
                return error
            }
        }
        func refusal(_ text: String) -> RunLengthError? {
            do throws(RunLengthError) {
                _ = try RunLengthMask(size: size, compressedCounts: text)
                return nil
            } catch {
                return error
            }
        }
        #expect(refusal([5, -1, 8]) == .negativeRun(index: 1, length: -1))
        #expect(refusal([5, 6]) == .unexpectedLength(atLeast: false, 11, size))
        #expect(refusal([5, 6, 7]) == .unexpectedLength(atLeast: true, 18, size))
        #expect(refusal([.max, .max]) == .unexpectedLength(atLeast: true, .max, size))
        #expect(refusal([5, 7, 0]) == nil)
        #expect(refusal("57") == nil)
        #expect(refusal("5 7") == .unexpectedCharacter(32, byteOffset: 1))
        #expect(refusal("5é") == .unexpectedCharacter(195, byteOffset: 1))
        #expect(refusal("5W") == .cutOff(index: 1))
        #expect(refusal("O") == .negativeRun(index: 0, length: -1))
        #expect(refusal(String(repeating: "o", count: 13)) == .overlongRun(index: 0))
        #expect(refusal("") == .unexpectedLength(atLeast: false, 0, size))
        // Differences that add up beyond an Int.
        let large = String(repeating: "o", count: 11) + "?"
        #expect(refusal("0" + String(repeating: large, count: 30)) != nil)
    }

    @Test("each refusal says what is wrong and what to do")
    func sentences() {
        let size = ImageSize(width: 4, height: 3)
        let sentences = [
            RunLengthError.negativeRun(index: 1, length: -1).description:
                "run 1 of the mask has the length -1: runs count pixels; encode the mask again",
            RunLengthError.unexpectedLength(atLeast: true, 18, size).description:
                "the runs of the mask cover at least 18 pixels, the picture of 4 x 3 has 12: check that the mask "
                + "belongs to this picture and that its size is [height, width]",
            RunLengthError.unexpectedCharacter(32, byteOffset: 1).description:
                "byte 1 of the compressed mask is 32, which COCO's encoding does not use (48 to 111): "
                + "pass the text under \"counts\" unchanged",
            RunLengthError.overlongRun(index: 0).description:
                "run 0 of the compressed mask is longer than any picture: encode the mask again",
            RunLengthError.cutOff(index: 3).description:
                "the compressed mask ends within run 3: the text was cut off",
        ]
        for (found, expected) in sentences { #expect(found == expected) }
    }

    @Test("changed and cut texts are read or refused, without harm")
    func damaged() throws {
        let fixture = try ByteFixture("Imaging/runs")
        let mask = try Self.mask(fixture["blobs_mask"])
        let text = Array(try fixture["blobs_text"].bytes)
        var random = SeededGenerator(seed: 11)
        for _ in 0..<2000 {
            var bytes = text
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 40...120, using: &random)
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
            let read = try? RunLengthMask(size: mask.size, compressedCounts: String(decoding: bytes, as: UTF8.self))
            #expect(read.map { $0.counts.reduce(0, +) == mask.size.pixelCount } ?? true)
        }
    }

    private static func mask(_ entry: ByteFixture.Entry) throws -> Mask {
        Mask(
            size: ImageSize(width: entry.shape[1], height: entry.shape[0]), values: entry.bytes.map { $0 != 0 })
    }
}
