import TestSupport
import Testing

@testable import Imaging

@Suite struct GaussianBlurTests {
    @Test("blurring equals scipy's gaussian_filter, also where the kernel is longer than the map")
    func scipy() throws {
        let fixture = try ByteFixture("Imaging/filters")
        let names = fixture.entries.keys.filter { $0.hasPrefix("blur_") }
        #expect(names.count == 6)
        for name in names {
            let parts = name.split(separator: "_")
            let expected = try fixture[name]
            let size = ImageSize(width: expected.shape[1], height: expected.shape[0])
            let map = ScoreMap(size: size, values: uniformNumbers("blur \(parts[1])", count: size.pixelCount))
            let sigma = try #require(Double(parts[2]))
            let truncation = try #require(Double(parts[3]))
            let blurred = GaussianBlur(sigma: sigma, truncation: truncation).applied(to: map)
            // Both sum in Double and round to Float between the passes and after them; a last bit may differ in each.
            for (index, (own, other)) in zip(blurred.values, expected.floats).enumerated() {
                #expect(abs(own - other) <= 2 * Float.ulpOfOne, "\(name) at \(index): \(own), \(other)")
            }
        }
    }

    @Test("blurring keeps the sum of the map, whatever its size")
    func sum() {
        for (width, height) in [(1, 1), (2, 5), (30, 20)] {
            let size = ImageSize(width: width, height: height)
            let map = ScoreMap(size: size, values: uniformNumbers("sum", count: size.pixelCount))
            let before = map.values.reduce(0.0) { $0 + Double($1) }
            let after = GaussianBlur(sigma: 3).applied(to: map).values.reduce(0.0) { $0 + Double($1) }
            #expect(abs(before - after) < 1e-6 * Double(size.pixelCount))
        }
    }

    @Test("a sigma of zero changes nothing")
    func zero() {
        let map = ScoreMap(size: ImageSize(width: 3, height: 2), values: [1, 2, 3, 4, 5, 6])
        #expect(GaussianBlur(sigma: 0).applied(to: map) == map)
    }
}

@Suite struct MaskMorphologyTests {
    private func generated(_ name: String, _ size: ImageSize, where holds: (Float) -> Bool) -> Mask {
        Mask(size: size, values: uniformNumbers(name, count: size.pixelCount).map(holds))
    }

    @Test("growing by a disc equals OpenCV's dilation", arguments: [1, 3, 5, 7, 15, 25, 35])
    func dilation(diameter: Int) throws {
        let expected = try ByteFixture("Imaging/filters")["dilate_\(diameter)"]
        let mask = generated("dilate \(diameter)", ImageSize(width: 53, height: 41)) { $0 > 0.99 }
        #expect(mask.dilated(ellipse: diameter).values == expected.bytes.map { $0 != 0 })
    }

    @Test("an even diameter is a caller's error")
    func evenDiameter() async {
        await #expect(processExitsWith: .failure) {
            _ = Mask(size: ImageSize(width: 2, height: 2)).dilated(ellipse: 4)
        }
    }

    @Test("filling holes equals scipy's binary_fill_holes")
    func holes() throws {
        let expected = try ByteFixture("Imaging/filters")["holes"]
        let mask = generated("holes", ImageSize(width: 40, height: 33)) { Double($0) < 0.2 }
        #expect(mask.holesFilled().values == expected.bytes.map { $0 != 0 })
    }

    @Test("only holes below the limit are filled, and none that reach the border")
    func smallHoles() {
        let mask = picture(
            """
            #######.
            #.##..#.
            #######.
            #.......
            """)
        #expect(
            mask.holesFilled(smallerThan: 2)
                == picture(
                    """
                    #######.
                    ####..#.
                    #######.
                    #.......
                    """))
    }
}

@Suite struct ConnectedComponentsTests {
    @Test("regions are scipy's, numbered in the order of a scan by rows")
    func scipy() throws {
        let fixture = try ByteFixture("Imaging/filters")
        for (connectivity, number) in [(Connectivity.four, 4), (.eight, 8)] {
            for share in [0.3, 0.45, 0.6] {
                let expected = try fixture["label_\(number)_\(share)"]
                let size = ImageSize(width: 40, height: 33)
                let mask = Mask(
                    size: size,
                    values: uniformNumbers("label \(share)", count: size.pixelCount).map { $0 < Float(share * 2 - 1) })
                let found = ConnectedComponents.label(mask, connectivity: connectivity)
                #expect(found.labels == expected.int32s)
                #expect(found.components.map(\.area).reduce(0, +) == mask.area)
            }
        }
    }

    @Test("area, box and border are those of each region")
    func properties() {
        let regions = ConnectedComponents.label(
            picture(
                """
                .....
                .##..
                .#...
                ....#
                """))
        #expect(
            regions.components == [
                .init(label: 1, area: 3, box: ImageBox(x0: 1, y0: 1, x1: 2, y1: 2), touchesBorder: false),
                .init(label: 2, area: 1, box: ImageBox(x0: 4, y0: 3, x1: 4, y1: 3), touchesBorder: true),
            ])
        #expect(regions.mask(of: 2)[x: 4, y: 3] && regions.mask(of: 2).area == 1)
        #expect(regions.mask { $0.area > 1 }.boundingBox == ImageBox(x0: 1, y0: 1, x1: 2, y1: 2))
    }

    @Test("an empty mask has no region and no box")
    func empty() {
        let mask = Mask(size: ImageSize(width: 3, height: 3))
        #expect(ConnectedComponents.label(mask).components.isEmpty)
        #expect(mask.boundingBox == nil && mask.isEmpty && mask.area == 0)
        #expect(mask.intersectionOverUnion(with: mask) == nil)
    }
}

/// A mask from rows of text: `#` holds.
private func picture(_ text: String) -> Mask {
    let rows = text.split(separator: "\n")
    return Mask(
        size: ImageSize(width: rows.first?.count ?? 0, height: rows.count),
        values: rows.flatMap { $0.map { $0 == "#" } })
}
