import CLIP

// The values of published methods.

extension AnomalyConfiguration {
    /// The defaults, as `init()` makes them.
    public static let `default` = AnomalyConfiguration()

    /// What is known of the paper's values: one joint group of points 400 px apart (of 1,024), a ring of 25 px,
    /// negatives unlike the positives in SAM's features, points then mask then box with one mask each, the map
    /// multiplied by the mask. Where the paper is silent the plainest value stands, and no step of ours is added.
    public static let paper = AnomalyConfiguration {
        $0.map.inputs = .scales(ofModelSide: [1])
        $0.map.views = nil
        $0.affinity = nil
        $0.points = .paper
        $0.cascade = .paper
        // The published gains in F1 and AP at a slightly lower AUROC fit the product of map and mask.
        $0.fusion.mode = .gate
        $0.ridges = nil
    }

    /// WinCLIP (Jeong et al. 2023): windows of 2 and 3 patches and the whole picture, temperature 0.07, its sentences,
    /// vectors averaged as they are, names as given. Published for ViT-B-16-plus-240 at its own size; any ViT will do.
    public static let winCLIP = AnomalyConfiguration {
        $0.text.table = .winCLIP
        $0.text.vectorRule = .rawMean
        $0.text.nameRule = .asGiven
        $0.map.producer = .windows()
        $0.map.inputs = .scales(ofModelSide: [1])
        $0.map.views = nil
        $0.map.logitScale = 1 / 0.07
        $0.map.smoothing = 0
    }

    /// CLIP Surgery (Li et al. 2023): V-V attention in the last six blocks, without training, and APRIL-GAN's sentences,
    /// because CLIP Surgery has none for states. Its feature surgery is off: with two states that share nearly all of
    /// their words it leaves little.
    public static let clipSurgery = AnomalyConfiguration {
        $0.useAprilGANSentences()
        $0.map.producer = .dense(patches: PatchComparison(attention: .valueValue()))
        $0.map.positionResampling = .bilinear
        $0.map.inputs = .large
        $0.map.views = nil
        $0.map.logitScale = 100
    }

    /// AnomalyCLIP (Zhou et al. 2024): V-V attention from the sixth block of 24 on, the last block's patches, temperature
    /// 0.07; learnt vectors stand in the place of sentences. For ViT-L/14@336 with OpenAI's weights and one of the
    /// published files of prompts.
    public static let anomalyCLIP = AnomalyConfiguration {
        $0.useAprilGANSentences()
        $0.map.producer = .learntPrompts(
            patches: PatchComparison(attention: .valueValue(firstBlock: 6), pictureToken: .raw))
        $0.map.activation = .quickGELU
        $0.map.positionResampling = .bilinear
        $0.map.inputs = .large
        $0.map.views = nil
        $0.map.logitScale = 1 / 0.07
    }

    /// APRIL-GAN (Chen et al. 2023): adapters behind the blocks 6, 12, 18 and 24, and its sentences. For ViT-L/14@336
    /// with OpenAI's weights and one of the published files of adapters, which were trained with exact GELU in the place
    /// of QuickGELU.
    public static let aprilGAN = AnomalyConfiguration {
        $0.useAprilGANSentences()
        $0.map.producer = .adapters(layers: [6, 12, 18, 24])
        $0.map.activation = .gelu
        $0.map.positionResampling = .bicubicAntialiased
        $0.map.inputs = .large
        $0.map.views = nil
        $0.map.logitScale = 100
        $0.map.smoothing = 0
    }

    /// As the published numbers of APRIL-GAN were made: its sentences, every vector of unit length, names as given.
    private mutating func useAprilGANSentences() {
        text.table = .aprilGAN
        text.vectorRule = .normalizedEach
        text.nameRule = .asGiven
    }
}

extension AnomalyMapConfiguration.Inputs {
    /// The standard side for a model of 336 px, which makes 37 x 37 patches of 14 px.
    fileprivate static let large = Self.scales(ofModelSide: [Float(AnomalyMapConfiguration.standardSide) / 336])
}

extension PointPromptConfiguration {
    /// One joint group; 400 px of SAM's 1,024 px frame are 202 px of 518.
    static let paper = PointPromptConfiguration {
        $0.threshold = .fixed(heat: 0.5)
        $0.minimumRegionArea = 0
        $0.positiveCount = 5
        $0.spacing = .distance(pixels: 202)
        $0.positiveRelativeMinimum = 0
        $0.ringGrowthLimit = 0
        $0.negativeRule = .leastSimilar(similarityWeight: 1, heatMaximum: 1)
        $0.negativeSpacing = 0
        $0.negativeClearance = 0
        $0.centersFeatures = false
        $0.grouping = .joint
        $0.groupRelativeMinimum = 0
    }
}

extension CascadeConfiguration {
    /// The bare cascade: one mask a stage, the tight box of the hottest part, no guards, no cleaning.
    static let paper = CascadeConfiguration {
        $0.boxPadding = 0
        $0.areaMaximum = 1
        $0.meanHeatMinimum = 0
        $0.requiresPositive = false
        $0.cleaning = nil
    }

    /// The cascade of PerSAM (Zhang et al. 2023): three masks from the second stage on, by predicted IoU, a tight box
    /// around all.
    public static let perSAM = CascadeConfiguration {
        $0 = .paper
        $0.multimaskByStage = [false, true, true]
        $0.selectionRule = .predictedIoU
        $0.boxRule = .all
    }
}
