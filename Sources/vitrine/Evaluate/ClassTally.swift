import AnomalyMetrics
import Manifests

/// What was collected of the pictures of a class, or of several together.
struct ClassTally: Sendable {
    private struct Part: Sendable {
        var pixels = PixelMetrics()
        var images = ImageScores()
        /// nil, as `boundaries`, while no picture has a mask.
        var masks: MaskAgreement?
        var boundaries: BoundaryAgreement?

        mutating func add(masks other: MaskAgreement?, boundaries lines: BoundaryAgreement?) throws {
            if let other {
                masks?.merge(other)
                masks = masks ?? other
            }
            if let lines {
                try boundaries?.merge(lines)
                boundaries = boundaries ?? lines
            }
        }
    }

    private var parts: [String: Part] = [:]
    /// Whether any picture has a defect.
    private(set) var hasDefects = false

    /// - Parameters:
    ///   - picture: what its line says under each variant.
    ///   - pixels: adds the picture to the measures of pixels under a variant. Where it throws, nothing of the variant
    ///     was added.
    mutating func add(
        _ picture: [EvaluatedPicture.Variant], isDefective: Bool,
        pixels: (_ variant: String, _ whole: inout PixelMetrics) throws -> Void
    ) throws {
        for variant in picture {
            // Taken out, so that nothing is copied.
            var part = parts.removeValue(forKey: variant.variant) ?? Part()
            defer { parts[variant.variant] = part }
            try pixels(variant.variant, &part.pixels)
            try part.images.add(variant.score, isAnomalous: isDefective)
            try part.add(masks: variant.agreement, boundaries: variant.boundary)
        }
        hasDefects = hasDefects || isDefective
    }

    mutating func merge(_ other: ClassTally) throws {
        for (variant, part) in other.parts { try merge(part, as: variant) }
        hasDefects = hasDefects || other.hasDefects
    }

    private mutating func merge(_ other: Part, as variant: String) throws {
        // Taken out, so that nothing is copied.
        guard var part = parts.removeValue(forKey: variant) else {
            parts[variant] = other
            return
        }
        try part.pixels.merge(other.pixels)
        part.images.merge(other.images)
        try part.add(masks: other.masks, boundaries: other.boundaries)
        parts[variant] = part
    }

    /// What was collected of the pixels under a variant; nil where no picture was added.
    func pixels(_ variant: String) -> PixelMetrics? { parts[variant]?.pixels }

    /// The measures under a variant; nil where no picture was added.
    func row(_ variant: String, className: String? = nil, object: String? = nil) -> EvaluateRecord.Row? {
        guard let part = parts[variant] else { return nil }
        let (pixels, images) = (part.pixels.summary(), part.images.summary())
        let measures = MeasuresRecord(
            pixels: pixels, images: images, masks: part.masks, boundaries: part.boundaries)
        return EvaluateRecord.Row(
            className: className, object: object, variant: variant, measures: measures.values,
            undefined: measures.undefined.isEmpty ? nil : measures.undefined, pictures: pixels.pictures,
            positivePixels: pixels.positivePixels, negativePixels: pixels.negativePixels, regions: pixels.regions,
            defectivePictures: images.positives, normalPictures: images.negatives)
    }
}

extension EvaluateRecord {
    /// Fills in what was measured.
    ///
    /// - Parameters:
    ///   - settings: of the run.
    ///   - classes: the classes that have pictures, in any order, and whether they have defects.
    ///   - tally: what was collected of a class. Each is asked for once.
    ///   - look: is shown what was collected of each class, and last of all together, whose name is nil.
    mutating func measure(
        _ settings: EvaluateSettings, classes: [(name: String, hasDefects: Bool)],
        tally: (_ className: String) throws -> ClassTally,
        look: (_ className: String?, ClassTally) throws -> Void = { _, _ in }
    ) throws {
        var (flawless, all) = (ClassTally(), ClassTally())
        let classes = classes.sorted { $0.name.precedesByBytes($1.name) }
        for (name, hasDefects) in classes where !hasDefects {
            let found = try tally(name)
            try look(name, found)
            try flawless.merge(found)
        }
        try all.merge(flawless)
        for (name, hasDefects) in classes where hasDefects {
            var found = try tally(name)
            try look(name, found)
            try all.merge(found)
            if settings.withNormal { try found.merge(flawless) }
            rows += settings.variants.compactMap {
                found.row($0, className: name, object: settings.objects[name])
            }
        }
        try look(nil, all)
        pooled = settings.variants.compactMap { all.row($0) }
        means = settings.variants.map { variant in
            let mean = MeasuresRecord(
                meanOf: rows.filter { $0.variant == variant }.map {
                    MeasuresRecord(values: $0.measures, undefined: $0.undefined ?? [:])
                })
            return Mean(
                variant: variant, measures: mean.values, undefined: mean.undefined.isEmpty ? nil : mean.undefined)
        }
        pictureAUROC = pooled.last?.measures[.imageAUROC]
    }
}
