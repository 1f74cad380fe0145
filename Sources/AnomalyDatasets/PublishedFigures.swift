/// A data set on which methods were published.
public enum PublishedDataset: String, Hashable, Sendable, Codable, CaseIterable {
    /// Fifteen classes of objects and surfaces.
    case mvtecAD = "MVTec AD"
    /// Twelve classes of objects.
    case visa = "VisA"
    /// Tiles with defects of five kinds; figures are of all pictures together.
    case magneticTile = "Magnetic tile"
    /// Surfaces of one product; figures are of all pictures together.
    case kolektorSDD2 = "KolektorSDD2"

    /// Its classes; empty where the figures are of all pictures together.
    public var classes: [String] {
        switch self {
        case .mvtecAD:
            [
                "bottle", "cable", "capsule", "carpet", "grid", "hazelnut", "leather", "metal_nut", "pill", "screw",
                "tile",
                "toothbrush", "transistor", "wood", "zipper",
            ]
        case .visa:
            [
                "candle", "capsules", "cashew", "chewinggum", "fryum", "macaroni1", "macaroni2", "pcb1", "pcb2", "pcb3",
                "pcb4", "pipe_fryum",
            ]
        case .magneticTile, .kolektorSDD2: []
        }
    }
}

/// What was published for one method on one data set. Zero-shot methods, pixel level, means over the classes.
public struct PublishedFigures: Hashable, Sendable, Codable {
    /// How sure a figure is.
    public enum Sureness: String, Hashable, Sendable, Codable {
        /// It was read in the source that is named.
        case read
        /// The source that is named was quoted by another text, which was read.
        case secondHand
    }

    /// The method.
    public let method: String
    /// The data set.
    public let dataset: PublishedDataset
    /// Per cent, as all below; nil where it was not published, or not found in a source.
    public let auroc: Double?
    /// Per cent.
    public let f1Maximum: Double?
    /// Per cent.
    public let averagePrecision: Double?
    /// Per cent, by the papers' 200 thresholds.
    public let aupro: Double?
    /// Where the figures were read.
    public let source: String
    /// How sure they are.
    public let sureness: Sureness

    private init(
        _ method: String, _ dataset: PublishedDataset, _ figures: (Double?, Double?, Double?, Double?),
        _ source: String,
        _ sureness: Sureness = .read
    ) {
        self.method = method
        self.dataset = dataset
        (auroc, f1Maximum, averagePrecision, aupro) = figures
        self.source = source
        self.sureness = sureness
    }

    private static let muSc = "table in the README of MuSc"
    private static let reimplementation = "README of Accurate-WinCLIP-pytorch"
    private static let saa = "arXiv 2305.10724"

    /// All that are known from a source. Figures that are only remembered are not here.
    public static let all = [
        PublishedFigures("WinCLIP", .mvtecAD, (85.1, 31.7, nil, 64.6), muSc),
        PublishedFigures("WinCLIP", .visa, (79.6, 14.8, nil, 56.8), muSc),
        PublishedFigures("WinCLIP, implemented again", .mvtecAD, (82.3, 24.8, 18.2, 61.9), reimplementation),
        PublishedFigures("WinCLIP, implemented again", .visa, (73.2, 9.0, 5.4, 51.0), reimplementation),
        PublishedFigures("APRIL-GAN", .mvtecAD, (87.6, 43.3, 40.8, 44.0), muSc),
        PublishedFigures("APRIL-GAN", .visa, (94.2, 32.3, 25.7, 86.8), muSc),
        PublishedFigures("AnomalyCLIP", .mvtecAD, (91.1, nil, nil, 81.4), muSc),
        PublishedFigures("AnomalyCLIP", .visa, (95.5, nil, nil, 87.0), muSc),
        PublishedFigures("VCP-CLIP", .mvtecAD, (92.0, nil, nil, 87.3), "arXiv 2503.01292", .secondHand),
        PublishedFigures("VCP-CLIP", .visa, (95.7, nil, nil, 90.7), "arXiv 2503.01292", .secondHand),
        PublishedFigures("SAA+", .mvtecAD, (nil, 39.4, nil, nil), saa),
        PublishedFigures("SAA+", .visa, (nil, 27.07, nil, nil), saa),
        PublishedFigures("SAA+", .magneticTile, (nil, 35.4, nil, nil), saa),
        PublishedFigures("SAA+", .kolektorSDD2, (nil, 59.19, nil, nil), saa),
        PublishedFigures("MuSc, which sees all test pictures", .mvtecAD, (97.3, 62.6, 62.7, 93.8), muSc),
        PublishedFigures("MuSc, which sees all test pictures", .visa, (98.8, 48.8, 45.1, 92.7), muSc),
    ]

    /// Those of one data set.
    public static func of(_ dataset: PublishedDataset) -> [PublishedFigures] { all.filter { $0.dataset == dataset } }
}

extension Dataset {
    /// Which published data set this is, by its layout and the names of its classes; some classes of one are enough. nil for
    /// any other.
    public var published: PublishedDataset? {
        switch layout {
        case .magneticTile: .magneticTile
        case .kolektorSDD2: .kolektorSDD2
        case .mvtecAD where isPart(of: .mvtecAD): .mvtecAD
        case .visa where isPart(of: .visa), .visaReorganised where isPart(of: .visa): .visa
        default: nil
        }
    }

    private func isPart(of dataset: PublishedDataset) -> Bool {
        !classes.isEmpty && Set(classes).isSubset(of: dataset.classes)
    }
}
