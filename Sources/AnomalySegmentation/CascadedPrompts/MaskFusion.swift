import Imaging

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A = f(S, masks), at the picture's own size and on the scale of S.
struct MaskFusion {
    let configuration: FusionConfiguration
    /// Whether what is fused is a part of a picture, so that masks may lie elsewhere in it.
    var isPart = false

    /// Stands in for the predicted IoU of a mask that SAM did not draw: no better than doubtful.
    private static let unknownIoU: Float = 0.5

    /// A, all masks that stand, and the records of all runs with their c.
    func fused(
        _ runs: [PromptCascade.Run], _ groups: [PromptGroup], _ scores: ScoreRows
    ) -> (map: ScoreMap, mask: Mask, cascades: [CascadeTrace]) {
        var cascades = runs.map(\.trace)
        for index in cascades.indices {
            cascades[index].confidence = confidence(of: runs[index], group: groups[index], scores: scores)
        }
        markSuperseded(&cascades)
        var parts: [Part] = []
        var mask = MaskRows(size: scores.size)
        for (run, cascade) in zip(runs, cascades) where cascade.supersededBy == nil && !cascade.rows.isEmpty {
            parts.append(
                Part(
                    mask: cascade.rows, probability: probability(of: run), confidence: cascade.confidence,
                    trust: trust(in: run)))
            mask = mask.union(cascade.rows)
        }
        return (fused(scores, parts), mask.mask, cascades)
    }

    /// c of one mask; 0 without a pixel.
    func confidence(of run: PromptCascade.Run, group: PromptGroup, scores: ScoreRows) -> Float {
        guard let mean = scores.mean(over: run.trace.rows) else { return 0 }
        let weight = configuration.peakWeight
        // Scores are probabilities; what rounding puts below 0 has no power.
        return powf(max(mean, 0), 1 - weight) * powf(max(group.peakScore, 0), weight) * trust(in: run)
    }

    /// q of one mask: its predicted IoU, 0...1; 1 where that is not used.
    func trust(in run: PromptCascade.Run) -> Float {
        guard configuration.usesPredictedIoU else { return 1 }
        let iou = run.predictedIoU ?? Self.unknownIoU
        return iou.isNaN ? 0 : min(max(iou, 0), 1)
    }

    /// P of one mask, 0...1: the sigmoid of its logits inside of the mask's grown box, 0 beyond.
    ///
    /// What cleaning took away is 0, what it filled is at least 0.5. A mask that SAM did not draw is 1 inside.
    func probability(of run: PromptCascade.Run) -> ScoreRows {
        let mask = run.trace.rows
        let size = mask.size
        let box = mask.boundingBox?.padded(by: configuration.boxPadding, within: size)
        return ScoreRows(size: size) { [logits = run.logits, temperature = configuration.temperature] rows in
            var probability = [Float](repeating: 0, count: size.indices(ofRows: rows).count)
            guard let box, rows.overlaps(box.y0..<box.y1 + 1) else { return probability }
            let part = rows.clamped(to: box.y0..<box.y1 + 1)
            // Above 0 only outside of the mask until the mask's own pixels are set.
            logits?.forEachRow(in: part) { y, row in
                let start = (y - rows.lowerBound) * size.width
                for x in box.x0...box.x1 {
                    probability[start + x] = row[x] > 0 ? 0 : 1 / (1 + expf(-row[x] / temperature))
                }
                mask.forEachRun(ofRow: y) { run in
                    for x in run { probability[start + x] = max(1 / (1 + expf(-row[x] / temperature)), 0.5) }
                }
            }
            if logits == nil {
                for y in part {
                    let start = (y - rows.lowerBound) * size.width
                    mask.forEachRun(ofRow: y) { run in for x in run { probability[start + x] = 1 } }
                }
            }
            return probability
        }
    }

    /// Marks each mask that repeats a stronger one.
    ///
    /// Stronger is the larger c, of equal ones the earlier group.
    func markSuperseded(_ cascades: inout [CascadeTrace]) {
        let order = cascades.indices.sorted {
            let (left, right) = (cascades[$0].confidence, cascades[$1].confidence)
            return left == right ? $0 < $1 : left > right
        }
        for (place, index) in order.enumerated() where !cascades[index].rows.isEmpty {
            cascades[index].supersededBy = order[..<place].first { stronger in
                guard cascades[stronger].supersededBy == nil else { return false }
                let overlap = cascades[index].rows.intersectionOverUnion(with: cascades[stronger].rows) ?? 0
                return Float(overlap) > configuration.overlapMaximum
            }
        }
    }

    /// A.
    ///
    /// - Parameter parts: mask, P and c of every mask that stands.
    func fused(_ scores: ScoreRows, _ parts: [Part]) -> ScoreMap {
        let hasMask = parts.contains { !$0.mask.isEmpty }
        switch configuration.mode {
        case .clip: return scores.map
        case .gate where !hasMask && !isPart: return scores.map
        case .gate: return combined(scores, parts, { $0.inside($1) }) { score, cover, _ in score * cover }
        case .mask: return combined(scores, parts, { $0.inside($1) }) { _, _, raised in raised }
        case .softGate(let floor, let weight):
            // Without a mask nothing says where the defect is not.
            let lowered = (1 - floor) * (parts.map(\.trust).max() ?? 0)
            return combined(scores, parts, { $0.probability.values(ofRows: $1) }) { score, cover, raised in
                (1 - weight) * (score * (1 - lowered * (1 - cover))) + weight * raised
            }
        case .blend(let weight):
            return combined(scores, parts, { $0.probability.values(ofRows: $1) }) { score, _, raised in
                (1 - weight) * score + weight * raised
            }
        }
    }

    /// One mask's share in A.
    struct Part {
        let mask: MaskRows
        let probability: ScoreRows
        let confidence: Float
        /// q, 0...1.
        var trust: Float = 1

        /// Some rows of a map that is 1 inside of the mask and 0 outside.
        func inside(_ rows: Range<Int>) -> [Float] {
            var values = [Float](repeating: 0, count: mask.size.indices(ofRows: rows).count)
            for y in rows {
                let start = (y - rows.lowerBound) * mask.size.width
                mask.forEachRun(ofRow: y) { run in for x in run { values[start + x] = 1 } }
            }
            return values
        }
    }

    /// Strip by strip the scores, joined with the largest of what the parts say, as it is and times their confidence.
    private func combined(
        _ scores: ScoreRows, _ parts: [Part], _ value: (_ part: Part, _ rows: Range<Int>) -> [Float],
        _ rule: (_ score: Float, _ cover: Float, _ raised: Float) -> Float
    ) -> ScoreMap {
        let size = scores.size
        return ScoreMap(
            size: size,
            values: [Float](unsafeUninitializedCapacity: size.pixelCount) { output, initialized in
                for rows in size.strips {
                    var cover = [Float](repeating: 0, count: size.indices(ofRows: rows).count)
                    var raised = cover
                    for part in parts {
                        let values = value(part, rows)
                        for index in cover.indices {
                            cover[index] = max(cover[index], values[index])
                            raised[index] = max(raised[index], part.confidence * values[index])
                        }
                    }
                    let own = scores.values(ofRows: rows)
                    for index in own.indices {
                        output[initialized + index] = rule(own[index], cover[index], raised[index])
                    }
                    initialized += own.count
                }
            })
    }
}
