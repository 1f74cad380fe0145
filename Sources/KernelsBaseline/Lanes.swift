// The vector of this instruction set, and the few operations on it that every kernel is built from.
// Everything here is internal and always inlined: nothing of it may become a symbol that the linker could share between
// the three compilations of these files.

#if LANES_16
    typealias Lanes = SIMD16<Float>
    typealias IntegerLanes = SIMD16<Int32>
    public let laneCount = 16
#elseif LANES_8
    typealias Lanes = SIMD8<Float>
    typealias IntegerLanes = SIMD8<Int32>
    public let laneCount = 8
#else
    typealias Lanes = SIMD4<Float>
    typealias IntegerLanes = SIMD4<Int32>
    public let laneCount = 4
#endif

typealias Source = UnsafePointer<Float>
typealias Destination = UnsafeMutablePointer<Float>

@inline(__always)
func load(_ source: Source) -> Lanes {
    UnsafeRawPointer(source).loadUnaligned(as: Lanes.self)
}

@inline(__always)
func store(_ value: Lanes, _ destination: Destination) {
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
func storePartial(_ value: Lanes, _ destination: Destination, _ count: Int) {
    for lane in 0..<count { destination[lane] = value[lane] }
}

/// `x * y + z`, in one rounding where the instruction set has it. On baseline x86-64 `addingProduct` would be a library
/// call a lane.
@inline(__always)
func multiplyAdd(_ x: Lanes, _ y: Lanes, _ z: Lanes) -> Lanes {
    #if FUSED_MULTIPLY_ADD
        z.addingProduct(x, y)
    #else
        z + x * y
    #endif
}

@inline(__always)
func multiplyAdd(_ x: Float, _ y: Float, _ z: Float) -> Float {
    #if FUSED_MULTIPLY_ADD
        z.addingProduct(x, y)
    #else
        z + x * y
    #endif
}

/// The greater lane by lane; a NaN on either side gives NaN in that lane.
@inline(__always)
func greater(_ x: Lanes, _ y: Lanes) -> Lanes {
    let chosen = y.replacing(with: x, where: x .> y)
    return chosen.replacing(with: x, where: x .!= x)
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

@inline(__always)
func horizontalMaximum(_ x: Lanes) -> Float {
    var result = x[0]
    for lane in 1..<laneCount {
        let next = x[lane]
        if next > result || next != next { result = result != result ? result : next }
    }
    return result
}
