import CLIP
import Imaging
import Tensors
import Testing

@testable import AnomalySegmentation

@Suite("what the map is made from")
struct MapInputTests {
    @Test("the whole picture is looked at, also by a CLIP that crops what it classifies")
    func wholePicture() throws {
        let image = GeneratedModels.picture(width: 96, height: 40)
        let configuration = AnomalyMapConfiguration { $0.inputs = .scales(ofModelSide: [1]) }
        let squashing = try MapInput(clip: GeneratedModels.clip(), configuration: configuration)
        let cropping = try MapInput(
            clip: GeneratedModels.clip(resizing: .shortestSideAndCrop), configuration: configuration)
        #expect(try cropping.pixels(image, side: 32).values == squashing.pixels(image, side: 32).values)
    }
}
