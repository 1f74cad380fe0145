import CByteProducts
import KernelInterface

// Float32 to bfloat16, which is its upper half: to the nearest, to the even one of two that are equally near.

extension BFloat16Kernels {
    /// A row as bfloat16 numbers. `out` has room for `count` numbers, rounded up to a multiple of 16, all of which are
    /// written; those behind the row are 0.
    static func narrowRow(_ out: UnsafeMutableRawPointer, _ source: Source, count: Int) {
        writeRounded(out, source, count, isNarrow: true)
    }

    /// The same in the form that products take: where the processor has no products of bfloat16, each number is a Float32.
    static func roundRow(_ out: UnsafeMutableRawPointer, _ source: Source, count: Int) {
        writeRounded(out, source, count, isNarrow: numberBytes == 2)
    }
}

@inline(__always)
private func writeRounded(_ out: UnsafeMutableRawPointer, _ source: Source, _ count: Int, isNarrow: Bool) {
    let whole = count / laneCount * laneCount
    var index = 0
    while index < whole {
        storeRounded(out, at: index, load(source + index), isNarrow)
        index += laneCount
    }
    var tail = loadPartial(source + whole, count - whole, filler: 0)
    while index < (count + 15) / 16 * 16 {
        storeRounded(out, at: index, tail, isNarrow)
        tail = Lanes.zero
        index += laneCount
    }
}

@inline(__always)
private func storeRounded(_ out: UnsafeMutableRawPointer, at index: Int, _ x: Lanes, _ isNarrow: Bool) {
    let rounded = roundedBits(x)
    if isNarrow {
        cbyte_store_halves(out + 2 * index, rounded &>> IntegerLanes(repeating: 16))
    } else {
        (out + 4 * index).storeBytes(of: rounded, as: IntegerLanes.self)
    }
}

/// The bits of the nearest Float32 that is a bfloat16 number.
///
/// If its magnitude is below 2^-56, it counts as 0. Products of others, and sums of such products, are multiples of 2^-126, so
/// none of them is denormal: the processor's products of bfloat16 would take it for 0.
@inline(__always)
private func roundedBits(_ x: Lanes) -> IntegerLanes {
    let bits = bits(x)
    let odd = (bits &>> IntegerLanes(repeating: 16)) & IntegerLanes(repeating: 1)
    let rounded = (bits &+ IntegerLanes(repeating: 0x7FFF) &+ odd) & IntegerLanes(repeating: -65_536)
    let tiny = signMask(
        magnitudeBits(lanes(rounded)) &- IntegerLanes(repeating: Int32(bitPattern: Float(0x1p-56).bitPattern)))
    // One of its bits keeps a number that is none from becoming an infinite one.
    return (rounded & ~tiny) | (nanMask(x) & IntegerLanes(repeating: 0x7FC0_0000))
}
