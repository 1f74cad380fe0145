import Imaging
import Testing

@testable import AnomalySegmentation

@Suite("Regions of the extreme region")
struct AnomalyRegionsTests {
    /// Three regions: 4 px with peak 0.8, 1 px with peak 1, 3 px with peak 0.5.
    private let map = Scene.map(12, 5) { x, y in
        if y == 1 && (1...4).contains(x) { return x == 3 ? 0.8 : 0.7 }
        if y == 3 && x == 6 { return 1 }
        if y == 1 && (8...10).contains(x) { return 0.5 }
        return 0.1
    }

    private func regions(_ change: (inout PointPromptConfiguration) -> Void) throws -> AnomalyRegions {
        try AnomalyRegions(Scene.heat(map), threshold: 0.4, PointPromptConfiguration(change))
    }

    @Test("regions come strongest first")
    func order() throws {
        let found = try regions {
            $0.minimumRegionArea = 0
            $0.groupRelativeMinimum = 0
        }
        #expect(found.kept.map(\.peak) == [1, 0.8, 0.5])
        #expect(found.kept.map(\.mask.area) == [1, 4, 3])
        #expect(found.kept[1].firstPeak == 12 + 3)
        #expect(found.rejected.isEmpty)
    }

    @Test("small, weak and surplus regions are set aside with the reason")
    func rejected() throws {
        let small = try regions {
            $0.minimumRegionArea = 2
            $0.groupRelativeMinimum = 0
        }
        #expect(small.kept.map(\.peak) == [0.8, 0.5] && small.rejected.map(\.reason) == [.small])
        let weak = try regions {
            $0.minimumRegionArea = 0
            $0.groupRelativeMinimum = 0.6
        }
        #expect(weak.kept.map(\.peak) == [1, 0.8] && weak.rejected.map(\.reason) == [.weak])
        let limited = try regions {
            $0.grouping = .perComponent(limit: 1)
            $0.minimumRegionArea = 0
            $0.groupRelativeMinimum = 0
        }
        #expect(limited.kept.map(\.peak) == [1])
        #expect(limited.rejected.map(\.reason) == [.beyondLimit, .beyondLimit])
    }

    @Test("where every region is small the strongest stands")
    func allSmall() throws {
        let found = try regions { $0.minimumRegionArea = 100 }
        #expect(found.kept.map(\.peak) == [1] && found.rejected.count == 2)
    }

    @Test("one joint group holds all pixels of the kept regions")
    func joint() throws {
        let found = try regions {
            $0.grouping = .joint
            $0.minimumRegionArea = 2
            $0.groupRelativeMinimum = 0
        }
        #expect(found.kept.count == 1)
        #expect(found.kept[0].mask.area == 7 && found.kept[0].peak == 0.8)
        #expect(found.extreme.area == 8)
    }

    @Test("equal peaks go by the order of the rows")
    func ties() throws {
        let twins = try Scene.heat(Scene.map(7, 3) { x, y in x == 5 && y == 0 || x == 1 && y == 2 ? 1 : 0 })
        let found = AnomalyRegions(twins, threshold: 0.5, PointPromptConfiguration { $0.minimumRegionArea = 0 })
        #expect(found.kept.map(\.firstPeak) == [5, 15])
    }
}
