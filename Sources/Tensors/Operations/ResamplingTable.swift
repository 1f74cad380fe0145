/// For every output place of one axis: where its taps start, how many they are, and their weights.
struct ResamplingTable {
    var first: [Int32] = []
    var lengths: [Int32] = []
    /// `taps` weights an output place, those beyond its length 0.
    var weights: [Float] = []
    var taps = 0

    enum Filter {
        case bilinear(alignCorners: Bool)
        case bicubic
    }

    /// As `torch.nn.functional.interpolate` places and weighs them, in Float32 as it does.
    ///
    /// Without antialiasing the filter keeps its width: two taps, or four with a = -0.75. With it the filter is widened
    /// when the axis shrinks, its weights are normalised, and bicubic uses a = -0.5.
    ///
    /// - Parameter places: which of the output places are wanted.
    init(from input: Int, to output: Int, places: Range<Int>, filter: Filter, antialias: Bool) {
        var scale = Float(input) / Float(output)
        if case .bilinear(alignCorners: true) = filter {
            scale = output > 1 ? Float(input - 1) / Float(output - 1) : 0
        }
        if antialias {
            let rows = places.map { ResamplingTable.widened($0, scale, input, filter) }
            taps = rows.reduce(0) { max($0, $1.1.count) }
            for (first, weights) in rows { append(first, weights) }
            return
        }
        switch filter {
        case .bilinear(let alignCorners):
            taps = 2
            for place in places { appendBilinear(place, scale, input, alignCorners: alignCorners) }
        case .bicubic:
            taps = 4
            for place in places { appendBicubic(place, scale, input) }
        }
    }

    private mutating func append(_ first: Int, _ weights: [Float]) {
        self.first.append(Int32(first))
        lengths.append(Int32(weights.count))
        self.weights += weights
        for _ in weights.count..<taps { self.weights.append(0) }
    }

    private mutating func appendBilinear(_ place: Int, _ scale: Float, _ input: Int, alignCorners: Bool) {
        let position = alignCorners ? Float(place) * scale : max(0, (Float(place) + 0.5) * scale - 0.5)
        let lower = min(Int(position), input - 1)
        let fraction = min(max(position - Float(lower), 0), 1)
        let isInside = lower + 1 < input
        // No array for each place: a mask is enlarged to thousands of them.
        first.append(Int32(lower))
        lengths.append(isInside ? 2 : 1)
        weights.append(isInside ? 1 - fraction : 1)
        weights.append(isInside ? fraction : 0)
    }

    private mutating func appendBicubic(_ place: Int, _ scale: Float, _ input: Int) {
        let position = (Float(place) + 0.5) * scale - 0.5
        let lower = position.rounded(.down)
        let fraction = position - lower
        // Taps beyond the edge repeat the edge: their weights are added to it.
        let indices = (-1...2).map { min(max(Int(lower) + $0, 0), input - 1) }
        var weights = [Float](repeating: 0, count: indices[3] - indices[0] + 1)
        for (tap, index) in indices.enumerated() {
            weights[index - indices[0]] += ResamplingTable.cubic(Float(tap) - 1 - fraction, -0.75)
        }
        append(indices[0], weights)
    }

    private static func widened(_ place: Int, _ scale: Float, _ input: Int, _ filter: Filter) -> (Int, [Float]) {
        let halfWidth: Float
        switch filter {
        case .bilinear: halfWidth = 1
        case .bicubic: halfWidth = 2
        }
        let support = scale >= 1 ? halfWidth * scale : halfWidth
        let inverse = scale >= 1 ? 1 / scale : 1
        let centre = scale * (Float(place) + 0.5)
        let start = max(Int(centre - support + 0.5), 0)
        let end = min(Int(centre + support + 0.5), input)
        var weights: [Float] = []
        var total: Float = 0
        for tap in start..<max(start, end) {
            let distance = (Float(tap) - centre + 0.5) * inverse
            let weight: Float
            switch filter {
            case .bilinear: weight = max(0, 1 - abs(distance))
            case .bicubic: weight = cubic(distance, -0.5)
            }
            weights.append(weight)
            total += weight
        }
        if weights.isEmpty { return (min(start, input - 1), [0]) }
        return (start, total == 0 ? weights : weights.map { $0 / total })
    }

    /// Keys' cubic convolution kernel with parameter a.
    private static func cubic(_ distance: Float, _ a: Float) -> Float {
        let x = abs(distance)
        if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
        if x < 2 { return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a }
        return 0
    }
}
