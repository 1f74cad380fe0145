public import Checkpoints
public import Foundation
public import Tensors

/// Files under `Tests/Fixtures`, found from the place of this source file.
public enum Fixture {
    /// `Tests/Fixtures/<name>`, where `name` is `<module>/<unit>_<case>.<extension>`.
    public static func url(_ name: String, source: String = #filePath) -> URL {
        URL(fileURLWithPath: source).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures").appendingPathComponent(name)
    }

    /// The path of a fixture.
    public static func path(_ name: String) -> String { url(name).path }

    /// A safetensors fixture; the extension may be left out.
    public static func tensors(_ name: String) throws -> Checkpoint {
        try Checkpoint.open(path(name.hasSuffix(".safetensors") ? name : "\(name).safetensors"))
    }

    /// One tensor of a safetensors fixture.
    public static func tensor(_ tensor: String, in name: String) throws -> Tensor {
        try tensors(name).load(tensor)
    }

    /// The root of the package's checkout.
    public static var packageRoot: URL {
        url("").deletingLastPathComponent().deletingLastPathComponent()
    }

    /// Calls `body` with a new empty folder, and removes the folder afterwards.
    public static func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("vitrine-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder)
    }
}
