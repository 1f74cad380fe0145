import Imaging
import Testing

@testable import SegmentAnything

@Suite struct ModelFrameTests {
    @Test("a picture's longer side fills the square and the other is rounded half up")
    func inputSize() {
        let sizes = [
            (ImageSize(width: 1800, height: 1200), ImageSize(width: 1024, height: 683)),
            (ImageSize(width: 300, height: 400), ImageSize(width: 768, height: 1024)),
            (ImageSize(width: 1024, height: 1024), ImageSize(width: 1024, height: 1024)),
            (ImageSize(width: 1, height: 1), ImageSize(width: 1024, height: 1024)),
            (ImageSize(width: 4096, height: 1), ImageSize(width: 1024, height: 1)),
        ]
        for (original, input) in sizes {
            #expect(ModelFrame(original: original, side: 1024, patch: 16).input == input)
        }
    }

    @Test("a point taken into the model's frame and back is where it was")
    func roundTrip() {
        for (width, height) in [(1800, 1200), (37, 901), (5, 5), (1024, 640)] {
            let frame = ModelFrame(original: ImageSize(width: width, height: height), side: 1024, patch: 16)
            for step in 0..<20 {
                let point = ImagePoint(x: Double(width) * Double(step) / 20, y: Double(height) * Double(19 - step) / 20)
                let back = frame.imagePoint(frame.modelPoint(point))
                #expect(abs(back.x - point.x) < 1e-9 && abs(back.y - point.y) < 1e-9)
            }
        }
    }

    @Test("valid cells cover the picture and nothing but it")
    func validCells() {
        let frame = ModelFrame(original: ImageSize(width: 1800, height: 1200), side: 1024, patch: 16)
        #expect(frame.validRows == 43)
        #expect(frame.validColumns == 64)
        #expect(ModelFrame(original: ImageSize(width: 1024, height: 512), side: 1024, patch: 16).validRows == 32)
    }

    @Test("positions among the cells stay on the valid ones and hit a cell's centre in the middle of its pixels")
    func embeddingPosition() {
        let frame = ModelFrame(original: ImageSize(width: 1024, height: 512), side: 1024, patch: 16)
        let corner = frame.embeddingPosition(ImagePoint(x: 1023, y: 511))
        #expect(corner.row == 31 && corner.column == 63)
        let centre = frame.embeddingPosition(ImagePoint(x: 23.5, y: 7.5))
        #expect(centre.row == 0 && centre.column == 1)
    }

    @Test("points on the far edge, below zero or NaN are not on the picture")
    func contains() {
        let frame = ModelFrame(original: ImageSize(width: 10, height: 4), side: 1024, patch: 16)
        #expect(frame.contains(ImagePoint(x: 0, y: 0)) && frame.contains(ImagePoint(x: 9.9, y: 3.9)))
        for (x, y) in [(10, 0), (0, 4), (-0.1, 0), (Double.nan, 0), (0, Double.infinity)] {
            #expect(!frame.contains(ImagePoint(x: x, y: y)))
        }
    }
}
