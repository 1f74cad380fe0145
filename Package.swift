// swift-tools-version: 6.2
import PackageDescription

// MARK: What a target may ask of the compiler

let strict: [SwiftSetting] = [.enableUpcomingFeature("MemberImportVisibility")]

/// Kernel sources carry no checks (every check stands in `Tensors`), so they are compiled unchecked and optimised in
/// debug builds too: otherwise a test run would spend its time in unoptimised loops.
func kernelSettings(_ instructionSet: [String]) -> [SwiftSetting] {
    [.unsafeFlags(["-Ounchecked", "-wmo", "-num-threads", "1"] + instructionSet)]
}

// MARK: Kernels

#if arch(x86_64)
    let kernelTargets: [Target] = [
        .target(name: "KernelsBaseline", dependencies: ["CPrefetch"], swiftSettings: kernelSettings([])),
        .target(
            name: "KernelsAVX2", dependencies: ["CPrefetch"],
            swiftSettings: kernelSettings(["-Xcc", "-march=x86-64-v3", "-DFUSED_MULTIPLY_ADD", "-DLANES_8"])),
        .target(
            name: "KernelsAVX512", dependencies: ["CPrefetch"],
            swiftSettings: kernelSettings(["-Xcc", "-march=x86-64-v4", "-DFUSED_MULTIPLY_ADD", "-DLANES_16"])),
    ]
#else
    let kernelTargets: [Target] = [
        .target(name: "KernelsBaseline", dependencies: ["CPrefetch"], swiftSettings: kernelSettings([]))
    ]
#endif
let kernels: [Target.Dependency] = kernelTargets.map { .byName(name: $0.name) }

// MARK: The exported modules, in the order of their dependencies

struct Module {
    var name: String
    var dependencies: [Target.Dependency]
    var path: String? = nil
    var exclude: [String] = []
    var resources: [Resource]? = nil
}

let exported: [Module] = [
    Module(
        name: "Tensors", dependencies: kernels + ["CPrefetch", .product(name: "RealModule", package: "swift-numerics")]),
    Module(name: "NeuralNetwork", dependencies: ["Tensors"]),
    Module(name: "Checkpoints", dependencies: ["Tensors"]),
    Module(name: "Imaging", dependencies: ["Tensors"]),
    Module(name: "ImageCodecs", dependencies: ["Imaging", "CPNG", "CJPEG"]),
    Module(name: "CLIP", dependencies: ["NeuralNetwork", "Imaging", "Tensors"]),
    Module(name: "SegmentAnything", dependencies: ["NeuralNetwork", "Imaging", "Tensors"]),
    Module(
        name: "AnomalySegmentation",
        dependencies: ["CLIP", "SegmentAnything", "NeuralNetwork", "Checkpoints", "Imaging", "Tensors"]),
    Module(name: "AnomalyMetrics", dependencies: ["Imaging"]),
    Module(
        name: "SmallWeights", dependencies: [], path: "Weights", exclude: ["MODEL_CARD.md"],
        resources: [.copy("small"), .copy("manifest.json")]),
]

// MARK: Tests, one target a module, each with the support target

let tested: [String: [Target.Dependency]] = [
    "Tensors": kernels + ["Tensors", "Checkpoints"],
    "NeuralNetwork": ["NeuralNetwork", "Tensors", "Checkpoints"],
    "Checkpoints": ["Checkpoints", "Tensors"],
    "Imaging": ["Imaging", "Tensors"],
    "ImageCodecs": ["ImageCodecs", "Imaging"],
    "CLIP": ["CLIP", "NeuralNetwork", "Tensors", "Imaging", "Checkpoints"],
    "SegmentAnything": ["SegmentAnything", "NeuralNetwork", "Tensors", "Imaging", "Checkpoints"],
    "AnomalySegmentation": [
        "AnomalySegmentation", "CLIP", "SegmentAnything", "NeuralNetwork", "Imaging", "Tensors", "Checkpoints",
    ],
    "AnomalyMetrics": ["AnomalyMetrics", "Imaging"],
    "EndToEnd": [
        "vitrine", "AnomalySegmentation", "AnomalyMetrics", "CLIP", "SegmentAnything", "Imaging", "ImageCodecs",
        "Checkpoints", "Tensors", "SmallWeights",
    ],
]

let package = Package(
    name: "Vitrine",
    products: exported.map { .library(name: $0.name, targets: [$0.name]) } + [
        .executable(name: "vitrine", targets: ["vitrine"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
    ],
    targets: kernelTargets
        + exported.map {
            .target(
                name: $0.name, dependencies: $0.dependencies, path: $0.path, exclude: $0.exclude,
                resources: $0.resources,
                swiftSettings: strict)
        } + [
            .systemLibrary(name: "CPrefetch"),
            .target(name: "CPNG", exclude: ["README.md"], linkerSettings: [.linkedLibrary("png16")]),
            .systemLibrary(name: "CJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
            .executableTarget(
                name: "vitrine",
                dependencies: [
                    "AnomalySegmentation", "AnomalyMetrics", "CLIP", "SegmentAnything", "Imaging", "ImageCodecs",
                    "Checkpoints", "NeuralNetwork", "Tensors", "SmallWeights",
                    .product(name: "ArgumentParser", package: "swift-argument-parser"),
                    .product(name: "Logging", package: "swift-log"),
                ],
                swiftSettings: strict),
            .target(
                name: "TestSupport", dependencies: ["Tensors", "Checkpoints"], path: "Tests/TestSupport",
                swiftSettings: strict),
        ]
        + tested.sorted { $0.key < $1.key }.map { module, dependencies in
            .testTarget(
                name: "\(module)Tests", dependencies: dependencies + ["TestSupport"], swiftSettings: strict)
        },
    swiftLanguageModes: [.v6]
)
