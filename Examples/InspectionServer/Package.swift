// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("MemberImportVisibility"), .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "InspectionServer",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "inspection-server", targets: ["InspectionServer"])],
    dependencies: [
        .package(name: "Vitrine", path: "../.."),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    ],
    targets: [
        .target(
            name: "InspectionHTTP",
            dependencies: [
                .product(name: "AnomalySegmentation", package: "Vitrine"),
                .product(name: "Checkpoints", package: "Vitrine"),
                .product(name: "CLIP", package: "Vitrine"),
                .product(name: "ImageCodecs", package: "Vitrine"),
                .product(name: "Imaging", package: "Vitrine"),
                .product(name: "SegmentAnything", package: "Vitrine"),
                .product(name: "SmallWeights", package: "Vitrine"),
                .product(name: "Tensors", package: "Vitrine"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ],
            resources: ["html", "css", "js"].map { .embedInCode("Page/page.\($0)") },
            swiftSettings: strict),
        .executableTarget(
            name: "InspectionServer",
            dependencies: [
                "InspectionHTTP",
                .product(name: "AnomalySegmentation", package: "Vitrine"),
                .product(name: "Tensors", package: "Vitrine"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "InspectionHTTPTests",
            dependencies: [
                "InspectionHTTP",
                .product(name: "AnomalySegmentation", package: "Vitrine"),
                .product(name: "ImageCodecs", package: "Vitrine"),
                .product(name: "Imaging", package: "Vitrine"),
                .product(name: "SegmentAnything", package: "Vitrine"),
                .product(name: "Tensors", package: "Vitrine"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
