import AnomalyMetrics
import Imaging
import TestSupport
import Testing

@Suite struct MaskAgreementTests {
    @Test("agreement pools the pixels of all pictures")
    func pooled() throws {
        let size = ImageSize(width: 4, height: 1)
        var agreement = MaskAgreement()
        #expect(
            agreement.f1.reason == .nothingMarked && agreement.recall.reason == .noPositives
                && agreement.precision.reason == .nothingMarked)
        try agreement.add(
            mask: Mask(size: size, values: [true, true, false, false]),
            truth: Mask(size: size, values: [true, false, true, false]))
        try agreement.add(mask: Mask(size: size, values: [false, false, false, true]), truth: nil)
        #expect(agreement.truePositives == 1 && agreement.falsePositives == 2 && agreement.falseNegatives == 1)
        #expect(agreement.intersectionOverUnion.value == 0.25 && agreement.f1.value == 0.4)
        #expect(agreement.precision.value == 1.0 / 3 && agreement.recall.value == 0.5)
        let other = ImageSize(width: 1, height: 4)
        #expect(throws: MetricsError.sizesDiffer(map: size, truth: other)) {
            try agreement.add(mask: Mask(size: size), truth: Mask(size: other))
        }
    }
}

@Suite struct BoundaryAgreementTests {
    /// Marked pixels with an unmarked neighbour over an edge, and pairs of them that are near each other, one by one.
    private func counts(_ mask: Mask, _ truth: Mask, reach: Int) -> [Int] {
        func boundary(_ mask: Mask) -> [(Int, Int)] {
            (0..<mask.size.pixelCount).map { ($0 % mask.size.width, $0 / mask.size.width) }.filter { x, y in
                mask[x: x, y: y]
                    && [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)].contains { x, y in
                        (0..<mask.size.width).contains(x) && (0..<mask.size.height).contains(y) && !mask[x: x, y: y]
                    }
            }
        }
        let (own, other) = (boundary(mask), boundary(truth))
        func near(_ place: (Int, Int), _ others: [(Int, Int)]) -> Bool {
            others.contains {
                ($0.0 - place.0) * ($0.0 - place.0) + ($0.1 - place.1) * ($0.1 - place.1) <= reach * reach
            }
        }
        return [own.count, own.count { near($0, other) }, other.count, other.count { near($0, own) }]
    }

    @Test("boundary pixels and those that are met equal a count over all pairs", arguments: 0..<12)
    func definitions(seed: Int) throws {
        let size = ImageSize(width: 9 + seed, height: 14 - seed)
        let chance = uniformNumbers("boundary \(seed)", count: 2 * size.pixelCount)
        let limit: Float = [0.2, 0.9, -0.5][seed % 3]
        let mask = Mask(size: size, values: chance.prefix(size.pixelCount).map { $0 > limit })
        let truth = Mask(size: size, values: chance.suffix(size.pixelCount).map { $0 > 0.7 })
        for reach in [1, 3] {
            let diagonal = Double(size.width * size.width + size.height * size.height).squareRoot()
            var agreement = BoundaryAgreement(tolerance: Double(reach) / diagonal)
            try agreement.add(mask: mask, truth: truth)
            let found = [agreement.found, agreement.foundMet, agreement.expected, agreement.expectedMet]
            #expect(found == counts(mask, truth, reach: reach))
        }
    }

    @Test("a perfect mask has 1, a missing one 0, and nothing at all no measure")
    func extremes() throws {
        let size = ImageSize(width: 6, height: 5)
        let truth = Mask(size: size, values: (0..<30).map { (8...9).contains($0) || (14...15).contains($0) })
        var (perfect, missing, nothing) = (BoundaryAgreement(), BoundaryAgreement(), BoundaryAgreement())
        try perfect.add(mask: truth, truth: truth)
        #expect(perfect.f1.value == 1 && perfect.precision.value == 1 && perfect.recall.value == 1)
        try missing.add(mask: Mask(size: size), truth: truth)
        #expect(missing.f1.value == 0 && missing.precision.reason == .nothingMarked && missing.recall.value == 0)
        try nothing.add(mask: Mask(size: size), truth: nil)
        #expect(nothing.f1.reason == .nothingMarked)
        try nothing.add(mask: truth, truth: nil)
        #expect(nothing.f1.value == 0 && nothing.recall.reason == .noPositives)
        var wide = BoundaryAgreement(tolerance: .infinity)
        try wide.add(mask: truth, truth: truth)
        #expect(wide.f1.value == 1)
        #expect(throws: MetricsError.sizesDiffer(map: size, truth: ImageSize(width: 1, height: 1))) {
            try perfect.add(mask: truth, truth: Mask(size: ImageSize(width: 1, height: 1)))
        }
    }
}
