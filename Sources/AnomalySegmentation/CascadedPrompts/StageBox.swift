import Imaging

/// The box among the prompts of the third stage.
enum StageBox {
    /// A box around the parts of `mask` that the rule names, grown and cut at the picture's border; nil for an empty
    /// mask.
    static func around(
        _ mask: MaskRows, positives: [ImagePoint], scores: ScoreRows, _ configuration: CascadeConfiguration
    ) -> ImageBox? {
        let parts = MaskParts(mask)
        let chosen =
            switch configuration.boxRule {
            case .all: parts.labels.components
            case .bestComponent: parts.best(by: scores)
            case .containsPositive: parts.containing(positives, or: scores)
            }
        guard let first = chosen.first?.box else { return nil }
        let tight = chosen.dropFirst().reduce(first) { box, part in
            ImageBox(
                x0: min(box.x0, part.box.x0), y0: min(box.y0, part.box.y0), x1: max(box.x1, part.box.x1),
                y1: max(box.y1, part.box.y1))
        }
        return tight.padded(by: configuration.boxPadding, within: mask.size)
    }
}

/// The connected parts of a mask, and which of them to take.
struct MaskParts {
    let labels: ConnectedComponents

    init(_ mask: MaskRows) { labels = ConnectedComponents.label(mask) }

    /// The labels under the points.
    func labels(under points: [ImagePoint]) -> Set<Int32> {
        Set(points.map { labels.label(x: Int($0.x.rounded()), y: Int($0.y.rounded())) })
    }

    /// The part with the highest mean; of equal ones the one that the rows meet first. None of an empty mask.
    func best(by map: ScoreRows) -> [ConnectedComponents.Component] {
        let means = map.means(over: labels)
        guard var best = means.indices.first else { return [] }
        for index in means.indices where means[index] > means[best] { best = index }
        return [labels.components[best]]
    }

    /// The parts that hold a point; the best one where none does.
    func containing(_ points: [ImagePoint], or map: ScoreRows) -> [ConnectedComponents.Component] {
        let under = labels(under: points)
        let holding = labels.components.filter { under.contains($0.label) }
        return holding.isEmpty ? best(by: map) : holding
    }
}

extension ImageBox {
    /// The box grown on each side by a share of its own width and height, rounded, and cut at the picture's border.
    func padded(by share: Float, within size: ImageSize) -> ImageBox {
        let across = Int((Float(width) * share).rounded())
        let down = Int((Float(height) * share).rounded())
        return ImageBox(
            x0: max(0, x0 - across), y0: max(0, y0 - down), x1: min(size.width - 1, x1 + across),
            y1: min(size.height - 1, y1 + down))
    }
}
