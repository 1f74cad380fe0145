package import Tensors

extension TrunkConfiguration {
    /// Reads a trunk's sizes off its weights, and takes from their description what shapes do not tell.
    ///
    /// Every shape is checked against the others, so that no size is larger than the file that holds the weights.
    ///
    /// - Parameters:
    ///   - path: where the trunk stands among the weights.
    ///   - described: the lists `strides` and `taps` of the description, nil where it has none.
    ///   - patch: the description's `patch`, nil where it has none.
    package init(
        from weights: some TensorSource, under path: String, described: (strides: [Int]?, taps: [Int]?), patch: Int?
    ) throws(TrunkError) {
        func shape(_ name: String) throws(TrunkError) -> Shape {
            guard let found = weights.shape(of: name) else { throw .missing(name: name) }
            guard found.rank == 4, found.elementCount > 0 else { throw .unexpectedShape(name: name, found: found) }
            return found
        }
        func require(_ name: String, _ expected: Shape) throws(TrunkError) {
            let found = try shape(name)
            guard found == expected else { throw .unexpectedShape(name: name, found: found) }
        }
        guard let patch else { throw .undescribed(fact: "patch") }
        guard let strides = described.strides else { throw .undescribed(fact: "strides") }
        guard let taps = described.taps else { throw .undescribed(fact: "taps") }
        let stem = try shape("\(path).stem.weight")
        try require("\(path).stem.weight", [stem[0], 3, 3, 3])
        self.init(stemChannels: stem[0], blocks: [], taps: taps)
        var inputs = stem[0]
        while weights.shape(of: "\(path).blocks.\(blocks.count).depthwise.weight") != nil {
            let block = "\(path).blocks.\(blocks.count)"
            let depthwise = try shape("\(block).depthwise.weight")
            let (hidden, kernel) = (depthwise[0], depthwise[2])
            try require("\(block).depthwise.weight", [hidden, 1, kernel, kernel])
            if hidden != inputs { try require("\(block).expand.weight", [hidden, inputs, 1, 1]) }
            let channels = try shape("\(block).project.weight")[0]
            try require("\(block).project.weight", [channels, hidden, 1, 1])
            guard blocks.count < strides.count else { break }
            blocks.append(
                Block(hidden: hidden, kernel: kernel, stride: strides[blocks.count], channels: channels))
            inputs = channels
        }
        let next = "\(path).blocks.\(blocks.count).depthwise.weight"
        guard strides.count == blocks.count, weights.shape(of: next) == nil else {
            throw .unusable(fact: "strides", rule: "be as many as the weights have blocks")
        }
        try validate(patch: patch)
    }
}
