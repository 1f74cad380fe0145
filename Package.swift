// swift-tools-version: 6.2
import PackageDescription

// MARK: What a target may ask of the compiler

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("MemberImportVisibility"), .enableUpcomingFeature("InternalImportsByDefault"),
]

// MARK: Kernels

/// One instruction set's compilation of the kernels: `KernelsAVX2` and `KernelsAVX512` are links to `KernelsBaseline`.
///
/// Kernel sources carry no checks (every check stands in `Tensors`), so they are compiled unchecked and optimised in
/// debug builds too: otherwise a test run would spend its time in unoptimised loops.
func kernelTarget(_ name: String, _ instructionSet: [String] = []) -> Target {
    .target(
        name: name, dependencies: ["KernelInterface", "CPrefetch", "CByteProducts"],
        swiftSettings: strict + [.unsafeFlags(["-Ounchecked", "-wmo", "-num-threads", "1"] + instructionSet)])
}

// `ByteKernelsBaseline` holds the products of bytes, and the other byte kernels are links to it; likewise
// `BFloat16KernelsBaseline`. They are targets of their own, because processors with the same vectors differ in how they
// multiply such numbers.

#if arch(x86_64)
    let avx2 = ["-Xcc", "-march=x86-64-v3", "-DFUSED_MULTIPLY_ADD", "-DLANES_8"]
    let avx512 = ["-Xcc", "-march=x86-64-v4", "-DFUSED_MULTIPLY_ADD", "-DLANES_16"]
    let kernelTargets = [
        kernelTarget("KernelsBaseline"), kernelTarget("KernelsAVX2", avx2), kernelTarget("KernelsAVX512", avx512),
        kernelTarget("ByteKernelsBaseline"), kernelTarget("ByteKernelsAVX2", avx2),
        kernelTarget("ByteKernelsAVX512", avx512),
        kernelTarget("ByteKernelsAVX2VNNI", avx2 + ["-Xcc", "-mavxvnni", "-DBYTES_IN_FOURS"]),
        kernelTarget("ByteKernelsAVX512VNNI", avx512 + ["-Xcc", "-mavx512vnni", "-DBYTES_IN_FOURS"]),
        kernelTarget("BFloat16KernelsBaseline"), kernelTarget("BFloat16KernelsAVX2", avx2),
        kernelTarget("BFloat16KernelsAVX512", avx512),
        kernelTarget("BFloat16KernelsAVX512BF16", avx512 + ["-Xcc", "-mavx512bf16", "-DBFLOAT16_PAIRS"]),
    ]
#else
    let kernelTargets = [
        kernelTarget("KernelsBaseline"), kernelTarget("ByteKernelsBaseline"), kernelTarget("BFloat16KernelsBaseline"),
    ]
#endif
let kernels: [Target.Dependency] = ["KernelInterface"] + kernelTargets.map { .byName(name: $0.name) }

// MARK: Modules, in the order of their dependencies, each beside its tests

struct Module {
    enum Kind {
        /// A product: its public symbols are promised to users.
        case exported
        /// Shared inside this package. What is public in it appears in signatures of exported modules; the rest is not.
        case hidden
    }

    var kind: Kind
    var name: String
    var dependencies: [Target.Dependency] = []
    /// What its tests import besides the module itself and `TestSupport`; nil for a module without tests.
    var tests: [Target.Dependency]?
    var path: String? = nil
    var exclude: [String] = []
    var resources: [Resource]? = nil

    var targets: [Target] {
        let module = Target.target(
            name: name, dependencies: dependencies, path: path, exclude: exclude, resources: resources,
            swiftSettings: strict)
        guard let tests else { return [module] }
        return [module, testTarget(name, [.byName(name: name)] + tests)]
    }
}

func testTarget(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: "\(name)Tests", dependencies: dependencies + ["TestSupport"], swiftSettings: strict)
}

let modules: [Module] = [
    Module(kind: .hidden, name: "TerminalText", tests: []),
    Module(kind: .hidden, name: "WholeFiles", dependencies: ["TerminalText"], tests: []),
    Module(kind: .hidden, name: "TextLines", dependencies: ["TerminalText", "WholeFiles"], tests: []),
    Module(kind: .hidden, name: "JSONText", tests: []),
    Module(
        kind: .hidden, name: "WebPages", tests: ["JSONText"],
        resources: [
            .embedInCode("Shell/shell.css"), .embedInCode("Shell/shell.js"), .embedInCode("Shell/reasons.js"),
            .embedInCode("Inspection/inspection.css"), .embedInCode("Inspection/inspection.html"),
            .embedInCode("Inspection/patches.js"), .embedInCode("Inspection/lens.js"),
            .embedInCode("Inspection/decoder.js"), .embedInCode("Inspection/method.js"),
            .embedInCode("Evaluation/evaluation.css"), .embedInCode("Evaluation/evaluation.html"),
            .embedInCode("Evaluation/measures.js"), .embedInCode("Evaluation/curves.js"),
            .embedInCode("Evaluation/gallery.js"), .embedInCode("Evaluation/trace.js"),
        ]),
    Module(
        kind: .exported, name: "Tensors",
        dependencies: kernels + ["CPrefetch", .product(name: "RealModule", package: "swift-numerics")],
        tests: kernels + ["Checkpoints"]),
    Module(
        kind: .exported, name: "NeuralNetwork", dependencies: ["TerminalText", "Tensors"],
        tests: ["Tensors", "Checkpoints"]),
    Module(kind: .hidden, name: "WeightIdentity", dependencies: ["JSONText", "Tensors"], tests: ["Tensors"]),
    Module(
        kind: .exported, name: "Checkpoints",
        dependencies: ["TerminalText", "WholeFiles", "JSONText", "Tensors", "CSHA256", "CZlib"],
        tests: ["Tensors"]),
    Module(kind: .exported, name: "Imaging", dependencies: ["Tensors"], tests: ["Tensors"]),
    Module(
        kind: .exported, name: "ImageCodecs",
        dependencies: ["TerminalText", "WholeFiles", "Imaging", "Tensors", "CPNG", "CJPEG"], tests: ["Imaging"]),
    Module(kind: .hidden, name: "ResultFolders", dependencies: ["TerminalText", "WholeFiles", "CRename"], tests: []),
    Module(
        kind: .hidden, name: "PictureLists",
        dependencies: [
            "TerminalText", "WholeFiles", "ResultFolders", .product(name: "SystemPackage", package: "swift-system"),
        ],
        tests: ["ResultFolders", .product(name: "SystemPackage", package: "swift-system")]),
    Module(
        kind: .hidden, name: "Manifests",
        dependencies: ["TextLines", "JSONText", "WholeFiles", "TerminalText", "Checkpoints"],
        tests: ["TextLines", "Checkpoints"]),
    Module(
        kind: .hidden, name: "RunJournals",
        dependencies: ["TextLines", "JSONText", "WholeFiles", "TerminalText", "Checkpoints", "ResultFolders"],
        tests: ["JSONText", "ResultFolders"]),
    Module(
        kind: .hidden, name: "RegionExports",
        dependencies: ["Imaging", "JSONText", "TextLines", "TerminalText", "WholeFiles"],
        tests: ["Imaging", "ImageCodecs", "JSONText", "Checkpoints"]),
    Module(
        kind: .exported, name: "AnomalyDatasets",
        dependencies: [
            "Imaging", "ImageCodecs", "PictureLists", "Manifests", "TerminalText",
            .product(name: "SystemPackage", package: "swift-system"),
        ],
        tests: ["Imaging", "ImageCodecs"]),
    Module(kind: .hidden, name: "UnicodeRepair", tests: []),
    Module(
        kind: .exported, name: "CLIP",
        dependencies: [
            "NeuralNetwork", "WeightIdentity", "UnicodeRepair", "TerminalText", "JSONText", "Imaging", "Tensors",
        ],
        tests: ["NeuralNetwork", "WeightIdentity", "Tensors", "Imaging", "Checkpoints"]),
    Module(
        kind: .exported, name: "SegmentAnything",
        dependencies: ["NeuralNetwork", "WeightIdentity", "TerminalText", "Imaging", "Tensors"],
        tests: ["NeuralNetwork", "WeightIdentity", "Tensors", "Imaging", "Checkpoints"]),
    Module(
        kind: .exported, name: "AnomalySegmentation",
        dependencies: [
            "CLIP", "SegmentAnything", "NeuralNetwork", "WeightIdentity", "Checkpoints", "WholeFiles", "TerminalText",
            "JSONText", "Imaging", "Tensors",
        ],
        tests: ["CLIP", "SegmentAnything", "NeuralNetwork", "Imaging", "Tensors", "Checkpoints"]),
    Module(kind: .exported, name: "AnomalyMetrics", dependencies: ["Imaging"], tests: ["Imaging"]),
    Module(
        kind: .hidden, name: "EvaluationReports",
        dependencies: ["AnomalyMetrics", "WebPages", "JSONText", "ImageCodecs", "Imaging"],
        tests: ["AnomalyMetrics", "WebPages", "JSONText", "ImageCodecs", "Imaging"]),
    Module(
        kind: .exported, name: "Introspection",
        dependencies: ["AnomalySegmentation", "CLIP", "SegmentAnything", "NeuralNetwork", "Imaging", "Tensors"],
        tests: [
            "AnomalySegmentation", "CLIP", "SegmentAnything", "NeuralNetwork", "Imaging", "Tensors", "Checkpoints",
            "SmallWeights",
        ]),
    Module(
        kind: .exported, name: "SmallWeights", tests: nil, path: "Weights", exclude: ["MODEL_CARD.md"],
        resources: [.copy("small"), .embedInCode("manifest.json")]),
]

let package = Package(
    name: "Vitrine",
    products: modules.filter { $0.kind == .exported }.map { .library(name: $0.name, targets: [$0.name]) } + [
        .executable(name: "vitrine", targets: ["vitrine"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    ],
    targets: kernelTargets + modules.flatMap(\.targets) + [
        .target(name: "KernelInterface", swiftSettings: strict),
        .systemLibrary(name: "CByteProducts"),
        .systemLibrary(name: "CPrefetch"),
        .systemLibrary(name: "CRename"),
        .systemLibrary(name: "CSHA256"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CPNG", exclude: ["README.md"], linkerSettings: [.linkedLibrary("png16")]),
        .target(name: "CJPEG", exclude: ["README.md"], linkerSettings: [.linkedLibrary("jpeg")]),
        .executableTarget(
            name: "vitrine",
            dependencies: [
                "AnomalySegmentation", "AnomalyMetrics", "AnomalyDatasets", "EvaluationReports", "Introspection",
                "CLIP",
                "SegmentAnything", "Imaging", "ImageCodecs", "Checkpoints", "RegionExports", "ResultFolders",
                "PictureLists", "Manifests", "RunJournals", "TextLines", "NeuralNetwork", "WeightIdentity",
                "TerminalText", "WholeFiles", "JSONText",
                "WebPages", "Tensors", "SmallWeights",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: strict),
        // Programs for those who work on the kernels and the models: Tools/benchmark-kernels, Tools/compare.
        .executableTarget(
            name: "KernelBenchmarks",
            dependencies: [
                "KernelInterface", "Tensors", "JSONText",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Benchmarks/Kernels", swiftSettings: strict),
        .executableTarget(
            name: "ModelRunner", dependencies: ["CLIP", "Checkpoints", "Imaging", "SegmentAnything", "Tensors"],
            path: "Benchmarks/ModelRunner", swiftSettings: strict),
        testTarget(
            "EndToEnd",
            [
                "vitrine", "KernelBenchmarks", "AnomalySegmentation", "AnomalyMetrics", "CLIP", "SegmentAnything",
                "Imaging", "ImageCodecs", "Checkpoints", "NeuralNetwork", "Tensors", "SmallWeights", "JSONText",
            ]),
        .target(
            name: "TestSupport", dependencies: ["Tensors", "Checkpoints"], path: "Tests/TestSupport",
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
