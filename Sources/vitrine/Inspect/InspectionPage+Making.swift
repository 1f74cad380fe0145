import AnomalySegmentation
import CLIP
import Imaging
import Introspection
import NeuralNetwork
import SegmentAnything
import Tensors
import WebPages

extension InspectionPage {
    /// What the attentions may take of the page in bytes, before they are text; the text is a third longer.
    private static let attentionLimit = 9 << 20
    /// The same for the similarities.
    private static let similarityLimit = 3 << 20
    /// Pixels along the longer side of what is shown.
    private static let shownSide = 720
    /// The same for maps over the picture.
    private static let mapSide = 384

    /// Looks at a picture with CLIP.
    ///
    /// - Parameters:
    ///   - texts: what patches and heads are compared with, each with its vector; none for no comparison.
    /// - Throws: `IntrospectionError`.
    init(
        _ image: Image, name: String, clip: CLIPModel, texts: [(label: String, vector: Tensor)], maker: String
    ) throws(IntrospectionError) {
        let pixels: Tensor
        do throws(CLIPError) { pixels = try clip.configuration.preparation(for: image).expanded(axis: 0) } catch {
            throw .clip(error)
        }
        let maps = try AttentionMaps(of: pixels, in: clip)
        self.maker = maker
        picture = Picture(image, name: name)
        grid = maps.grid
        blocks = clip.configuration.visionLayers
        heads = clip.configuration.visionHeads
        let (kept, note) = Self.fitting(maps)
        attention = kept
        if let note { notes.append(note) }
        let flow = maps.rollout()
        rollout = Attention(kept.weights.shape[2] == 1 ? flow.slice(0..<1) : flow)
        if blocks * grid.patches * grid.patches <= Self.similarityLimit {
            let cosines = try PatchSimilarity.behindBlocks(of: pixels, in: clip).map(\.cosines)
            similarity = PageNumbers(Tensor.stacked(cosines), low: -1, high: 1)
        } else {
            notes.append("The similarities of all patches with each other were too large for this page and left out.")
        }
        if texts.isEmpty { return }
        let (labels, vectors) = (texts.map(\.label), Tensor.stacked(texts.map(\.vector)))
        let lens = try LogitLens(of: pixels, in: clip, texts: vectors)
        self.lens = Lens(
            texts: labels, logitScale: lens.logitScale,
            similarities: PageNumbers(exactly: lens.similarities.values, shape: lens.similarities.shape.dimensions))
        let shares = try DirectContributions(of: pixels, in: clip, texts: vectors)
        self.shares = Shares(texts: labels, contributions: shares.texts)
    }

    /// As much of the attentions as fits.
    private static func fitting(_ maps: AttentionMaps) -> (Attention, note: String?) {
        let all = Tensor.stacked(maps.blocks)
        if all.count <= attentionLimit { return (Attention(all), nil) }
        let mean = all.mean(axis: 1, keepsAxis: true)
        if mean.count <= attentionLimit {
            return (Attention(mean), "The heads were too many for this page; each block shows the mean of its heads.")
        }
        return (
            Attention(all.sliced(axis: 2, 0..<1)),
            "There are too many patches to keep where each of them looks; the page has the class token's attention."
        )
    }

    /// Adds the way from map to mask.
    ///
    /// - Parameter embedding: of the picture, by `sam`.
    /// - Throws: `IntrospectionError`.
    mutating func add(
        _ seen: Observed<AnomalyResult>, _ embedding: ImageEmbedding, _ sam: SAMModel
    ) throws(IntrospectionError) {
        let result = seen.output
        let decoder = try decoderStages(of: result, embedding, sam)
        let shown = result.fusedMap.size.within(Self.mapSide)
        let fused = Tensor(result.fusedMap.values, shape: [result.fusedMap.size.height, result.fusedMap.size.width])
            .resizedBilinear(height: shown.height, width: shown.width, antialias: true)
        let mask = result.mask.resized(to: shown)
        method = Method(
            score: result.score, clipScore: result.clipScore, omission: result.omission,
            threshold: result.prompts.threshold, map: PageNumbers(result.map.squareMap.thinned(Self.mapSide)),
            smoothed: seen["affinity.square"].map { PageNumbers($0.thinned(Self.mapSide)) },
            heat: seen["points.heat"].map { PageNumbers($0.thinned(Self.mapSide)) },
            groups: zip(result.prompts.groups, result.cascades).enumerated().map { index, found in
                Group(index, found.0, found.1, seen, embedding.frame, decoder[index])
            },
            lines: seen["ridges.weights"].map { Self.lines($0, shown) },
            fused: PageNumbers(fused),
            mask: PageNumbers(
                bytes: mask.values.map { $0 ? 1 : 0 }, shape: [shown.height, shown.width], low: 0, high: 255),
            maskArea: result.mask.area)
    }

    /// What lines leave of the scores, as a share of the most that they leave anywhere.
    private static func lines(_ weights: Tensor, _ shown: ImageSize) -> PageNumbers {
        let map = weights.resizedBilinear(height: shown.height, width: shown.width, antialias: true)
        let most = map.values.max() ?? 0
        return PageNumbers(most > 0 ? map / most : map)
    }

    /// The activations that ``add(_:_:_:)`` reads.
    static func observed(by segmenter: AnomalySegmenter, of size: ImageSize) -> [String] {
        segmenter.activations(for: size).map(\.name).filter { name in
            ["affinity.square", "points.heat", "ridges.weights"].contains(name)
                || name.hasPrefix("groups.") && !name.contains(".stages.")
        }
    }
}

extension InspectionPage.Group {
    /// Logits beyond these are as certain to the eye.
    private static let logitLimit: Float = 12

    fileprivate init(
        _ index: Int, _ group: PromptGroup, _ trace: CascadeTrace, _ seen: Observed<AnomalyResult>,
        _ frame: ModelFrame, _ decoder: [InspectionPage.DecoderStage]
    ) {
        self.decoder = decoder
        record = GroupRecord(group, trace)
        similarity = seen["groups.\(index).similarity"].map { PageNumbers($0, low: -1, high: 1) }
        ringMap = seen["groups.\(index).ring"].map { PageNumbers($0.thinned(384)) }
        cost = seen["groups.\(index).cost"].map { cost in
            let thin = cost.thinned(384)
            return PageNumbers(
                bytes: thin.values.map { $0.isFinite ? UInt8((min(max($0, 0), 1) * 254).rounded()) : 255 },
                shape: thin.shape.dimensions)
        }
        logits = trace.stages.map { stage in
            let whole = stage.logits.element(stage.chosen)
            func part(_ pixels: Int, of side: Int) -> Int {
                min(side, max(1, (side * pixels + frame.side / 2) / frame.side))
            }
            let rows = part(frame.input.height, of: whole.shape[0])
            let columns = part(frame.input.width, of: whole.shape[1])
            let logits = whole.sliced(axis: 0, 0..<rows).sliced(axis: 1, 0..<columns)
            return PageNumbers(logits, low: -Self.logitLimit, high: Self.logitLimit)
        }
    }
}

extension InspectionPage.Picture {
    fileprivate init(_ image: Image, name: String) {
        let size = image.size.within(720)
        let shown = size == image.size ? image : image.resized(to: size, filter: .bilinear)
        self.name = name
        original = image.size
        width = size.width
        height = size.height
        rgb = PageNumbers(bytes: shown.pixels, shape: [size.height, size.width, 3])
    }
}

extension InspectionPage.Attention {
    /// - Parameter rows: `[..., queries, tokens]`.
    init(_ rows: Tensor) { self.init(rows, shape: rows.shape) }

    /// - Parameter maps: `[layers, queries, rows, columns]`.
    init(maps: Tensor) {
        let cells = maps.shape[2] * maps.shape[3]
        self.init(maps.reshaped(to: [maps.shape[0], maps.shape[1], cells]), shape: maps.shape)
    }

    private init(_ rows: Tensor, shape: Shape) {
        let peaks = rows.maximum(axis: -1)
        let tokens = rows.shape[-1]
        let (values, most) = (rows.values, peaks.values)
        let shares = values.indices.lazy.map { index in
            let peak = most[index / tokens]
            return peak > 0 ? (values[index] / peak).squareRoot() : 0
        }
        weights = PageNumbers(shares, shape: shape.dimensions, low: 0, high: 1)
        self.peaks = PageNumbers(exactly: most, shape: peaks.shape.dimensions)
    }
}

extension PageNumbers {
    fileprivate init(_ tensor: Tensor, low: Float = 0, high: Float = 1) {
        self.init(tensor.values, shape: tensor.shape.dimensions, low: low, high: high)
    }
}

extension Tensor {
    /// Of `[height, width]` every n-th row and column, so that no side is longer than `most`.
    fileprivate func thinned(_ most: Int) -> Tensor {
        let step = max(1, (max(shape[0], shape[1]) + most - 1) / most)
        if step == 1 { return self }
        let (height, width, values) = (shape[0], shape[1], values)
        let kept = stride(from: 0, to: height, by: step).map { row in
            stride(from: 0, to: width, by: step).map { values[row * width + $0] }
        }
        return Tensor(kept.flatMap { $0 }, shape: [kept.count, kept[0].count])
    }
}

extension ScoreMap {
    fileprivate func thinned(_ most: Int) -> Tensor { Tensor(values, shape: [size.height, size.width]).thinned(most) }
}
