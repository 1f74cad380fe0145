// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [.enableUpcomingFeature("MemberImportVisibility")]

let package = Package(
    name: "VitrineBenchmarks",
    dependencies: [
        .package(name: "Vitrine", path: ".."),
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
    ],
    targets: [
        // Runs whole models on demand, for Tools/compare.
        .executableTarget(
            name: "ModelRunner",
            dependencies: [
                .product(name: "Tensors", package: "Vitrine"), .product(name: "Checkpoints", package: "Vitrine"),
                .product(name: "CLIP", package: "Vitrine"), .product(name: "SegmentAnything", package: "Vitrine"),
                .product(name: "Imaging", package: "Vitrine"),
            ],
            path: "ModelRunner", swiftSettings: strict),
        .executableTarget(
            name: "Kernels",
            dependencies: [
                .product(name: "Tensors", package: "Vitrine"),
                .product(name: "Benchmark", package: "benchmark"),
            ],
            path: "Kernels", swiftSettings: strict,
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
    ],
    swiftLanguageModes: [.v6]
)
