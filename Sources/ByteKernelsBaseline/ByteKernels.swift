package import KernelInterface

/// The kernels of bytes of this instruction set. Each file of this folder adds its own to it.
enum ByteKernels: ByteKernelSet {
    static var tileRows: Int { narrowTileRows }
    static var tileColumns: Int { 2 * laneCount }

    static var weightBytes: Int { 1 }

    #if BYTES_IN_FOURS
        static var groupDepth: Int { 4 }
        static var numberBytes: Int { 1 }
    #else
        static var groupDepth: Int { 2 }
        static var numberBytes: Int { 2 }
    #endif
}

package var byteKernels: any ByteKernelSet.Type { ByteKernels.self }
