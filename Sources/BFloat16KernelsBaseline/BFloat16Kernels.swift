package import KernelInterface

/// The kernels of bfloat16 of this instruction set. Each file of this folder adds its own to it.
enum BFloat16Kernels: BFloat16KernelSet {
    static var tileRows: Int { narrowTileRows }
    static var tileColumns: Int { 2 * laneCount }
    static var groupDepth: Int { 2 }
    static var weightBytes: Int { 2 }

    #if BFLOAT16_PAIRS
        static var numberBytes: Int { 2 }
    #else
        static var numberBytes: Int { 4 }
    #endif
}

package var bfloat16Kernels: any BFloat16KernelSet.Type { BFloat16Kernels.self }
