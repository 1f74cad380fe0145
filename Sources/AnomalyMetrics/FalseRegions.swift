import Imaging

/// At which scores false regions of a picture appear and vanish.
///
/// The regions at a threshold are the connected parts, over edges and corners, of the pixels whose score is at least the
/// threshold. One without any anomalous pixel is false. As the threshold sinks, a false region appears at each peak, and
/// vanishes where it meets another region.
struct FalseRegions {
    /// By how much the number of false regions grows at each key, from the highest on; keys without change are left out.
    private(set) var changes: [(key: UInt32, growth: Int)] = []

    /// - Parameters:
    ///   - keys: of all pixels, row-major.
    ///   - truth: in the same raster; nil where nothing is anomalous.
    init(keys: [UInt32], size: ImageSize, truth: Mask?) {
        var forest = PixelForest(size: size)
        var growth = 0
        var level: UInt32?
        for pixel in Self.descending(keys) {
            let key = keys[Int(pixel)]
            if key != level {
                if let level, growth != 0 { changes.append((level, growth)) }
                level = key
                growth = 0
            }
            growth += forest.add(Int(pixel), isTrue: truth?.values[Int(pixel)] ?? false)
        }
        if let level, growth != 0 { changes.append((level, growth)) }
    }

    /// The places of the keys, from the highest key on, equal keys in their order.
    private static func descending(_ keys: [UInt32]) -> [UInt32] {
        var entries = keys.indices.map { UInt64(~keys[$0]) << 32 | UInt64($0) }
        var others = [UInt64](repeating: 0, count: entries.count)
        for shift in [32, 43, 54] as [UInt64] {
            var places = [Int](repeating: 0, count: 2049)
            entries.withUnsafeBufferPointer { entries in
                places.withUnsafeMutableBufferPointer { places in
                    for entry in entries { places[Int(entry >> shift & 2047) + 1] += 1 }
                    for digit in 1...2048 { places[digit] += places[digit - 1] }
                    others.withUnsafeMutableBufferPointer { others in
                        for entry in entries {
                            let digit = Int(entry >> shift & 2047)
                            others[places[digit]] = entry
                            places[digit] += 1
                        }
                    }
                }
            }
            swap(&entries, &others)
        }
        return entries.map { UInt32(truncatingIfNeeded: $0) }
    }
}

/// Pixels joined to regions one after the other.
private struct PixelForest {
    private static let none: Int32 = -1
    private let width: Int
    private let steps: [Int]
    /// The raster with a margin of one pixel, so that every pixel has eight neighbours; `none` where nothing was added.
    private var parents: [Int32]
    /// For a root, whether its region holds an anomalous pixel.
    private var areTrue: [Bool]

    init(size: ImageSize) {
        width = size.width
        let stride = size.width + 2
        steps = [-stride - 1, -stride, -stride + 1, -1, 1, stride - 1, stride, stride + 1]
        parents = [Int32](repeating: Self.none, count: stride * (size.height + 2))
        areTrue = [Bool](repeating: false, count: parents.count)
    }

    /// Returns by how much the number of false regions grows.
    @inline(__always)
    mutating func add(_ pixel: Int, isTrue: Bool) -> Int {
        let place = (pixel / width + 1) * (width + 2) + pixel % width + 1
        return parents.withUnsafeMutableBufferPointer { parents in
            areTrue.withUnsafeMutableBufferPointer { areTrue in
                var growth = isTrue ? 0 : 1
                parents[place] = Int32(place)
                areTrue[place] = isTrue
                var root = place
                for step in steps where parents[place + step] != Self.none {
                    let other = Self.root(of: place + step, parents)
                    if other == root { continue }
                    if !(areTrue[root] && areTrue[other]) { growth -= 1 }
                    // Older roots stay, which keeps the way to them short.
                    parents[root] = Int32(other)
                    areTrue[other] = areTrue[other] || areTrue[root]
                    root = other
                }
                return growth
            }
        }
    }

    @inline(__always)
    private static func root(of place: Int, _ parents: UnsafeMutableBufferPointer<Int32>) -> Int {
        var place = place
        while Int(parents[place]) != place {
            parents[place] = parents[Int(parents[place])]
            place = Int(parents[place])
        }
        return place
    }
}
