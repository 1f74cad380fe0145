import Imaging
import Testing

@testable import SegmentAnything

@Suite struct AutomaticMaskConfigurationTests {
    @Test("parameters that mean nothing are refused, each by name")
    func refusals() throws {
        func refusal(_ change: (inout AutomaticMaskConfiguration) -> Void) -> AutomaticMaskError? {
            var configuration = AutomaticMaskConfiguration()
            change(&configuration)
            do throws(AutomaticMaskError) {
                _ = try configuration.checkedGrids()
                return nil
            } catch {
                return error
            }
        }
        #expect(refusal { _ in } == nil)
        #expect(
            refusal { $0.grid = .pointsPerSide(0) } == .outOfRange(.pointsPerSide, found: 0, allowed: 1...1024))
        #expect(refusal { $0.pointsPerBatch = 0 } == .outOfRange(.pointsPerBatch, found: 0, allowed: 1...1024))
        #expect(refusal { $0.boxNMSThreshold = 1.5 } == .outOfRange(.boxNMSThreshold, found: 1.5, allowed: 0...1))
        #expect(refusal { $0.cropLayers = 9 } == .outOfRange(.cropLayers, found: 9, allowed: 0...8))
        let changes: [(inout AutomaticMaskConfiguration) -> Void] = [
            { $0.predictedIoUThreshold = .nan }, { $0.stabilityThreshold = -1 }, { $0.stabilityOffset = .infinity },
            { $0.cropNMSThreshold = .nan }, { $0.cropOverlapRatio = 1.01 }, { $0.cropPointsDownscale = 0 },
            { $0.minimumRegionArea = -1 }, { $0.grid = .pointsPerSide(.max) },
        ]
        for change in changes { #expect(refusal(change) != nil) }
        #expect(
            refusal {
                $0.cropLayers = 3
                $0.cropPointsDownscale = 4
            } == .noPoints(layer: 3))
        #expect(refusal { $0.grid = .explicit([[]]) } == .noPoints(layer: 0))
        let point = ImagePoint(x: 0.5, y: 1.1)
        #expect(refusal { $0.grid = .explicit([[point]]) } == .pointOutside(point, layer: 0))
        #expect(refusal { $0.grid = .explicit([]) } == .unexpectedGridCount(found: 0, expected: 1))
        #expect(refusal { $0.grid = .explicit([[ImagePoint(x: 0, y: 1)]]) } == nil)
    }

    @Test("each refusal says what is wrong and what to do")
    func sentences() {
        let sentences = [
            AutomaticMaskError.outOfRange(.boxNMSThreshold, found: 1.5, allowed: 0...1).description:
                "boxNMSThreshold is 1.5: give a number from 0 to 1",
            AutomaticMaskError.noPoints(layer: 3).description:
                "the grid of crop layer 3 has no point: raise pointsPerSide, or lower cropPointsDownscale or cropLayers",
            AutomaticMaskError.unexpectedGridCount(found: 0, expected: 2).description:
                "0 grids of points are given: give one for the whole picture and one for each layer of crops, 2 in all",
            AutomaticMaskError.pointOutside(ImagePoint(x: 0.5, y: 1.1), layer: 1).description:
                "the grid of crop layer 1 has the point (0.5, 1.1): its points are fractions of width and height, "
                + "from 0 to 1",
        ]
        for (found, expected) in sentences { #expect(found == expected) }
    }

    @Test("the grid of a layer is the centres of equal cells, row by row")
    func grids() throws {
        var configuration = AutomaticMaskConfiguration()
        configuration.grid = .pointsPerSide(5)
        configuration.cropLayers = 1
        configuration.cropPointsDownscale = 2
        let grids = try configuration.checkedGrids()
        #expect(grids.map(\.count) == [25, 4])
        #expect(grids[1] == [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)].map { ImagePoint(x: $0, y: $1) })
        configuration.cropLayers = 0
        #expect(try configuration.checkedGrids().count == 1)
    }

    @Test("crops of any picture lie on it, cover it, and are the reference's")
    func crops() {
        let crops = CropLayout.crops(of: ImageSize(width: 1500, height: 1000), layers: 1, overlapRatio: 512 / 1500)
        // generate_crop_boxes((1000, 1500), 1, 512 / 1500), ends inside.
        #expect(
            crops.map(\.box) == [
                ImageBox(x0: 0, y0: 0, x1: 1499, y1: 999), ImageBox(x0: 0, y0: 0, x1: 920, y1: 670),
                ImageBox(x0: 0, y0: 330, x1: 920, y1: 999), ImageBox(x0: 580, y0: 0, x1: 1499, y1: 670),
                ImageBox(x0: 580, y0: 330, x1: 1499, y1: 999),
            ])
        for (width, height) in [(1, 1), (3, 2), (1, 50), (17, 400)] {
            let size = ImageSize(width: width, height: height)
            let crops = CropLayout.crops(of: size, layers: 4, overlapRatio: 0.5)
            for layer in 0...4 {
                let boxes = crops.filter { $0.layer == layer }.map(\.box)
                let isCovered = (0..<width * height).allSatisfy { pixel in
                    let (x, y) = (pixel % width, pixel / width)
                    return boxes.contains { ($0.x0...$0.x1).contains(x) && ($0.y0...$0.y1).contains(y) }
                }
                #expect(isCovered, "layer \(layer) of \(width) x \(height)")
            }
            for crop in crops {
                let box = crop.box
                #expect(box.x0 >= 0 && box.y0 >= 0 && box.x1 < width && box.y1 < height)
                #expect(box.width > 0 && box.height > 0)
            }
        }
    }

    @Test("a box near an edge of its crop counts only where the picture goes on")
    func cropEdges() {
        let picture = ImageSize(width: 400, height: 300)
        let crop = ImageBox(x0: 0, y0: 0, x1: 199, y1: 299)
        func isNear(_ x0: Int, _ x1: Int) -> Bool {
            CropLayout.isNearCropEdge(
                ImageBox(x0: x0, y0: 0, x1: x1, y1: 299), crop: crop, picture: picture)
        }
        #expect(!isNear(0, 179))
        #expect(isNear(0, 180))
        #expect(isNear(50, 199))
    }

    @Test("of overlapping boxes the best stays, of equal ones the first; boxes without area suppress nothing")
    func suppression() {
        let boxes = [
            ImageBox(x0: 0, y0: 0, x1: 10, y1: 10), ImageBox(x0: 0, y0: 0, x1: 10, y1: 8),
            ImageBox(x0: 20, y0: 0, x1: 30, y1: 10), ImageBox(x0: 5, y0: 5, x1: 5, y1: 9),
            ImageBox(x0: 5, y0: 5, x1: 5, y1: 9),
        ]
        let scores: [Float] = [1, 2, 1, 0, 0]
        #expect(OverlapSuppression.kept(boxes, scores: scores, threshold: 0.7) == [1, 2, 3, 4])
        // The overlap is exactly 0.8, which is not more.
        #expect(OverlapSuppression.kept(boxes, scores: scores, threshold: 0.81) == [1, 0, 2, 3, 4])
        #expect(OverlapSuppression.kept([], scores: [], threshold: 0.5).isEmpty)
    }

    @Test("small holes are filled and small parts removed; the largest part stays when all are small")
    func smallRegions() {
        func mask(_ rows: String...) -> Mask {
            Mask(
                size: ImageSize(width: rows[0].count, height: rows.count),
                values: rows.flatMap { $0.map { $0 == "#" } })
        }
        let holed = mask("#####.#", "#.###..", "#####.#")
        #expect(holed.withoutSmallRegions(smallerThan: 3) == mask("#####..", "#####..", "#####.."))
        #expect(holed.withoutSmallRegions(smallerThan: 1) == nil)
        let islands = mask(".......", "#.##...", ".......")
        #expect(islands.withoutSmallRegions(smallerThan: 5) == mask(".......", "..##...", "......."))
        #expect(mask("....").withoutSmallRegions(smallerThan: 2) == nil)
        // A hole of one pixel less than the limit is filled; a part of as many pixels as the limit stays.
        let ring = mask("###..##.#", "#.#......", "###......")
        #expect(ring.withoutSmallRegions(smallerThan: 2) == mask("###..##..", "###......", "###......"))
    }
}
