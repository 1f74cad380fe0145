import JSONText
import NeuralNetwork
import WeightIdentity

// What the texts beside the weights say. Each function takes over what is there and leaves the rest undecided.
extension DetectedCLIP {
    /// This project's own description.
    mutating func apply(description: DescriptionFile) throws(CLIPConfigurationError) {
        if let family = try description.text("family"), family != "clip" { throw .otherFamily(family) }
        try takeHeads(try description.integer("vision_heads"), try description.integer("text_heads"), description.file)
        try takeSize(try description.integer("image_size"), description)
        try takeColors(try description.numbers("mean"), try description.numbers("std"), ("mean", "std"), description)
        configuration.comparesPatchesWithText = try description.text("dense") == "projected-last-layer"
        take(try description.choice("activation", of: ["gelu": .gelu, "quickgelu": .quickGELU]), description.file)
        let resizing: CLIPConfiguration.Resizing? = try description.choice(
            "resize", of: ["crop": .shortestSideAndCrop, "squash": .squash])
        take(resizing ?? .squash, description.file)
    }

    /// transformers' `config.json`. Facts that it leaves out have the values that transformers gives them.
    mutating func apply(transformers config: DescriptionFile) throws(CLIPConfigurationError) {
        if let type = try config.text("model_type"), type != "clip" { throw .otherFamily(type) }
        let vision = try config.object("vision_config")
        let text = try config.object("text_config")
        let known: KeyValuePairs<String, CLIPConfiguration.Activation> = ["gelu": .gelu, "quick_gelu": .quickGELU]
        let activation = try vision.choice("hidden_act", of: known) ?? .quickGELU
        try text.require(
            "be the same in both towers", for: "hidden_act",
            try text.choice("hidden_act", of: known) ?? .quickGELU == activation)
        for tower in [vision, text] {
            let epsilon = try tower.read { values throws(ModelDescriptionError) in try values.number("layer_norm_eps") }
            try tower.require("be 1e-05", for: "layer_norm_eps", abs((epsilon ?? 1e-5) - 1e-5) < 1e-9)
        }
        take(activation, config.file)
        try takeHeads(try vision.integer("num_attention_heads"), try text.integer("num_attention_heads"), config.file)
        try takeSize(try vision.integer("image_size"), vision)
    }

    /// transformers' `preprocessor_config.json`.
    mutating func apply(preprocessor: DescriptionFile) throws(CLIPConfigurationError) {
        try takeColors(
            try preprocessor.numbers("image_mean"), try preprocessor.numbers("image_std"), ("image_mean", "image_std"),
            preprocessor)
        if let filter = try preprocessor.integer("resample") {
            try preprocessor.require("be 3, bicubic", for: "resample", filter == 3)
        }
        var isSquash = false
        if case .object = preprocessor.values.values["size"] {
            isSquash = try preprocessor.object("size").integer("shortest_edge") == nil
        }
        take(isSquash ? .squash : .shortestSideAndCrop, preprocessor.file)
    }

    /// `open_clip_config.json`. Facts that it leaves out have the values that open_clip gives them.
    mutating func apply(openCLIP config: DescriptionFile) throws(CLIPConfigurationError) {
        let model = try config.object("model_cfg")
        let vision = try model.object("vision_cfg")
        let text = try model.object("text_cfg")
        // These change what the towers compute without leaving a trace in names or shapes.
        _ = try vision.choice("pool_type", of: ["tok": true])
        _ = try text.choice("pool_type", of: ["argmax": true])
        try text.require("be false", for: "no_causal_mask", try text.boolean("no_causal_mask") != true)
        for fact in ["final_ln_after_pool", "qk_norm", "scaled_cosine_attn"] {
            try vision.require("be false", for: fact, try vision.boolean(fact) != true)
        }
        take(try model.boolean("quick_gelu") == true ? .quickGELU : .gelu, config.file)
        let headWidth = try vision.integer("head_width") ?? CLIPConfiguration.publishedHeadWidth
        try vision.require("be above 0", for: "head_width", headWidth > 0)
        try takeHeads(configuration.visionWidth / headWidth, try text.integer("heads") ?? 8, config.file)
        try takeSize(try vision.integer("image_size"), vision)

        let preparation = try config.object("preprocess_cfg")
        try takeColors(try preparation.numbers("mean"), try preparation.numbers("std"), ("mean", "std"), preparation)
        _ = try preparation.choice("interpolation", of: ["bicubic": true])
        take(
            try preparation.choice("resize_mode", of: ["shortest": .shortestSideAndCrop, "squash": .squash])
                ?? .shortestSideAndCrop, config.file)
    }

    // MARK: Taking over

    private mutating func take(_ activation: CLIPConfiguration.Activation?, _ file: String) {
        guard let activation else { return }
        configuration.activation = activation
        decide(.activation, activation.rawValue, .described(file: file))
    }

    private mutating func take(_ resizing: CLIPConfiguration.Resizing, _ file: String) {
        configuration.resizing = resizing
        decide(.resizing, resizing.rawValue, .described(file: file))
    }

    private mutating func takeHeads(_ vision: Int?, _ text: Int?, _ file: String) throws(CLIPConfigurationError) {
        func checked(_ heads: Int, _ fact: CLIPDecision.Fact, width: Int) throws(CLIPConfigurationError) -> Int {
            if heads < 1 || width % heads != 0 {
                throw .unusableFact(file: file, fact.rawValue, rule: "divide the width \(width)")
            }
            decide(fact, "\(heads)", .described(file: file))
            return heads
        }
        if let vision {
            configuration.visionHeads = try checked(vision, .visionHeads, width: configuration.visionWidth)
        }
        if let text { configuration.textHeads = try checked(text, .textHeads, width: configuration.textWidth) }
    }

    private mutating func takeSize(_ side: Int?, _ file: DescriptionFile) throws(CLIPConfigurationError) {
        guard let side else { return }
        try file.require(
            "be a multiple of the patch of \(configuration.patch) pixels", for: "image_size",
            (1...CLIPConfiguration.largestSide).contains(side) && side % configuration.patch == 0)
        configuration.imageSize = side
        decide(.imageSize, "\(side)", .described(file: file.file))
    }

    private mutating func takeColors(
        _ mean: [Float]?, _ deviation: [Float]?, _ names: (String, String), _ file: DescriptionFile
    ) throws(CLIPConfigurationError) {
        if let mean {
            try file.require("be three numbers", for: names.0, mean.count == 3 && mean.allSatisfy(\.isFinite))
            configuration.mean = mean
        }
        if let deviation {
            try file.require(
                "be three numbers above 0", for: names.1,
                deviation.count == 3 && deviation.allSatisfy { $0.isFinite && $0 > 0 })
            configuration.standardDeviation = deviation
        }
        if mean != nil || deviation != nil {
            decide(.normalization, configuration.colorSpelling, .described(file: file.file))
        }
    }
}
