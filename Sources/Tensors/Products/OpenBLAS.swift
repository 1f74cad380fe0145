import KernelInterface

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// OpenBLAS, found and loaded at run time; never linked.
///
/// Its core (the family of kernels it runs) is chosen in its constructor, and older versions choose one from 2004 for
/// processors they do not know. So the choice is made here, from the instruction sets found, and put into
/// `OPENBLAS_CORETYPE` for the time of loading, unless the user has set that variable. It computes on the calling thread
/// only: the threads are `ParallelRows`' own, which keeps results independent of their number.
package struct OpenBLAS: Sendable {
    typealias Product =
        @convention(c) (
            Int32, Int32, Int32, Int32, Int32, Int32, Float, UnsafePointer<Float>, Int32, UnsafePointer<Float>, Int32,
            Float, UnsafeMutablePointer<Float>, Int32
        ) -> Void

    let sgemm: Product
    /// The file it came from, as the loader names it.
    package let path: String
    /// Its own words on version and build.
    package let configuration: String
    /// The kernels it runs.
    package let coreName: String
    /// The threads it uses itself: 1.
    package let threads: Int
    /// Who chose the core.
    package let coreReason: String

    package enum Outcome: Sendable {
        case loaded(OpenBLAS)
        /// Why there is none.
        case absent(String)
    }

    /// The library, loaded on first use. `VITRINE_BLAS` names another file, or `none`.
    package static let outcome = load()

    static var active: OpenBLAS? {
        if case .loaded(let library) = outcome { return library }
        return nil
    }

    private static let candidates = [
        "libopenblas.so.0", "libopenblasp.so.0", "libopenblas.so", "libopenblas.0.dylib",
        "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
    ]

    /// The core to ask for; nil leaves the choice to the library.
    static func wantedCore(_ features: CPUFeatures) -> String? {
        switch features.instructionSets.last {
        case .avx512: return "SkylakeX"
        case .avx2: return "Haswell"
        case .baseline, nil: return nil
        }
    }

    private static func load() -> Outcome {
        let wish = environment("VITRINE_BLAS")
        if wish == "none" { return .absent("VITRINE_BLAS is none") }
        let names = wish.map { [$0] } ?? candidates
        let present = names.contains { name in
            guard let handle = dlopen(name, RTLD_LAZY | RTLD_NOLOAD) else { return false }
            dlclose(handle)
            return true
        }
        let (reason, restore) = present ? ("somebody else had loaded it before", []) : prepareEnvironment()
        defer { restore.forEach { unsetenv($0) } }
        for name in names {
            guard let handle = dlopen(name, RTLD_NOW | RTLD_LOCAL) else { continue }
            if let library = OpenBLAS(handle, coreReason: reason) { return .loaded(library) }
            dlclose(handle)
        }
        return .absent("no OpenBLAS under the names \(names.joined(separator: ", "))")
    }

    /// Sets what the constructor reads; returns why the core is what it will be, and what to unset again.
    private static func prepareEnvironment() -> (reason: String, restore: [String]) {
        var restore: [String] = []
        if environment("OPENBLAS_NUM_THREADS") == nil {
            setenv("OPENBLAS_NUM_THREADS", "1", 1)
            restore.append("OPENBLAS_NUM_THREADS")
        }
        if let user = environment("OPENBLAS_CORETYPE") {
            return ("OPENBLAS_CORETYPE=\(user) is set", restore)
        }
        guard let core = wantedCore(CPUFeatures.current) else { return ("OpenBLAS's own choice", restore) }
        setenv("OPENBLAS_CORETYPE", core, 1)
        return ("chosen from the instruction sets", restore + ["OPENBLAS_CORETYPE"])
    }

    private init?(_ handle: UnsafeMutableRawPointer, coreReason: String) {
        guard let product = dlsym(handle, "cblas_sgemm"), let setThreads = dlsym(handle, "openblas_set_num_threads")
        else { return nil }
        sgemm = unsafeBitCast(product, to: Product.self)
        unsafeBitCast(setThreads, to: (@convention(c) (Int32) -> Void).self)(1)

        func text(_ name: String) -> String {
            guard let symbol = dlsym(handle, name),
                let words = unsafeBitCast(symbol, to: (@convention(c) () -> UnsafePointer<CChar>?).self)()
            else { return "unknown" }
            return String(cString: words)
        }
        configuration = text("openblas_get_config")
        coreName = text("openblas_get_corename")
        threads =
            dlsym(handle, "openblas_get_num_threads").map {
                Int(unsafeBitCast($0, to: (@convention(c) () -> Int32).self)())
            } ?? 1
        self.coreReason = coreReason
        path = OpenBLAS.file(of: product)
    }

    /// The file that a symbol lies in.
    private static func file(of symbol: UnsafeMutableRawPointer) -> String {
        #if os(Linux)
            // The loader lists every mapped file with its addresses.
            let address = UInt(bitPattern: symbol)
            for line in (systemFile("/proc/self/maps") ?? "").split(separator: "\n") {
                let fields = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
                guard fields.count == 6 else { continue }
                let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
                if ends.count == 2 && ends[0] <= address && address < ends[1] {
                    return fields[5].drop { $0 == " " }.description
                }
            }
        #endif
        return "libopenblas"
    }
}
