// The vector of this instruction set, and the few operations on it that every kernel is built from.
// Everything here is internal and always inlined: nothing of it may become a symbol that the linker could share between
// the three compilations of these files.

#if LANES_16
    typealias Lanes = SIMD16<Float>
    typealias IntegerLanes = SIMD16<Int32>
#elseif LANES_8
    typealias Lanes = SIMD8<Float>
    typealias IntegerLanes = SIMD8<Int32>
#else
    typealias Lanes = SIMD4<Float>
    typealias IntegerLanes = SIMD4<Int32>
#endif

typealias Source = UnsafePointer<Float>
typealias Target = UnsafeMutablePointer<Float>

@inline(__always)
func load(_ source: Source) -> Lanes { UnsafeRawPointer(source).loadUnaligned(as: Lanes.self) }

@inline(__always)
func store(_ value: Lanes, _ destination: Target) {
    UnsafeMutableRawPointer(destination).storeBytes(of: value, as: Lanes.self)
}

/// The first `count` elements, the other lanes `filler`.
@inline(__always)
func loadPartial(_ source: Source, _ count: Int, filler: Float) -> Lanes {
    var result = Lanes(repeating: filler)
    for lane in 0..<count { result[lane] = source[lane] }
    return result
}

@inline(__always)
func storePartial(_ value: Lanes, _ destination: Target, _ count: Int) {
    for lane in 0..<count { destination[lane] = value[lane] }
}

// `x * y + z`, in one rounding where the instruction set has it. On baseline x86-64 `addingProduct` would be a library
// call a lane.

#if FUSED_MULTIPLY_ADD
    @inline(__always)
    func multiplyAdd(_ x: Lanes, _ y: Lanes, _ z: Lanes) -> Lanes { z.addingProduct(x, y) }

    @inline(__always)
    func multiplyAdd(_ x: Float, _ y: Float, _ z: Float) -> Float { z.addingProduct(x, y) }
#else
    @inline(__always)
    func multiplyAdd(_ x: Lanes, _ y: Lanes, _ z: Lanes) -> Lanes { z + x * y }

    @inline(__always)
    func multiplyAdd(_ x: Float, _ y: Float, _ z: Float) -> Float { z + x * y }
#endif

// Choices are made on the bits, with masks of all ones or all zeros: the library's comparisons and `replacing(with:where:)`
// go lane by lane, and the compiler then gives up wide vectors.

@inline(__always)
func bits(_ x: Lanes) -> IntegerLanes { unsafeBitCast(x, to: IntegerLanes.self) }

@inline(__always)
func lanes(_ bits: IntegerLanes) -> Lanes { unsafeBitCast(bits, to: Lanes.self) }

/// Ones where the sign bit is set.
@inline(__always)
func signMask(_ x: IntegerLanes) -> IntegerLanes { x &>> IntegerLanes(repeating: 31) }

@inline(__always)
func magnitudeBits(_ x: Lanes) -> IntegerLanes { bits(x) & IntegerLanes(repeating: 0x7FFF_FFFF) }

/// Ones where `x` is NaN: its magnitude's bits lie above those of infinity.
@inline(__always)
func nanMask(_ x: Lanes) -> IntegerLanes { signMask(IntegerLanes(repeating: 0x7F80_0000) &- magnitudeBits(x)) }

@inline(__always)
func select(_ mask: IntegerLanes, _ x: Lanes, _ y: Lanes) -> Lanes {
    lanes((bits(x) & mask) | (bits(y) & ~mask))
}

/// The magnitude's bits, at most those of `limit`; a NaN becomes the limit.
@inline(__always)
func limitedMagnitudeBits(_ x: Lanes, _ limit: Float) -> IntegerLanes {
    limitedBits(lanes(magnitudeBits(x)), limit)
}

/// The same where no sign is set.
@inline(__always)
func limitedBits(_ x: Lanes, _ limit: Float) -> IntegerLanes {
    let excess = bits(x) &- IntegerLanes(repeating: Int32(bitPattern: limit.bitPattern))
    return IntegerLanes(repeating: Int32(bitPattern: limit.bitPattern)) &+ (excess & signMask(excess))
}

/// The greater lane by lane; `y` where one of the two is NaN. The compiler knows this loop: it is one instruction.
@inline(__always)
func greater(_ x: Lanes, _ y: Lanes) -> Lanes {
    var result = x
    for lane in 0..<laneCount { result[lane] = x[lane] > y[lane] ? x[lane] : y[lane] }
    return result
}

/// The lesser lane by lane; `y` where one of the two is NaN.
@inline(__always)
func lesser(_ x: Lanes, _ y: Lanes) -> Lanes {
    var result = x
    for lane in 0..<laneCount { result[lane] = x[lane] < y[lane] ? x[lane] : y[lane] }
    return result
}

/// The sum of all lanes, halves first: the order is fixed for a given lane count.
@inline(__always)
func horizontalSum(_ x: Lanes) -> Float {
    #if LANES_16
        let eight = x.lowHalf + x.highHalf
        let four = eight.lowHalf + eight.highHalf
    #elseif LANES_8
        let four = x.lowHalf + x.highHalf
    #else
        let four = x
    #endif
    let two = four.lowHalf + four.highHalf
    return two[0] + two[1]
}

/// The greatest of all lanes, where none is NaN.
@inline(__always)
func horizontalMaximum(_ x: Lanes) -> Float {
    var four = x
    #if LANES_16
        four = greater(four, Lanes(lowHalf: four.highHalf, highHalf: four.lowHalf))
        let eight = four.lowHalf
        four = greater(four, Lanes(lowHalf: SIMD8(lowHalf: eight.highHalf, highHalf: eight.lowHalf), highHalf: eight))
    #elseif LANES_8
        four = greater(four, Lanes(lowHalf: four.highHalf, highHalf: four.lowHalf))
    #endif
    let left = four[0] > four[1] ? four[0] : four[1]
    let right = four[2] > four[3] ? four[2] : four[3]
    return left > right ? left : right
}
