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
        func pixels(_ resizing: CLIPConfiguration.Resizing) throws -> [Float] {
            try ComputedFeatures(clip: GeneratedModels.clip(resizing: resizing), image: image)
                .pixels(side: 32, view: .upright).values
        }
        #expect(try pixels(.shortestSideAndCrop) == pixels(.squash))
    }
}
