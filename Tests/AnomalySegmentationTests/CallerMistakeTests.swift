import CLIP
import Imaging
import NeuralNetwork
import SegmentAnything
import Tensors
import TestSupport
import Testing

@testable import AnomalySegmentation

/// What a program can get wrong with data is an error of one type at each door. None of it ends the program.
@Suite("Mistakes with data at the doors of models and method")
struct CallerMistakeTests {
    private let empty = Image(size: ImageSize(width: 0, height: 0), pixels: [])
    private let flat = Image(size: ImageSize(width: 3, height: 0), pixels: [])

    @Test("a picture without a pixel is refused at every door")
    func emptyPictures() throws {
        let (clip, sam) = (try GeneratedModels.clip(), try GeneratedModels.sam())
        let segmenter = try AnomalySegmenter(clip: clip, sam: sam)
        for image in [empty, flat] {
            let size = image.size
            #expect(throws: CLIPError.emptyPicture(size)) { try clip.configuration.preparation(for: image) }
            #expect(throws: CLIPError.emptyPicture(size)) { try clip.configuration.wholePicturePreparation(for: image) }
            #expect(throws: SAMError.emptyPicture(size)) { try sam.frame(of: image) }
            #expect(throws: SAMError.emptyPicture(size)) { try sam.prepare(image) }
            #expect(throws: SAMError.emptyPicture(size)) { try sam.embed(image) }
            #expect(throws: SAMError.emptyPicture(size)) { try sam.embed(image, observing: ["*"]) }
            #expect(throws: SAMError.emptyPicture(size)) { try sam.maskPrompt(Mask(size: size)) }
            #expect(throws: AutomaticMaskError.sam(.emptyPicture(size))) {
                try AutomaticMaskGenerator(sam).masks(in: image)
            }
            #expect(throws: AutomaticMaskError.sam(.emptyPicture(size))) {
                try AutomaticMaskGenerator(sam).masks(in: image) { _ in }
            }
            let error = AnomalySegmentationError.emptyPicture(size)
            #expect(throws: error) { try segmenter.segment(image, object: "tile") }
            #expect(throws: error) { try segmenter.segment(image, object: "tile", observing: ["map.square"]) }
            #expect(throws: error) { try segmenter.anomalyMap(image, object: "tile") }
            #expect(throws: error) {
                try segmenter.segment(image, object: "tile", tiling: Tiling(side: 64, overlap: 8))
            }
            #expect(throws: error) {
                try segmenter.segment(image, object: "tile", tiling: Tiling(side: 64, overlap: 8)) { _ in }
            }
            #expect(throws: error) { try Tiling(side: 64, overlap: 8).tiles(of: size) }
            #expect(segmenter.activations(for: size).isEmpty)
        }
    }

    @Test("pictures of one column and one row have results", arguments: [(1, 1), (1, 300), (300, 1)])
    func thinPictures(_ width: Int, _ height: Int) throws {
        let (clip, sam) = (try GeneratedModels.clip(resizing: .shortestSideAndCrop), try GeneratedModels.sam())
        let image = Image(
            size: ImageSize(width: width, height: height), filledWith: Color(red: 9, green: 99, blue: 200))
        let result = try AnomalySegmenter(clip: clip, sam: sam).segment(image, object: "tile")
        #expect(result.mask.size == image.size && result.score.isFinite)
        #expect(try clip.configuration.wholePicturePreparation(for: image).shape == [3, 32, 32])
        #expect(try sam.embed(image).frame.original == image.size)
    }

    @Test("sides, tensors and tokens that do not fit CLIP are refused")
    func clip() throws {
        let clip = try GeneratedModels.clip()
        let image = GeneratedModels.picture(width: 20, height: 20)
        for side in [100, 0, -8, .max, .min, 1 << 20] {
            #expect(throws: CLIPError.unusableSide(side, patch: 8)) {
                try clip.configuration.preparation(for: image, size: side)
            }
        }
        for shape in [[], [3, 32, 32], [1, 1, 32, 32], [0, 3, 32, 32], [1, 3, 32, 30]] as [Shape] {
            #expect(throws: CLIPError.unusablePixels(dimensions: shape.dimensions, patch: 8)) {
                try clip.encodeImage(Tensor(zeros: shape))
            }
        }
        let good = Tensor(repeating: 1, shape: [2, 16])
        for shape in [[], [16], [2, 15], [1, 2, 16]] as [Shape] {
            let other = Tensor(repeating: 1, shape: shape)
            for (images, texts, name) in [(other, good, "images"), (good, other, "texts")] {
                #expect(throws: CLIPError.unusableVectors(name: name, dimensions: shape.dimensions, width: 16)) {
                    try clip.zeroShotProbabilities(images: images, texts: texts)
                }
            }
            #expect(
                throws: ZeroShotError.clip(.unusableVectors(name: "images", dimensions: shape.dimensions, width: 16))
            ) {
                try ZeroShotClassifier(clip, labels: ["a"]).probabilities(images: other)
            }
        }
        let vocabulary = clip.configuration.vocabularySize
        for tokens in [[], [-1], [vocabulary], [Int](repeating: 1, count: 78)] {
            #expect(
                throws: CLIPError.unusableTokens(
                    text: 1, count: tokens.count, contextLength: 77, vocabulary: vocabulary)
            ) {
                try clip.encode(tokens: [[1], tokens])
            }
        }
        #expect(try clip.encodeText([]).shape == [0, 16] && clip.encodeText([""]).shape == [1, 16])
        #expect(throws: CLIPError.noSuchBlock(0, blocks: 7)) {
            try clip.denseFeatures(Tensor(zeros: [1, 3, 32, 32]), layers: [0])
        }
    }

    @Test("prompts, logits and pixels that do not fit SAM are refused")
    func sam() throws {
        let sam = try GeneratedModels.sam()
        let image = GeneratedModels.picture(width: 20, height: 10)
        let embedding = try sam.embed(image)
        func refusal(_ prompt: Prompt) -> PromptError? {
            do throws(PromptError) { _ = try sam.predict(embedding, prompt) } catch { return error }
            return nil
        }
        for position in [ImagePoint(x: .nan, y: 1), ImagePoint(x: 1, y: .infinity), ImagePoint(x: -1, y: 2)] {
            guard case .pointOutside? = refusal(Prompt(points: [PromptPoint(position, .positive)])) else {
                Issue.record("\(position)")
                return
            }
        }
        for box in [
            ImageBox(x0: 5, y0: 5, x1: 4, y1: 6), ImageBox(x0: .min, y0: .min, x1: .max, y1: .max),
            ImageBox(x0: .max, y0: 0, x1: .min, y1: 3),
        ] {
            let error = refusal(Prompt(box: box))
            #expect(error == .unusableBox(box, picture: image.size))
            // The sentence is made of numbers that may not be subtracted.
            #expect(error.map { "\($0)".hasPrefix("the box from (") } == true)
        }
        #expect(
            refusal(Prompt(maskLogits: Tensor(zeros: [64])))
                == .unexpectedMaskShape(found: [64], expected: [64, 64]))
        #expect(refusal(Prompt(maskLogits: Tensor(repeating: .nan, shape: [64, 64]))) == .maskLogitsNotFinite)
        #expect(try sam.predict(embedding, []).isEmpty)
        #expect(throws: SAMError.unusablePixels(found: [3, 64], expected: [3, 64, 64])) {
            try sam.encode(Tensor(zeros: [3, 64]))
        }
        #expect(throws: SAMError.unusablePixels(found: [3, 64], expected: [3, 64, 64])) {
            try sam.encode(Tensor(zeros: [3, 64]), observing: ["*"])
        }
    }

    @Test("embeddings of another model or picture, names and tilings that cannot be are refused")
    func method() throws {
        let segmenter = try AnomalySegmenter(clip: GeneratedModels.clip(), sam: GeneratedModels.sam())
        let image = GeneratedModels.picture(width: 20, height: 10)
        let frame = ModelFrame(original: image.size, side: 64, patch: 4)
        for shape in [[32, 3, 3], [16, 16], [16, 16, 16]] as [Shape] {
            let foreign = ImageEmbedding(features: Tensor(zeros: shape), frame: frame)
            let error = AnomalySegmentationError.prompt(.foreignEmbedding(found: shape, expected: [32, 16, 16]))
            #expect(throws: error) { try segmenter.segment(image, object: "tile", embedding: foreign) }
            let map = try segmenter.anomalyMap(image, object: "tile")
            #expect(throws: error) { try segmenter.refine(map, embedding: foreign) }
        }
        for name in ["", " \n", "__"] {
            #expect(throws: AnomalySegmentationError.emptyObjectName) { try segmenter.segment(image, object: name) }
        }
        for tiling in [Tiling(side: 0, overlap: 0), Tiling(side: .max, overlap: -1), Tiling(side: 64, overlap: 64)] {
            #expect(throws: AnomalySegmentationError.self) {
                try segmenter.segment(image, object: "tile", tiling: tiling)
            }
            #expect(throws: AnomalySegmentationError.self) { try tiling.tiles(of: image.size) }
        }
        #expect(throws: AnomalySegmentationError.noGrids) {
            try AnomalyMap(grids: [], picture: image.size, configuration: AnomalyMapConfiguration())
        }
        #expect(throws: AnomalySegmentationError.self) {
            try segmenter.segment(image, object: "tile", observing: ["nothing"])
        }
    }

    @Test("configurations of models that cannot be are refused by the field")
    func configurations() throws {
        let vocabulary = try Vocabulary(merges: [])
        func field(_ change: (inout CLIPConfiguration) -> Void) -> String? {
            var configuration = CLIPConfiguration(
                patch: 8, trainedGrid: 4, visionWidth: 64, visionLayers: 1, embedding: 16, textWidth: 64)
            configuration.vocabularySize = vocabulary.count
            change(&configuration)
            do throws(CLIPLoadingError) {
                _ = try CLIPModel(
                    configuration: configuration, weights: GeneratedWeights([]),
                    tokenizer: CLIPTokenizer(vocabulary: vocabulary))
            } catch {
                guard case .configuration(.unusableField(let field, _, _)) = error else { return "\(error)" }
                return field
            }
            return nil
        }
        #expect(field { $0.patch = 0 } == "patch")
        #expect(field { $0.visionHeads = 3 } == "visionHeads")
        #expect(field { $0.textHeads = 0 } == "textHeads")
        #expect(field { $0.imageSize = 100 } == "imageSize")
        #expect(field { $0.visionWidth = .max } == "visionWidth")
        #expect(field { $0.textLayers = -1 } == "textLayers")
        #expect(field { $0.contextLength = 1 } == "contextLength")
        #expect(field { $0.mean = [1] } == "mean")
        #expect(field { $0.standardDeviation[1] = 0 } == "standardDeviation")

        func samField(_ change: (inout SAMConfiguration) -> Void) -> String? {
            var configuration = SAMConfiguration.vitB
            change(&configuration)
            do throws(SAMLoadingError) {
                _ = try SAMModel(configuration: configuration, weights: GeneratedWeights([]))
            } catch {
                guard case .configuration(.unusableField(let field, _, _)) = error else { return "\(error)" }
                return field
            }
            return nil
        }
        #expect(samField { $0.side = 100 } == "side")
        #expect(samField { $0.promptWidth = 0 } == "promptWidth")
        #expect(samField { $0.decoderHeads = 7 } == "promptWidth")
        #expect(samField { $0.maskTokens = 1 } == "maskTokens")
        #expect(samField { $0.pixelMean = [] } == "pixelMean")
        var vit = ViTConfiguration(width: 768, depth: 12, heads: 5, globalBlocks: [])
        #expect(samField { $0.imageEncoder = .vit(vit) } == "heads")
        vit.heads = 12
        vit.patch = 0
        #expect(samField { $0.imageEncoder = .vit(vit) } == "patch")
        var tiny = TinyViTConfiguration(widths: [64, 128], depths: [1, 1], heads: [4], windows: [7])
        tiny.heads = []
        #expect(samField { $0.imageEncoder = .tinyViT(tiny) } == "heads")
        tiny.widths = []
        #expect(samField { $0.imageEncoder = .tinyViT(tiny) } == "widths")
        #expect(
            "\(SAMConfigurationError.unusableField("side", value: "100", rule: "a multiple of the patch, 16"))"
                == "no Segment Anything model can have a configuration with side 100: it must be a multiple of the patch, 16"
        )
        #expect(
            "\(CLIPConfigurationError.unusableField("patch", value: "0", rule: "a whole number from 1 to 65536"))"
                == "no CLIP can have a configuration with patch 0: it must be a whole number from 1 to 65536")
    }
}
