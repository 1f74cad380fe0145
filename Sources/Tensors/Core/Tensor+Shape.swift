extension Tensor {
    /// The same elements under another shape, without a copy. One dimension may be -1: it takes what is left.
    public func reshaped(to dimensions: [Int]) -> Tensor {
        var resolved = dimensions
        if let free = dimensions.firstIndex(of: -1) {
            resolved[free] = 1
            let rest = resolved.reduce(1, *)
            require(
                rest > 0 && count % rest == 0 && !dimensions[(free + 1)...].contains(-1), "reshaped",
                "shape \(shape) does not fit \(dimensions)")
            resolved[free] = count / rest
        }
        let target = Shape(resolved)
        require(target.elementCount == count, "reshaped", "shape \(shape) does not fit \(dimensions)")
        return viewed(as: target)
    }

    /// The same elements under another shape, without a copy.
    public func reshaped(to shape: Shape) -> Tensor { reshaped(to: shape.dimensions) }

    /// One axis, without a copy.
    public func flattened() -> Tensor { viewed(as: [count]) }

    /// Without an axis of extent 1; no copy.
    public func squeezed(axis: Int) -> Tensor {
        let axis = shape.resolved(axis: axis)
        require(shape[axis] == 1, "squeezed", "axis \(axis) of shape \(shape) is not 1")
        return viewed(as: shape.removing(axis: axis))
    }

    /// With a new axis of extent 1 before `axis` (up to the rank; negative counts from the end of the result); no copy.
    public func expanded(axis: Int) -> Tensor {
        let place = axis < 0 ? axis + shape.rank + 1 : axis
        require(place >= 0 && place <= shape.rank, "expanded", "no place \(axis) in shape \(shape)")
        var dimensions = shape.dimensions
        dimensions.insert(1, at: place)
        return viewed(as: Shape(dimensions))
    }

    /// Some of the first axis, sharing the memory.
    public func slice(_ range: Range<Int>) -> Tensor {
        require(shape.rank > 0, "slice", "a single value has no axis")
        require(range.lowerBound >= 0 && range.upperBound <= shape[0], "slice", "\(range) outside shape \(shape)")
        let row = shape.removing(axis: 0).elementCount
        return viewed(as: shape.replacing(axis: 0, with: range.count), elementOffset: range.lowerBound * row)
    }

    /// One element of the first axis, which is dropped; shares the memory.
    public func element(_ index: Int) -> Tensor { slice(index..<(index + 1)).squeezed(axis: 0) }
}
