import CLIP
import Foundation
import Imaging
import NeuralNetwork
import Testing
import WeightIdentity

@testable import AnomalySegmentation

@Suite("Settings")
struct AnomalyConfigurationTests {
    @Test(
        "the presets are valid and survive JSON",
        arguments: [AnomalyConfiguration.default, .paper, .winCLIP, .clipSurgery, .anomalyCLIP, .aprilGAN])
    func presets(configuration: AnomalyConfiguration) throws {
        try configuration.validate()
        let bytes = try JSONEncoder().encode(configuration)
        #expect(try JSONDecoder().decode(AnomalyConfiguration.self, from: bytes) == configuration)
    }

    @Test("what is known of the paper stands in its preset")
    func paper() {
        let paper = AnomalyConfiguration.paper
        // 400 px of 1,024 on a raster of 518.
        #expect(paper.points.positiveSpacing == (400.0 * 518 / 1024).rounded())
        #expect(paper.map.inputScales == [1] && paper.map.inputSides.isEmpty)
        #expect(paper.points.ringDiameter == 25 && paper.points.grouping == .joint)
        #expect(paper.points.negativeRule == .leastSimilar && paper.points.negativeSimilarityWeight == 1)
        #expect(paper.cascade.stageCount == 3 && paper.cascade.asksForMultipleMasks == [false, false, false])
        #expect(!paper.cascade.cleans && paper.cascade.areaMaximum == 1 && paper.cascade.boxPadding == 0)
        #expect(paper.fusion.mode == .gate && paper.promptGate == 0)
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
        Fault("map.inputSides") { $0.map.inputSides = [224, 0] },
        Fault("map.inputScales") { $0.map.inputScales = [] },
        Fault("map.inputScales") { $0.map.inputScales = [1, .nan] },
        Fault("map.layers") { $0.map.layers = [0] },
        Fault("map.valueValueFirstBlock") { $0.map.valueValueFirstBlock = 0 },
        Fault("map.windowSides") { $0.map.windowSides = [] },
        Fault("map.windowSides") { $0.map.windowSides = [2, 0] },
        Fault("map.featureSurgery") { ($0.map.featureSurgery, $0.map.producer) = (true, .windows) },
        Fault("map.logitScale") { $0.map.logitScale = .infinity },
        Fault("points.fixedThreshold") { $0.points.fixedThreshold = .nan },
        Fault("points.percentile") { $0.points.percentile = 101 },
        Fault("points.coverageMinimum") { $0.points.coverageMinimum = 0.9 },
        Fault("points.coverageMaximum") { $0.points.coverageMaximum = 2 },
        Fault("points.minimumRegionArea") { $0.points.minimumRegionArea = -1 },
        Fault("points.positiveCount") { $0.points.positiveCount = 0 },
        Fault("points.positiveSpacing") { $0.points.positiveSpacing = -1 },
        Fault("points.rankStride") { $0.points.rankStride = 0 },
        Fault("points.positiveRelativeMinimum") { $0.points.positiveRelativeMinimum = 1.1 },
        Fault("points.ringDiameter") { $0.points.ringDiameter = 24 },
        Fault("points.ringGrowth") { $0.points.ringGrowth = 0.5 },
        Fault("points.ringGrowthLimit") { $0.points.ringGrowthLimit = 9 },
        Fault("points.negativeCount") { $0.points.negativeCount = -1 },
        Fault("points.negativeSpacing") { $0.points.negativeSpacing = .infinity },
        Fault("points.negativeClearance") { $0.points.negativeClearance = -2 },
        Fault("points.negativeSimilarityWeight") { $0.points.negativeSimilarityWeight = 2 },
        Fault("points.negativeHeatMaximum") { $0.points.negativeHeatMaximum = 2 },
        Fault("points.hardHeatMaximum") { $0.points.hardHeatMaximum = -1 },
        Fault("points.groupLimit") { $0.points.groupLimit = 0 },
        Fault("points.groupRelativeMinimum") { $0.points.groupRelativeMinimum = 1.5 },
        Fault("cascade.stageCount") { $0.cascade.stageCount = 4 },
        Fault("cascade.asksForMultipleMasks") { $0.cascade.asksForMultipleMasks = [true] },
        Fault("cascade.agreementRingDiameter") { $0.cascade.agreementRingDiameter = 4 },
        Fault("cascade.boxPadding") { $0.cascade.boxPadding = -0.1 },
        Fault("cascade.areaMaximum") { $0.cascade.areaMaximum = 1.1 },
        Fault("cascade.largeGroupArea") { $0.cascade.largeGroupArea = .nan },
        Fault("cascade.meanHeatMinimum") { $0.cascade.meanHeatMinimum = 2 },
        Fault("cascade.keptRelativeHeat") { $0.cascade.keptRelativeHeat = -1 },
        Fault("cascade.holeArea") { $0.cascade.holeArea = -1 },
        Fault("cascade.islandArea") { $0.cascade.islandArea = .nan },
        Fault("fusion.maskWeight") { $0.fusion.maskWeight = 1.5 },
        Fault("fusion.gateFloor") { $0.fusion.gateFloor = -1 },
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
            .missingMapWeights(.adapters),
            "the map producer adapters needs trained weights: name the file of APRIL-GAN's adapters"
        ),
        (
            .unneededMapWeights(.windows),
            "the map producer windows takes no weights of its own: leave them out, or choose adapters or learntPrompts"
        ),
        (
            .otherMapWeights(found: .mobileSAM, producer: .learntPrompts),
            "the weights for the map producer learntPrompts are MobileSAM: it takes AnomalyCLIP's prompts"
        ),
    ]

    @Test("the presets hold the published values")
    func published() {
        let winCLIP = AnomalyConfiguration.winCLIP
        #expect(winCLIP.map.producer == .windows && winCLIP.map.windowSides == [2, 3])
        #expect(winCLIP.map.windowsIncludePicture && winCLIP.map.logitScale == 1 / 0.07)
        #expect(winCLIP.map.sides(modelSide: 240, patch: 16) == [240])
        #expect(winCLIP.text.table == .winCLIP && winCLIP.text.vectorRule == .rawMean)
        for map in [AnomalyMapConfiguration.clipSurgery, .anomalyCLIP, .aprilGAN] {
            #expect(map.sides(modelSide: 336, patch: 14) == [518])
        }
        let surgery = AnomalyMapConfiguration.clipSurgery
        #expect(surgery.attention == .valueValue && surgery.valueValueFirstBlock == nil && surgery.logitScale == 100)
        #expect(surgery.positionResampling == .bilinear && surgery.smoothing == 4)
        let anomalyCLIP = AnomalyMapConfiguration.anomalyCLIP
        #expect(anomalyCLIP.valueValueFirstBlock == 24 - 18 && anomalyCLIP.layers.isEmpty)
        #expect(anomalyCLIP.logitScale == 1 / 0.07 && anomalyCLIP.smoothing == 4 && anomalyCLIP.pictureToken == .raw)
        let aprilGAN = AnomalyConfiguration.aprilGAN
        #expect(
            aprilGAN.map.layers == [6, 12, 18, 24] && aprilGAN.map.logitScale == 100 && aprilGAN.map.smoothing == 0)
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
                "the setting map.side is 3 and must be a whole number from 16 to 4096"
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
