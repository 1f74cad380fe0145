import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// OpenBLAS itself, on as many threads as Vitrine uses: what a product is measured beside.
struct LibraryProduct: @unchecked Sendable {
    // Unchecked: functions of a library that stays loaded.
    private typealias Product =
        @convention(c) (
            Int32, Int32, Int32, Int32, Int32, Int32, Float, UnsafePointer<Float>, Int32, UnsafePointer<Float>, Int32,
            Float, UnsafeMutablePointer<Float>, Int32
        ) -> Void
    private typealias SetThreads = @convention(c) (Int32) -> Void

    /// The kernels that it runs.
    let core: String
    private let sgemm: Product

    /// The library that Vitrine finds and loads, with the core that Vitrine chooses; nil where there is none.
    static let shared: LibraryProduct? = {
        guard let library = MachineReport().blas, let handle = dlopen(library.file, RTLD_NOW),
            let sgemm = dlsym(handle, "cblas_sgemm"), let setThreads = dlsym(handle, "openblas_set_num_threads")
        else { return nil }
        unsafeBitCast(setThreads, to: SetThreads.self)(Int32(ComputeThreads.count))
        return LibraryProduct(core: library.core, sgemm: unsafeBitCast(sgemm, to: Product.self))
    }()

    /// `left * weight^T`: `[rows, depth]` times `[columns, depth]`.
    func linear(_ left: Tensor, _ weight: Tensor) -> Tensor {
        let (rows, columns, depth) = (left.shape[0], weight.shape[0], left.shape[1])
        return Tensor(uninitialized: [rows, columns]) { out in
            left.withUnsafeBufferPointer { left in
                weight.withUnsafeBufferPointer { weight in
                    guard let out = out.baseAddress, let left = left.baseAddress, let weight = weight.baseAddress else {
                        return
                    }
                    sgemm(
                        101, 111, 112, Int32(rows), Int32(columns), Int32(depth), 1, left, Int32(depth), weight,
                        Int32(depth), 0, out, Int32(columns))
                }
            }
        }
    }
}
