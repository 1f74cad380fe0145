package import ImageCodecs
package import Imaging

/// What the report keeps of one picture: itself, its truth, maps and mask, all of them reduced, and how the mask came about.
///
/// Pictures are base64 of files that a browser reads. Everything but the picture itself has the raster of the maps.
package struct GalleryPicture: Encodable {
    /// A part of the mask that holds no anomalous pixel.
    package struct FalseRegion: Encodable {
        var box: ImageBox
        /// Pixels of the picture.
        var area: Int
        /// The largest score in it.
        var highest: Float
    }

    /// A group of points, with the mask of each stage beside what the record of the group says.
    package struct Group: Encodable {
        private enum Key: String, CodingKey { case masks }

        /// Of `GroupRecord`'s form: the page reads `points`, `stages`, `outcome`, `confidence` and `supersededByGroup`.
        private let record: any Encodable
        private let masks: [String]

        /// - Parameters:
        ///   - record: what results say of the group, a JSON object.
        ///   - masks: of each stage the chosen mask, over the whole picture at any size.
        /// - Throws: `ImageCodecError` for a mask that cannot be encoded.
        package init(_ record: any Encodable, masks: [Mask]) throws(ImageCodecError) {
            self.record = record
            self.masks = try masks.map { mask throws(ImageCodecError) in try EmbeddedFile.png(of: GreyImage(mask)) }
        }

        package func encode(to encoder: any Encoder) throws {
            try record.encode(to: encoder)
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(masks, forKey: .masks)
        }
    }

    struct Method: Encodable {
        var omission: String?
        var groups: [Group]
    }

    /// A map in grey levels.
    struct LevelMap: Encodable {
        var variant: String
        /// The score of level 0.
        var low: Float
        /// The score of level 255.
        var high: Float
        var png: String
    }

    /// Pixels of the longer side of maps and masks.
    package static let mapSide = 288
    /// Pixels of the longer side of the picture.
    package static let photoSide = 448
    /// No more maps than these are kept: the first ones, and the last.
    package static let mapLimit = 4

    let size: ImageSize
    let photo: String
    let truth: String?
    let mask: String?
    let maps: [LevelMap]
    let falseRegions: [FalseRegion]
    private(set) var method: Method?

    /// - Parameters:
    ///   - image: the picture.
    ///   - truth: its anomalous pixels; nil where there are none.
    ///   - maps: of each variant, the whole method last.
    ///   - mask: the final one; nil where there is none.
    /// - Throws: `ImageCodecError` for what cannot be encoded.
    /// - Precondition: all have the picture's size, which is not empty.
    package init(
        _ image: Image, truth: Mask?, maps: [(variant: String, map: ScoreMap)], mask: Mask?
    ) throws(ImageCodecError) {
        size = image.size
        let shown = image.size.within(Self.photoSide)
        photo = try EmbeddedFile.photo(shown == image.size ? image : image.resized(to: shown, filter: .bilinear))
        let raster = image.size.within(Self.mapSide)
        func embedded(_ mask: Mask?) throws(ImageCodecError) -> String? {
            guard let mask else { return nil }
            return try EmbeddedFile.png(of: mask.covering(raster))
        }
        self.truth = try embedded(truth)
        self.mask = try embedded(mask)
        let kept = maps.prefix(Self.mapLimit - 1) + maps.dropFirst(Self.mapLimit - 1).suffix(1)
        self.maps = try kept.map { entry throws(ImageCodecError) in
            try LevelMap(entry.map, of: entry.variant, raster: raster)
        }
        falseRegions = mask.map { Self.falseRegions(of: $0, truth: truth, map: maps.last?.map) } ?? []
    }

    /// Adds how the final mask came about.
    ///
    /// - Parameter omission: why there are no groups, as results name it.
    package mutating func add(groups: [Group], omission: String?) {
        method = Method(omission: omission, groups: groups)
    }

    private static func falseRegions(of mask: Mask, truth: Mask?, map: ScoreMap?) -> [FalseRegion] {
        let found = ConnectedComponents.label(mask)
        let width = mask.size.width
        var isTrue = [Bool](repeating: false, count: found.components.count)
        var highest = [Float](repeating: -.greatestFiniteMagnitude, count: found.components.count)
        for y in 0..<mask.size.height {
            found.forEachRun(ofRow: y) { run, label in
                let pixels = width * y + run.lowerBound..<width * y + run.upperBound
                let index = Int(label) - 1
                if let truth, truth.values[pixels].contains(true) { isTrue[index] = true }
                if let map, let peak = map.values[pixels].max() { highest[index] = max(highest[index], peak) }
            }
        }
        return zip(found.components, zip(isTrue, highest)).filter { !$0.1.0 }.map { component, scores in
            FalseRegion(box: component.box, area: component.area, highest: map == nil ? 0 : scores.1)
        }
    }
}

extension GalleryPicture.LevelMap {
    fileprivate init(_ map: ScoreMap, of variant: String, raster: ImageSize) throws(ImageCodecError) {
        let most = Float.greatestFiniteMagnitude
        let range = map.range ?? 0...0
        self.variant = variant
        low = min(max(range.lowerBound, -most), most)
        high = min(max(range.upperBound, -most), most)
        let (start, extent) = (Double(low), Double(high) - Double(low))
        let levels = map.values.map { score -> UInt8 in
            // A comparison with NaN is false.
            let share = extent > 0 ? (Double(score) - start) / extent : 0
            return share > 0 ? UInt8((min(share, 1) * 255).rounded()) : 0
        }
        png = try EmbeddedFile.png(of: GreyImage(size: map.size, values: levels).reduced(to: raster))
    }
}

extension Mask {
    /// On a smaller raster; a pixel is marked where a third of what it covers is, so that thin defects stay.
    fileprivate func covering(_ raster: ImageSize) -> GreyImage {
        if raster == size { return GreyImage(self) }
        return GreyImage(GreyImage(self).reduced(to: raster).mask(atLeast: 85))
    }
}

extension GreyImage {
    fileprivate func reduced(to raster: ImageSize) -> GreyImage {
        raster == size ? self : resized(to: raster, filter: .bilinear)
    }
}
