package import KernelInterface

/// The kernels of this instruction set. Each file of this folder adds its own to it.
enum Kernels: KernelSet {
    #if LANES_16
        static var laneCount: Int { 16 }
        static var tileRows: Int { 10 }
    #elseif LANES_8
        static var laneCount: Int { 8 }
        static var tileRows: Int { 6 }
    #else
        static var laneCount: Int { 4 }
        static var tileRows: Int { 6 }
    #endif
    static var tileColumns: Int { 2 * laneCount }

    #if FUSED_MULTIPLY_ADD
        static var hasFusedMultiplyAdd: Bool { true }
    #else
        static var hasFusedMultiplyAdd: Bool { false }
    #endif
}

package var kernels: any KernelSet.Type { Kernels.self }

// The same for functions outside `Kernels`.

@inline(__always)
var laneCount: Int { Kernels.laneCount }

@inline(__always)
var tileColumns: Int { Kernels.tileColumns }
