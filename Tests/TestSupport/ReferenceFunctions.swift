import Foundation

// The plain twins of the row kernels, in Double: slow and obvious.

public func referenceGELU(_ x: Double) -> Double { x / 2 * erfc(-x / 2.squareRoot()) }

public func referenceSigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

public func referenceQuickGELU(_ x: Double) -> Double { x * referenceSigmoid(Double(Float(1.702)) * x) }

public func referenceSoftmax(_ row: [Double]) -> [Double] {
    guard let greatest = row.max() else { return [] }
    let powers = row.map { exp($0 - greatest) }
    let total = powers.reduce(0, +)
    return powers.map { $0 / total }
}

public func referenceLayerNorm(_ row: [Double], weight: [Double], bias: [Double], epsilon: Double) -> [Double] {
    let mean = row.reduce(0, +) / Double(row.count)
    let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(row.count)
    return row.indices.map { (row[$0] - mean) / (variance + epsilon).squareRoot() * weight[$0] + bias[$0] }
}

/// The value of an IEEE half, field by field.
public func referenceFloat16(_ bits: UInt16) -> Double {
    let sign: Double = bits & 0x8000 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 0x1F)
    let fraction = Double(bits & 0x3FF)
    switch exponent {
    case 0: return sign * fraction * pow(2, -24)
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default: return sign * (1 + fraction / 1024) * pow(2, Double(exponent - 15))
    }
}
