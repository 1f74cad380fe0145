import Foundation
public import Tensors

/// How far two lists of numbers lie apart, with the worst place by name.
public struct TensorDifference: CustomStringConvertible, Sendable {
    /// What differs so much that no distance says it: shapes, or NaN and infinities in different places.
    public var structural: String?
    public var worstIndex = 0
    public var actual = 0.0, expected = 0.0
    /// The largest distance of two elements.
    public var absolute = 0.0
    /// The largest magnitude expected.
    public var largest = 0.0
    /// The largest distance divided by that place's allowed error, where bounds were given.
    public var worstShareOfBound = 0.0

    /// The largest distance over the largest magnitude.
    public var relative: Double { structural != nil ? .infinity : (largest == 0 ? absolute : absolute / largest) }

    /// The largest distance in units of the last place of the expected value there.
    public var ulps: Double { absolute / Double(max(Float(abs(expected)), Float.leastNormalMagnitude).ulp) }

    /// Whether every element lies within its bound.
    public var isWithinBounds: Bool { structural == nil && worstShareOfBound <= 1 }

    public var description: String {
        if let structural { return structural }
        return "worst at \(worstIndex): \(actual), expected \(expected); distance \(absolute) = \(ulps) ulp, "
            + "\(relative) of the largest magnitude, \(worstShareOfBound) of the bound"
    }
}

/// Compares element by element; `bound` gives the allowed distance at each index, if there is one.
public func compare(
    _ actual: [Float], _ expected: [Double], bound: ((Int) -> Double)? = nil
) -> TensorDifference {
    var difference = TensorDifference()
    guard actual.count == expected.count else {
        difference.structural = "\(actual.count) elements, expected \(expected.count)"
        return difference
    }
    for (index, (left, right)) in zip(actual, expected).enumerated() {
        let left = Double(left)
        if left.isNaN && right.isNaN || left == right
            || (left.isInfinite && Float(right).isInfinite) && left * right > 0
        {
            if right.isFinite { difference.largest = max(difference.largest, abs(right)) }
            continue
        }
        guard left.isFinite && right.isFinite else {
            difference.structural = "at \(index): \(left), expected \(right)"
            return difference
        }
        let distance = abs(left - right)
        difference.largest = max(difference.largest, abs(right))
        if let bound {
            let share = distance / bound(index)
            // A bound that is NaN allows nothing.
            difference.worstShareOfBound = share.isNaN ? .infinity : max(difference.worstShareOfBound, share)
        }
        if distance > difference.absolute {
            difference.absolute = distance
            difference.worstIndex = index
            difference.actual = left
            difference.expected = right
        }
    }
    return difference
}

/// Compares two tensors, shapes first.
public func compare(_ actual: Tensor, _ expected: Tensor) -> TensorDifference {
    guard actual.shape == expected.shape else {
        var difference = TensorDifference()
        difference.structural = "shape \(actual.shape), expected \(expected.shape)"
        return difference
    }
    return compare(actual.values, expected.values.map(Double.init))
}

/// Whether two tensors hold the same bits under the same shape.
public func isIdentical(_ left: Tensor, _ right: Tensor) -> Bool {
    guard left.shape == right.shape else { return false }
    return left.withUnsafeBufferPointer { left in
        right.withUnsafeBufferPointer { right in
            guard let first = left.baseAddress, let second = right.baseAddress else { return true }
            return memcmp(first, second, left.count * MemoryLayout<Float>.stride) == 0
        }
    }
}

extension Float {
    /// Half the distance of 1 to the next number: the largest relative error of one rounding.
    public static let unitRoundoff = 0x1p-24
}
