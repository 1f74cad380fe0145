import CLIP
import Imaging
import NeuralNetwork
import Tensors
import TestSupport
import Testing

@testable import AnomalySegmentation

@Suite("Which way round CLIP sees a picture")
struct PictureViewTests {
    @Test("a view reverses rows, columns or both, and twice gives the picture again", arguments: PictureView.allCases)
    func reverses(view: PictureView) {
        let (height, width) = (3, 5)
        let planes = Tensor((0..<2 * height * width).map(Float.init), shape: [2, height, width])
        let seen = view(planes)
        for plane in 0..<2 {
            for row in 0..<height {
                for column in 0..<width {
                    let y = view == .flipped || view == .turned ? height - 1 - row : row
                    let x = view == .mirrored || view == .turned ? width - 1 - column : column
                    #expect(seen[plane, row, column] == planes[plane, y, x])
                }
            }
        }
        #expect(view(seen).values == planes.values)
    }

    /// The picture as the view shows it, pixel by pixel.
    private func seen(_ picture: Image, _ view: PictureView) -> Image {
        let (width, height) = (picture.size.width, picture.size.height)
        var pixels = picture.pixels
        for row in 0..<height {
            for column in 0..<width {
                let y = view == .flipped || view == .turned ? height - 1 - row : row
                let x = view == .mirrored || view == .turned ? width - 1 - column : column
                for channel in 0..<3 {
                    pixels[(row * width + column) * 3 + channel] = picture.pixels[(y * width + x) * 3 + channel]
                }
            }
        }
        return Image(size: picture.size, pixels: pixels)
    }

    @Test(
        "the map of a view is that of the picture seen so, brought back to its places", arguments: PictureView.allCases,
        [AnomalyMapConfiguration.Producer.dense(), .windows(sides: [2, 3])])
    func places(view: PictureView, producer: AnomalyMapConfiguration.Producer) throws {
        let picture = GeneratedModels.picture(width: 48, height: 48)
        func grid(_ view: PictureView?, _ picture: Image) throws -> Tensor {
            let found = try GeneratedModels.segmenter(scales: [1.5]) {
                $0.map.producer = producer
                $0.map.views = view.map { [$0] }
            }.segment(picture, object: "tile", observing: ["map.inputs.0"])
            return try #require(found["map.inputs.0"])
        }
        let (there, back) = try (grid(view, picture), grid(nil, seen(picture, view)))
        let returned = view(back.expanded(axis: 0)).reshaped(to: back.shape)
        #expect(compare(there, returned).relative < 1e-5)
        if view != .upright { #expect(compare(there, try grid(nil, picture)).relative > 1e-4) }
    }

    @Test("views are taken in turn, from the first again; without any all inputs stand upright")
    func inTurn() {
        var configuration = AnomalyMapConfiguration()
        configuration.views = [.upright, .mirrored]
        #expect((0..<5).map(configuration.view(ofInput:)) == [.upright, .mirrored, .upright, .mirrored, .upright])
        configuration.views = nil
        #expect(configuration.view(ofInput: 3) == .upright)
    }
}
