package import Tensors

extension Trunk {
    /// What the trunk hands over for this many pictures and patches, in the order of the computation: each convolution's
    /// result behind its activation, as planes. The empty name is the trunk's result.
    package func activations(batch: Int, gridHeight: Int, gridWidth: Int) -> [NamedShape] {
        var (height, columns) = (stem.results(gridHeight * patch), stem.results(gridWidth * patch))
        func planes(_ name: String, _ channels: Int) -> NamedShape {
            NamedShape(name, [batch, channels, height, columns])
        }
        var found = [planes("stem", stem.weight.outputs)]
        for (index, block) in blocks.enumerated() {
            let path = "blocks.\(index)"
            let hidden = block.depthwise.weight.shape[1]
            if block.expand != nil { found.append(planes("\(path).expand", hidden)) }
            (height, columns) = (block.depthwise.results(height), block.depthwise.results(columns))
            let channels = block.project.weight.shape[0]
            found += [
                planes("\(path).depthwise", hidden), planes("\(path).project", channels), planes(path, channels),
            ]
            for (number, lateral) in laterals.enumerated() where lateral.tap == index {
                found.append(
                    NamedShape(
                        "laterals.\(number)", [batch, width, height / lateral.side, columns / lateral.side]))
            }
        }
        return found + [NamedShape("", [batch, width, gridHeight, gridWidth])]
    }

    /// The trunk for observers: `[batch, 3, height, columns]` to `[batch, width, height / patch, columns / patch]`. The
    /// ordinary one where nothing in it is asked for.
    package func callAsFunction(_ pixels: Tensor, taps: ActivationTaps) -> Tensor {
        guard taps.asksBelow() else { return taps("", planes(pixels)) }
        let grid = (height: pixels.shape[2] / patch, width: pixels.shape[3] / patch)
        var maps = (0..<pixels.shape[0]).map { first(pixels.element($0)) }
        maps = taps.planes("stem", maps)
        var sums: [Tensor?] = maps.map { _ in nil }
        for (index, block) in blocks.enumerated() {
            maps = block(maps, taps: taps.child("blocks").child(index))
            for (number, lateral) in laterals.enumerated() where lateral.tap == index {
                let projected = taps.child("laterals").planes(
                    String(number), maps.map { lateral.linear(lateral.patches(of: $0)) })
                sums = zip(sums, projected).map { sum, map in lateral.placed(map, grid: grid, adding: sum) }
            }
        }
        return taps("", Tensor.stacked(sums.compactMap { $0 }).permuted([0, 3, 1, 2]))
    }
}

extension InvertedResidual {
    /// The block for observers, one map `[rows, columns, channels]` for each picture. The ordinary one where nothing in it
    /// is asked for.
    func callAsFunction(_ maps: [Tensor], taps: ActivationTaps) -> [Tensor] {
        guard taps.asksBelow() else { return taps.planes("", maps.map { self($0) }) }
        var inner = maps
        if let expand { inner = taps.planes("expand", maps.map { expand($0, activation: .relu6) }) }
        inner = taps.planes("depthwise", inner.map { depthwise($0, activation: .relu6) })
        inner = taps.planes("project", inner.map { project($0) })
        return taps.planes("", adds ? zip(inner, maps).map { $0 + $1 } : inner)
    }
}

extension ActivationTaps {
    /// Hands over the maps of a batch, each `[rows, columns, channels]`; observers see `[batch, channels, rows, columns]`.
    fileprivate func planes(_ name: String, _ maps: [Tensor]) -> [Tensor] {
        guard asks(name) else { return maps }
        let planes = self(name, Tensor.stacked(maps).permuted([0, 3, 1, 2])).permuted([0, 2, 3, 1])
        return maps.indices.map { planes.element($0) }
    }
}
