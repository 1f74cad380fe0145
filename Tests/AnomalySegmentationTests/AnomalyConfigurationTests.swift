import CLIP
import Foundation
import Imaging
import NeuralNetwork
import Testing
import WeightIdentity

@testable import AnomalySegmentation

@Suite("Configuration")
struct AnomalyConfigurationTests {
    @Test(
        "the presets are valid and survive JSON",
        arguments: [AnomalyConfiguration.default, .paper, .winCLIP, .clipSurgery, .anomalyCLIP, .aprilGAN])
    func presets(configuration: AnomalyConfiguration) throws {
        try configuration.validate()
        let bytes = try JSONEncoder().encode(configuration)
        #expect(try JSONDecoder().decode(AnomalyConfiguration.self, from: bytes) == configuration)
    }

    /// The JSON of a configuration, with one text put in the place of another.
    private func decoded(
        _ configuration: AnomalyConfiguration = .default, replacing text: String, by other: String
    ) throws -> AnomalyConfiguration {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let json = String(decoding: try encoder.encode(configuration), as: UTF8.self)
        try #require(json.contains(text), "\(text) is not in \(json)")
        return try JSONDecoder().decode(
            AnomalyConfiguration.self, from: Data(json.replacingOccurrences(of: text, with: other).utf8))
    }

    @Test("ridges of a file from before there was a floor have none")
    func noFloor() throws {
        let expected = AnomalyConfiguration { $0.ridges?.floor = 0 }
        let found = try decoded(
            replacing: #""floor":0.45,"peakWeight":0.5,"widths""#, by: #""peakWeight":0.5,"widths""#)
        #expect(found == expected)
    }

    @Test(
        "a rule with values is an object with its name as the one key, and comes back from it",
        arguments: [
            Rewriting(
                text: #"{"otsu":{"coverageMaximum":0.3,"coverageMinimum":0.0005,"fallbackPercent":99}}"#,
                other: #"{"fixed":{"heat":0.25}}"#
            ) { $0.points.threshold = .fixed(heat: 0.25) },
            Rewriting(text: #"{"distance":{"pixels":60}}"#, other: #"{"rankStride":{"ranks":400}}"#) {
                $0.points.spacing = .rankStride()
            },
            Rewriting(
                text: #"{"leastSimilar":{"heatMaximum":0.5,"similarityWeight":0.7}}"#,
                other: #"{"lowestHeat":{"heatMaximum":1}}"#
            ) {
                $0.points.negativeRule = .lowestHeat(heatMaximum: 1)
            },
            Rewriting(text: #"{"perComponent":{"limit":5}}"#, other: #"{"joint":{}}"#) { $0.points.grouping = .joint },
            Rewriting(text: #"{"softGate":{"floor":0.5,"maskWeight":0.15}}"#, other: #"{"gate":{}}"#) {
                $0.fusion.mode = .gate
            },
            Rewriting(text: #"{"mapAgreement":{"ringDiameter":25}}"#, other: #"{"predictedIoU":{}}"#) {
                $0.cascade.selectionRule = .predictedIoU
            },
            Rewriting(
                text: #""bestComponent","cleaning":{"holeArea":64,"islandArea":16,"keptRelativeHeat":0.5}"#,
                other: #""bestComponent""#
            ) {
                $0.cascade.cleaning = nil
            },
            Rewriting(text: #""affinity":{"peakWeight":0.75,"temperature":0.08},"cascade""#, other: #""cascade""#) {
                $0.affinity = nil
            },
            Rewriting(
                text: #""ridges":{"exponent":0.4,"floor":0.45,"peakWeight":0.5,"widths":[1.5,2.5,4]},"text""#,
                other: #""text""#
            ) {
                $0.ridges = nil
            },
            Rewriting(text: #""exponent":0.4,"floor":0.45,"#, other: #""exponent":0.4,"floor":0,"#) {
                $0.ridges?.floor = 0
            },
            Rewriting(text: #"{"automatic":{}}"#, other: #"{"valueValue":{"firstBlock":6}}"#) {
                $0.map.producer = .dense(patches: PatchComparison(attention: .valueValue(firstBlock: 6)))
            },
            Rewriting(text: #""views":["upright","turned","mirrored","flipped"]"#, other: #""views":["mirrored"]"#) {
                $0.map.views = [.mirrored]
            },
            Rewriting(text: #"{"scales":{"ofModelSide":[1.4,1,0.7,0.7]}}"#, other: #"{"sides":{"pixels":[518]}}"#) {
                $0.map.inputs = .sides(pixels: [518])
            },
        ])
    func rules(rewriting: Rewriting) throws {
        let expected = AnomalyConfiguration(rewriting.change)
        #expect(try decoded(replacing: rewriting.text, by: rewriting.other) == expected)
        #expect(try decoded(expected, replacing: rewriting.other, by: rewriting.text) == .default)
    }

    @Test(
        "an unknown key is refused with its path, wherever it stands",
        arguments: [
            (#""promptGate""#, #""gate":1,"promptGate""#, "gate", nil),
            (#""positiveCount""#, #""positiveCuont":1,"positiveCount""#, "points.positiveCuont", "positiveCount"),
            (#""pixels""#, #""pixel":1,"pixels""#, "points.spacing.distance.pixel", "pixels"),
            (
                #"{"automatic":{}}"#, #"{"automatic":{"firstBlock":6}}"#,
                "map.producer.dense.patches.attention.automatic.firstBlock", nil
            ),
            (#""holeArea""#, #""holes":1,"holeArea""#, "cascade.cleaning.holes", nil),
            (#""templates""#, #""template":"","templates""#, "text.table.template", "templates"),
        ] as [(String, String, String, String?)])
    func unknownKeys(text: String, other: String, path: String, nearest: String?) throws {
        #expect {
            try decoded(replacing: text, by: other)
        } throws: { error in
            guard case DecodingError.dataCorrupted(let context) = error else { return false }
            return context.codingPath.map(\.stringValue).joined(separator: ".") == path
                && context.debugDescription == "is not known" + (nearest.map { ": did you mean \"\($0)\"?" } ?? "")
        }
    }

    @Test("names of objects are no keys, and a value that may be nil may be given as null")
    func freeKeys() throws {
        let named = try decoded(replacing: #""objectNames":{}"#, by: #""objectNames":{"pcb1":"circuit board"}"#)
        #expect(named.text.table.objectNames == ["pcb1": "circuit board"])
        #expect(try decoded(replacing: #""side":518"#, by: #""activation":null,"side":518"#) == .default)
    }

    @Test(
        "a missing key is refused, and so are two rules at once",
        arguments: [
            (#""positiveCount":3,"#, "", "points.positiveCount"), (#""promptGate":0,"#, "", "promptGate"),
            (
                #"{"distance":{"pixels":60}}"#, #"{"distance":{"pixels":60},"rankStride":{"ranks":4}}"#,
                "points.spacing"
            ),
            (#"{"distance":{"pixels":60}}"#, #"{"manhattan":{"pixels":60}}"#, "points.spacing"),
        ])
    func incomplete(text: String, other: String, path: String) {
        #expect {
            try decoded(replacing: text, by: other)
        } throws: { error in
            let keys: [any CodingKey]
            switch error {
            case DecodingError.keyNotFound(let key, let context): keys = context.codingPath + [key]
            case DecodingError.typeMismatch(_, let context): keys = context.codingPath
            case DecodingError.dataCorrupted(let context): keys = context.codingPath
            default: return false
            }
            return keys.map(\.stringValue).joined(separator: ".").hasPrefix(path)
        }
    }

    @Test("what is known of the paper stands in its preset")
    func paper() {
        let paper = AnomalyConfiguration.paper
        // 400 px of 1,024 on a raster of 518.
        #expect(paper.points.spacing == .distance(pixels: (400.0 * 518 / 1024).rounded()))
        #expect(paper.map.inputs == .scales(ofModelSide: [1]))
        #expect(paper.points.ringDiameter == 25 && paper.points.grouping == .joint)
        #expect(paper.points.negativeRule == .leastSimilar(similarityWeight: 1, heatMaximum: 1))
        #expect(paper.cascade.stageCount == 3 && paper.cascade.multimaskByStage == [false, false, false])
        #expect(paper.cascade.cleaning == nil && paper.cascade.areaMaximum == 1 && paper.cascade.boxPadding == 0)
        #expect(paper.affinity == nil && paper.ridges == nil && paper.fusion.mode == .gate && paper.promptGate == 0)
    }

    /// A piece of the defaults as JSON, another one for its place, and what that changes.
    struct Rewriting: Sendable {
        let text: String
        let other: String
        let change: @Sendable (inout AnomalyConfiguration) -> Void
    }

    /// A field, and what puts it out of its range.
    struct Fault: Sendable, CustomTestStringConvertible {
        let field: String
        let change: @Sendable (inout AnomalyConfiguration) -> Void

        init(_ field: String, _ change: @escaping @Sendable (inout AnomalyConfiguration) -> Void) {
            self.field = field
            self.change = change
        }

        var testDescription: String { field }
    }

    static let faults = [
        Fault("map.side") { $0.map.side = 3 },
        Fault("map.smoothing") { $0.map.smoothing = -1 },
        Fault("map.inputs.pixels") { $0.map.inputs = .sides(pixels: [224, 0]) },
        Fault("map.inputs.pixels") { $0.map.inputs = .sides(pixels: []) },
        Fault("map.inputs.ofModelSide") { $0.map.inputs = .scales(ofModelSide: []) },
        Fault("map.inputs.ofModelSide") { $0.map.inputs = .scales(ofModelSide: [1, .nan]) },
        Fault("map.views") { $0.map.views = [] },
        Fault("map.producer.patches.layers") { $0.map.producer = .dense(patches: PatchComparison(layers: [0])) },
        Fault("map.producer.patches.attention.firstBlock") {
            $0.map.producer = .learntPrompts(patches: PatchComparison(attention: .valueValue(firstBlock: 0)))
        },
        Fault("map.producer.layers") { $0.map.producer = .adapters(layers: [3, 0]) },
        Fault("map.producer.sides") { $0.map.producer = .windows(sides: []) },
        Fault("map.producer.sides") { $0.map.producer = .windows(sides: [2, 0]) },
        Fault("map.logitScale") { $0.map.logitScale = .infinity },
        Fault("points.threshold.heat") { $0.points.threshold = .fixed(heat: .nan) },
        Fault("points.threshold.percent") { $0.points.threshold = .percentile(percent: 101) },
        Fault("points.threshold.fallbackPercent") { $0.points.threshold = .otsu(fallbackPercent: -1) },
        Fault("points.threshold.coverageMinimum") { $0.points.threshold = .otsu(coverageMinimum: 0.9) },
        Fault("points.threshold.coverageMaximum") { $0.points.threshold = .otsu(coverageMaximum: 2) },
        Fault("points.minimumRegionArea") { $0.points.minimumRegionArea = -1 },
        Fault("points.positiveCount") { $0.points.positiveCount = 0 },
        Fault("points.spacing.pixels") { $0.points.spacing = .distance(pixels: -1) },
        Fault("points.spacing.ranks") { $0.points.spacing = .rankStride(ranks: 0) },
        Fault("points.positiveRelativeMinimum") { $0.points.positiveRelativeMinimum = 1.1 },
        Fault("points.ringDiameter") { $0.points.ringDiameter = 24 },
        Fault("points.ringGrowth") { $0.points.ringGrowth = 0.5 },
        Fault("points.ringGrowthLimit") { $0.points.ringGrowthLimit = 9 },
        Fault("points.negativeCount") { $0.points.negativeCount = -1 },
        Fault("points.negativeSpacing") { $0.points.negativeSpacing = .infinity },
        Fault("points.negativeClearance") { $0.points.negativeClearance = -2 },
        Fault("points.negativeRule.similarityWeight") {
            $0.points.negativeRule = .leastSimilar(similarityWeight: 2)
        },
        Fault("points.negativeRule.heatMaximum") { $0.points.negativeRule = .leastSimilar(heatMaximum: 2) },
        Fault("points.negativeRule.heatMaximum") { $0.points.negativeRule = .hardSimilar(heatMaximum: -1) },
        Fault("points.negativeRule.heatMaximum") { $0.points.negativeRule = .lowestHeat(heatMaximum: .nan) },
        Fault("points.grouping.limit") { $0.points.grouping = .perComponent(limit: 0) },
        Fault("points.groupRelativeMinimum") { $0.points.groupRelativeMinimum = 1.5 },
        Fault("affinity.peakWeight") { $0.affinity?.peakWeight = 1.5 },
        Fault("fusion.mode.maskWeight") { $0.fusion.mode = .softGate(maskWeight: 2) },
        Fault("affinity.temperature") { $0.affinity?.temperature = 0 },
        Fault("cascade.stageCount") { $0.cascade.stageCount = 4 },
        Fault("cascade.multimaskByStage") { $0.cascade.multimaskByStage = [true] },
        Fault("cascade.selectionRule.ringDiameter") { $0.cascade.selectionRule = .mapAgreement(ringDiameter: 4) },
        Fault("cascade.boxPadding") { $0.cascade.boxPadding = -0.1 },
        Fault("cascade.areaMaximum") { $0.cascade.areaMaximum = 1.1 },
        Fault("cascade.largeGroupArea") { $0.cascade.largeGroupArea = .nan },
        Fault("cascade.meanHeatMinimum") { $0.cascade.meanHeatMinimum = 2 },
        Fault("cascade.cleaning.keptRelativeHeat") { $0.cascade.cleaning?.keptRelativeHeat = -1 },
        Fault("cascade.cleaning.holeArea") { $0.cascade.cleaning?.holeArea = -1 },
        Fault("cascade.cleaning.islandArea") { $0.cascade.cleaning?.islandArea = .nan },
        Fault("fusion.mode.maskWeight") { $0.fusion.mode = .blend(maskWeight: 1.5) },
        Fault("fusion.mode.floor") { $0.fusion.mode = .softGate(floor: -1) },
        Fault("fusion.temperature") { $0.fusion.temperature = 0 },
        Fault("fusion.peakWeight") { $0.fusion.peakWeight = 2 },
        Fault("fusion.boxPadding") { $0.fusion.boxPadding = -1 },
        Fault("fusion.overlapMaximum") { $0.fusion.overlapMaximum = 2 },
        Fault("fusion.pictureScoreWeight") { $0.fusion.pictureScoreWeight = 2 },
        Fault("promptGate") { $0.promptGate = .nan },
    ]

    @Test("a value out of its range is named", arguments: faults)
    func outOfRange(fault: Fault) {
        var configuration = AnomalyConfiguration.default
        fault.change(&configuration)
        let error = #expect(throws: AnomalySegmentationError.self) { try configuration.validate() }
        guard case .invalidConfiguration(let named, _, _) = error else {
            Issue.record("\(fault.field): \(String(describing: error))")
            return
        }
        #expect(named == fault.field)
    }

    private static let saidOfMaps: [(AnomalySegmentationError, String)] = [
        (
            .otherActivation(found: .quickGELU, needed: .gelu),
            "the trained weights of this map need a CLIP with the activation gelu, and it was loaded with quickgelu: load "
                + "it with gelu"
        ),
        (
            .windowTooLarge(5, patches: 4),
            "a window of 5 x 5 patches does not fit into 4 x 4: choose smaller windows or larger pictures"
        ),
        (
            .adapterCount(4, layers: 2),
            "there are 4 adapters and 2 layers: name as many layers as adapters, or none"
        ),
        (
            .missingMapWeights(.adapters()),
            "the map producer adapters needs trained weights: name the file of APRIL-GAN's adapters"
        ),
        (
            .unneededMapWeights(.windows()),
            "the map producer windows takes no weights of its own: leave them out, or choose adapters or learntPrompts"
        ),
        (
            .otherMapWeights(found: .mobileSAM, producer: .learntPrompts()),
            "the weights for the map producer learntPrompts are MobileSAM: it takes AnomalyCLIP's prompts"
        ),
    ]

    @Test("the presets hold the published values")
    func published() {
        let winCLIP = AnomalyConfiguration.winCLIP
        #expect(winCLIP.map.producer == .windows(sides: [2, 3], includesPicture: true))
        #expect(winCLIP.map.logitScale == 1 / 0.07 && winCLIP.map.smoothing == 0)
        #expect(winCLIP.map.sides(modelSide: 240, patch: 16) == [240])
        #expect(winCLIP.text.table == .winCLIP && winCLIP.text.vectorRule == .rawMean)
        for preset in [AnomalyConfiguration.clipSurgery, .anomalyCLIP, .aprilGAN] {
            #expect(preset.map.sides(modelSide: 336, patch: 14) == [518])
        }
        let surgery = AnomalyConfiguration.clipSurgery.map
        #expect(surgery.producer == .dense(patches: PatchComparison(attention: .valueValue(firstBlock: nil))))
        #expect(surgery.logitScale == 100)
        #expect(surgery.positionResampling == .bilinear && surgery.smoothing == 4)
        let anomalyCLIP = AnomalyConfiguration.anomalyCLIP.map
        #expect(
            anomalyCLIP.producer
                == .learntPrompts(
                    patches: PatchComparison(
                        attention: .valueValue(firstBlock: 24 - 18), layers: [], pictureToken: .raw)))
        #expect(anomalyCLIP.logitScale == 1 / 0.07 && anomalyCLIP.smoothing == 4)
        let aprilGAN = AnomalyConfiguration.aprilGAN
        #expect(
            aprilGAN.map.producer == .adapters(layers: [6, 12, 18, 24]) && aprilGAN.map.logitScale == 100
                && aprilGAN.map.smoothing == 0)
        #expect(aprilGAN.map.activation == .gelu && aprilGAN.map.positionResampling == .bicubicAntialiased)
        #expect(aprilGAN.text.table == .aprilGAN && aprilGAN.text.vectorRule == .normalizedEach)
        #expect(aprilGAN.text.nameRule == .asGiven)
    }

    @Test("every error says what to do")
    func messages() {
        let said: [(AnomalySegmentationError, String)] = [
            (
                .emptyObjectName,
                "the object name is empty; name what the pictures show, for example \"metal plate\""
            ),
            (
                .invalidConfiguration(field: "map.side", value: "3", expected: "a whole number from 16 to 4096"),
                "map.side of the configuration is 3 and must be a whole number from 16 to 4096"
            ),
            (
                .sentenceTooLong(String(repeating: "ab ", count: 30), tokens: 99, limit: 77),
                "the sentence \"" + String(repeating: "ab ", count: 20)
                    + "...\" has 99 tokens and the model takes 77: shorten the object's name, or the prompts"
            ),
            (.unknownLayer(7, layers: 6), "there is no layer 7 in this image tower; choose from 1 to 6"),
            (
                .unusableInputSide(100, patch: 16),
                "pictures of side 100 cannot be cut into patches of 16 px; choose a multiple of 16"
            ),
            (
                .mapNotFinite(x: 5, y: 2),
                "the anomaly map is not a finite number at column 5, row 2; check the CLIP weights"
            ),
            (
                .featuresNotFinite,
                "the image features hold values that are not finite numbers; check the SAM weights"
            ),
            (
                .unusableTextVector(state: .abnormal),
                "the sentences for the abnormal object give no usable text vector; check the CLIP weights"
            ),
            (
                .pictureSizesDiffer(
                    map: .init(width: 4, height: 3), embedding: .init(width: 3, height: 4)),
                "the map is of a picture of 4 x 3 and the embedding of one of 3 x 4; pass those of one picture"
            ),
        ]
        for (error, message) in said + Self.saidOfMaps { #expect("\(error)" == message) }
    }
}
