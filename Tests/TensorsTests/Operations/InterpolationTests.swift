import Tensors
import TestSupport
import Testing

@Suite struct InterpolationTests {
    @Test("a part of a resized plane is that part of the whole")
    func parts() {
        var random = SeededGenerator(seed: 321)
        let planes = random.tensor([2, 13, 17])
        // Larger, smaller, and one axis or both as they are.
        for (height, width) in [(52, 68), (7, 9), (13, 40), (30, 17), (13, 17)] {
            for antialias in [false, true] {
                let whole = planes.resizedBilinear(height: height, width: width, antialias: antialias)
                for part in [(height: 5, width: 7), (height: height, width: 1), (height: 1, width: width)] {
                    let found = planes.resizedBilinear(
                        height: height, width: width, part: part, antialias: antialias)
                    let expected = whole.sliced(axis: 1, 0..<part.height).sliced(axis: 2, 0..<part.width)
                    #expect(isIdentical(found, expected), "\(part) of \(height) x \(width)")
                }
            }
        }
    }
}
