import Imaging

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A = f(S, masks), at the picture's own size and on the scale of S.
struct MaskFusion {
    let configuration: FusionConfiguration

    /// Stands in for the predicted IoU of a mask that SAM did not draw: no better than doubtful.
    private static let unknownIoU: Float = 0.5

    /// A, all masks that stand, and the records of all runs with their c.
    func fused(
        _ runs: [PromptCascade.Run], _ groups: [PromptGroup], _ scores: ScoreMap
    ) -> (map: ScoreMap, mask: Mask, cascades: [CascadeTrace]) {
        var cascades = runs.map(\.trace)
        for index in cascades.indices {
            cascades[index].confidence = confidence(of: runs[index], group: groups[index], scores: scores)
        }
        markSuperseded(&cascades)
        var parts: [Part] = []
        var mask = Mask(size: scores.size)
        for (run, cascade) in zip(runs, cascades) where cascade.supersededBy == nil && !cascade.mask.isEmpty {
            parts.append(Part(mask: cascade.mask, probability: probability(of: run), confidence: cascade.confidence))
            mask = mask.union(cascade.mask)
        }
        return (fused(scores, parts), mask, cascades)
    }

    /// c of one mask; 0 without a pixel.
    func confidence(of run: PromptCascade.Run, group: PromptGroup, scores: ScoreMap) -> Float {
        guard let mean = scores.mean(over: run.trace.mask) else { return 0 }
        let weight = configuration.peakWeight
        // Scores are probabilities; what rounding puts below 0 has no power.
        let confidence = powf(max(mean, 0), 1 - weight) * powf(max(group.peakScore, 0), weight)
        guard configuration.usesPredictedIoU else { return confidence }
        let iou = run.predictedIoU ?? Self.unknownIoU
        return confidence * (iou.isNaN ? 0 : min(max(iou, 0), 1))
    }

    /// P of one mask, 0...1: the sigmoid of its logits inside of the mask's grown box, 0 beyond.
    ///
    /// What cleaning took away is 0, what it filled is at least 0.5. A mask that SAM did not draw is 1 inside.
    func probability(of run: PromptCascade.Run) -> ScoreMap {
        let mask = run.trace.mask
        let (size, inside) = (mask.size, mask.values)
        var probability = [Float](repeating: 0, count: size.pixelCount)
        guard let box = mask.boundingBox?.padded(by: configuration.boxPadding, within: size) else {
            return ScoreMap(size: size, values: probability)
        }
        for y in box.y0...box.y1 {
            for x in box.x0...box.x1 {
                let index = y * size.width + x
                guard let logit = run.logits?.values[index] else {
                    probability[index] = inside[index] ? 1 : 0
                    continue
                }
                let value = 1 / (1 + expf(-logit / configuration.temperature))
                probability[index] = inside[index] ? max(value, 0.5) : logit > 0 ? 0 : value
            }
        }
        return ScoreMap(size: size, values: probability)
    }

    /// Marks each mask that repeats a stronger one.
    ///
    /// Stronger is the larger c, of equal ones the earlier group.
    func markSuperseded(_ cascades: inout [CascadeTrace]) {
        let order = cascades.indices.sorted {
            let (left, right) = (cascades[$0].confidence, cascades[$1].confidence)
            return left == right ? $0 < $1 : left > right
        }
        for (place, index) in order.enumerated() where !cascades[index].mask.isEmpty {
            cascades[index].supersededBy = order[..<place].first { stronger in
                guard cascades[stronger].supersededBy == nil else { return false }
                let overlap = cascades[index].mask.intersectionOverUnion(with: cascades[stronger].mask) ?? 0
                return Float(overlap) > configuration.overlapMaximum
            }
        }
    }

    /// A.
    ///
    /// - Parameter parts: mask, P and c of every mask that stands.
    func fused(_ scores: ScoreMap, _ parts: [Part]) -> ScoreMap {
        let hasMask = parts.contains { !$0.mask.isEmpty }
        switch configuration.mode {
        case .clip: return scores
        case .gate where !hasMask: return scores
        case .gate:
            let cover = largest(over: parts, scores.size) { $0.mask.values[$1] ? 1 : 0 }
            return Self.combined(scores, cover) { $0 * $1 }
        case .mask:
            let cover = largest(over: parts, scores.size) { $0.mask.values[$1] ? $0.confidence : 0 }
            return ScoreMap(size: scores.size, values: cover)
        case .softGate(let floor):
            let cover = largest(over: parts, scores.size) { $0.probability.values[$1] }
            return Self.combined(scores, cover) { $0 * (floor + (1 - floor) * $1) }
        case .blend(let weight):
            let cover = largest(over: parts, scores.size) { $0.confidence * $0.probability.values[$1] }
            return Self.combined(scores, cover) { (1 - weight) * $0 + weight * $1 }
        }
    }

    /// One mask's share in A.
    struct Part {
        let mask: Mask
        let probability: ScoreMap
        let confidence: Float
    }

    private func largest(over parts: [Part], _ size: ImageSize, _ value: (Part, Int) -> Float) -> [Float] {
        var cover = [Float](repeating: 0, count: size.pixelCount)
        for part in parts {
            for index in cover.indices { cover[index] = max(cover[index], value(part, index)) }
        }
        return cover
    }

    private static func combined(_ scores: ScoreMap, _ cover: [Float], _ rule: (Float, Float) -> Float) -> ScoreMap {
        ScoreMap(size: scores.size, values: zip(scores.values, cover).map { rule($0, $1) })
    }
}
