public import CLIP
public import Tensors

// What the parts of the method are worth: the rows of the papers' ablations.

extension AnomalyVariant {
    /// A method whose map these weights do not allow, and why.
    public struct Unusable: Hashable, Sendable {
        /// The method.
        public let method: MapMethod
        /// Why it cannot be compared.
        public let reason: AnomalySegmentationError
    }

    /// The variants that show what each part of a configuration is worth, each with one change.
    ///
    /// - The map alone, smoothed by SAM's features, sharpened by lines too, with PPG, with two stages of CPS, with all; all
    ///   without the smoothing, and all without the sharpening.
    /// - Without negatives, and with each rule for them.
    /// - Each way to join map and masks.
    /// - The map alone of each published method that the weights allow.
    ///
    /// What the configuration has already is not listed twice: `cascade`, the last, stands for it. All of them
    /// have the features of one pass through the encoders where they ask for the same.
    ///
    /// - Parameters:
    ///   - configuration: what is compared.
    ///   - clip: the model that will make the maps.
    ///   - mapWeights: trained weights of one of the methods, where there are some.
    /// - Returns: the variants, and the methods that cannot be compared.
    public static func ablation(
        of configuration: AnomalyConfiguration, clip: CLIPModel, mapWeights: (any TensorSource)? = nil
    ) -> (variants: [AnomalyVariant], unusable: [Unusable]) {
        var variants = [map(of: configuration)]
        if configuration.affinity != nil {
            variants += [
                AnomalyVariant(
                    name: "affinity", title: "+ affinity", aspect: .steps,
                    configuration: configuration.with {
                        $0.fusion.mode = .blend(maskWeight: 0)
                        $0.ridges = nil
                    }),
                AnomalyVariant(
                    name: "affinity-none", title: "+ PPG + CPS, no affinity", aspect: .steps,
                    configuration: configuration.with { $0.affinity = nil }),
            ]
        }
        if configuration.ridges != nil {
            variants += [
                AnomalyVariant(
                    name: "ridges", title: configuration.affinity == nil ? "+ ridges" : "+ affinity + ridges",
                    aspect: .steps, configuration: configuration.with { $0.fusion.mode = .blend(maskWeight: 0) }),
                AnomalyVariant(
                    name: "ridges-none", title: "+ PPG + CPS, no ridges", aspect: .steps,
                    configuration: configuration.with { $0.ridges = nil }),
            ]
        }
        variants.append(points(of: configuration))
        if configuration.cascade.stageCount != 2 {
            variants.append(
                AnomalyVariant(
                    name: "stages-2", title: "+ PPG + CPS, 2 stages", aspect: .steps,
                    configuration: configuration.with(stages: 2)))
        }
        if configuration.cascade.stageCount != 3 {
            variants.append(
                AnomalyVariant(
                    name: "stages-3", title: "+ PPG + CPS, 3 stages", aspect: .steps,
                    configuration: configuration.with(stages: 3)))
        }
        variants += negatives(of: configuration) + fusions(of: configuration)
        let (maps, unusable) = maps(of: configuration, clip: clip, mapWeights: mapWeights)
        return (variants + maps + [cascade(of: configuration)], unusable)
    }

    private static func negatives(of configuration: AnomalyConfiguration) -> [AnomalyVariant] {
        let rules: [(name: String, title: String, rule: PointPromptConfiguration.NegativeRule)] = [
            ("least-similar", "least similar", .leastSimilar()), ("most-similar", "most similar", .hardSimilar()),
            ("lowest-heat", "lowest heat", .lowestHeat()),
        ]
        let hasNone = configuration.points.negativeCount == 0
        var variants: [AnomalyVariant] = []
        if !hasNone {
            variants.append(
                AnomalyVariant(
                    name: "negatives-none", title: "negatives: none", aspect: .negatives,
                    configuration: configuration.with { $0.points.negativeCount = 0 }))
        }
        for (name, title, rule) in rules
        where hasNone || !rule.isSameKind(as: configuration.points.negativeRule) {
            variants.append(
                AnomalyVariant(
                    name: "negatives-\(name)", title: "negatives: \(title)", aspect: .negatives,
                    configuration: configuration.with {
                        $0.points.negativeRule = rule
                        if hasNone { $0.points.negativeCount = PointPromptConfiguration().negativeCount }
                    }))
        }
        return variants
    }

    private static func fusions(of configuration: AnomalyConfiguration) -> [AnomalyVariant] {
        let modes: [(name: String, title: String, mode: FusionConfiguration.Mode)] = [
            ("blend", "blend", .blend()), ("gate", "gate", .gate), ("soft-gate", "soft gate", .softGate()),
            ("mask", "mask alone", .mask),
        ]
        return modes.filter { !$0.mode.isSameKind(as: configuration.fusion.mode) }.map { name, title, mode in
            AnomalyVariant(
                name: "fusion-\(name)", title: "fusion: \(title)", aspect: .fusion,
                configuration: configuration.with { $0.fusion.mode = mode })
        }
    }

    private static func maps(
        of configuration: AnomalyConfiguration, clip: CLIPModel, mapWeights: (any TensorSource)?
    ) -> (variants: [AnomalyVariant], unusable: [Unusable]) {
        var variants: [AnomalyVariant] = []
        var unusable: [Unusable] = []
        for method in MapMethod.allCases {
            var changed = configuration
            method.apply(to: &changed)
            if changed == configuration { continue }
            do throws(AnomalySegmentationError) {
                let needed = changed.map.producer.needsWeights ? mapWeights : nil
                _ = try ChosenProducer(changed.map, clip: clip, weights: needed)
                variants.append(
                    AnomalyVariant(
                        name: "map-\(method.rawValue)", title: "map: \(method.rawValue)", aspect: .map,
                        isMapAlone: true, configuration: changed))
            } catch {
                unusable.append(Unusable(method: method, reason: error))
            }
        }
        return (variants, unusable)
    }
}

extension AnomalyMapConfiguration.Producer {
    /// Whether it needs trained weights of its own.
    var needsWeights: Bool {
        switch self {
        case .dense, .windows: false
        case .adapters, .learntPrompts: true
        }
    }
}

extension AnomalyConfiguration {
    /// The same with other values.
    fileprivate func with(_ change: (inout Self) -> Void) -> AnomalyConfiguration {
        var changed = self
        change(&changed)
        return changed
    }

    /// The same with another number of stages.
    func with(stages: Int) -> AnomalyConfiguration { with { $0.cascade.stageCount = stages } }
}

extension PointPromptConfiguration.NegativeRule {
    fileprivate func isSameKind(as other: Self) -> Bool {
        switch (self, other) {
        case (.leastSimilar, .leastSimilar), (.hardSimilar, .hardSimilar), (.lowestHeat, .lowestHeat): true
        default: false
        }
    }
}

extension FusionConfiguration.Mode {
    fileprivate func isSameKind(as other: Self) -> Bool {
        switch (self, other) {
        case (.blend, .blend), (.gate, .gate), (.softGate, .softGate), (.mask, .mask), (.clip, .clip): true
        default: false
        }
    }
}
