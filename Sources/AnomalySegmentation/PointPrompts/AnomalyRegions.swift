import Imaging

/// The extreme region R = S * M, cut into the parts that get prompts.
struct AnomalyRegions {
    /// One part that gets a prompt.
    struct Region {
        let mask: Mask
        /// The highest n.
        let peak: Float
        /// Index of the first pixel by rows that reaches it.
        let firstPeak: Int
    }

    /// One connected part of the extreme region.
    struct Candidate {
        let component: ConnectedComponents.Component
        /// The highest n.
        var peak = -Float.infinity
        /// Index of the first pixel by rows that reaches it.
        var firstPeak = 0

        /// Stronger first; of equal ones the one that the rows meet first.
        func precedes(_ other: Candidate) -> Bool {
            peak == other.peak ? firstPeak < other.firstPeak : peak > other.peak
        }
    }

    /// Pixels at or above the cut, before any region was dropped.
    let extreme: Mask
    /// Strongest first.
    let kept: [Region]
    /// Strongest first.
    let rejected: [(candidate: Candidate, reason: RejectedRegion.Reason)]

    init(_ map: HeatMap, threshold: Float, _ configuration: PointPromptConfiguration) {
        extreme = map.heat.mask(atLeast: threshold)
        let labels = ConnectedComponents.label(extreme)
        let (kept, rejected) = Self.sort(Self.candidates(labels, map.heat), peak: map.peak, configuration)
        self.rejected = rejected
        switch configuration.grouping {
        case .perComponent:
            self.kept = kept.map {
                Region(mask: labels.mask(of: $0.component.label), peak: $0.peak, firstPeak: $0.firstPeak)
            }
        case .joint:
            let members = Set(kept.map(\.component.label))
            self.kept = kept.prefix(1).map { strongest in
                Region(
                    mask: labels.mask { members.contains($0.label) }, peak: strongest.peak,
                    firstPeak: strongest.firstPeak)
            }
        }
    }

    /// Every connected part with its peak, strongest first.
    private static func candidates(_ labels: ConnectedComponents, _ heat: ScoreMap) -> [Candidate] {
        var candidates = labels.components.map { Candidate(component: $0) }
        for (index, label) in labels.labels.enumerated() where label > 0 {
            let place = Int(label) - 1
            if heat.values[index] > candidates[place].peak {
                candidates[place].peak = heat.values[index]
                candidates[place].firstPeak = index
            }
        }
        return candidates.sorted { $0.precedes($1) }
    }

    private static func sort(
        _ candidates: [Candidate], peak: Float, _ configuration: PointPromptConfiguration
    ) -> (kept: [Candidate], rejected: [(candidate: Candidate, reason: RejectedRegion.Reason)]) {
        // A tile that does not hold the picture's peak need not have a region.
        let areAllSmall =
            candidates.first?.peak == peak
            && candidates.allSatisfy { $0.component.area < configuration.minimumRegionArea }
        var kept: [Candidate] = []
        var rejected: [(candidate: Candidate, reason: RejectedRegion.Reason)] = []
        for (index, candidate) in candidates.enumerated() {
            // Where every region is small the strongest one stands for all: something was found, after all.
            let isSmall = areAllSmall ? index > 0 : candidate.component.area < configuration.minimumRegionArea
            if isSmall {
                rejected.append((candidate, .small))
            } else if candidate.peak < configuration.groupRelativeMinimum * peak {
                rejected.append((candidate, .weak))
            } else if case .perComponent(let limit) = configuration.grouping, kept.count == limit {
                rejected.append((candidate, .beyondLimit))
            } else {
                kept.append(candidate)
            }
        }
        return (kept, rejected)
    }
}
