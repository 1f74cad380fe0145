public import Foundation

/// Files that are too big to ship: made on demand by a script of `Tools/fixtures`, in `.fixtures/` of the checkout or in
/// the folder that VITRINE_FIXTURES names. A test that needs one is skipped where it is absent, and says how to make it.
public enum LargeFixture {
    /// The folder `<name>`, such as `sam/vit_b`, whether it is there or not.
    public static func url(_ name: String) -> URL {
        let named = ProcessInfo.processInfo.environment["VITRINE_FIXTURES"].map { URL(fileURLWithPath: $0) }
        return (named ?? Fixture.packageRoot.appendingPathComponent(".fixtures")).appendingPathComponent(name)
    }

    /// Whether the folder is there, with everything in it that the script writes last.
    public static func isPresent(_ name: String, file: String) -> Bool {
        FileManager.default.fileExists(atPath: url(name).appendingPathComponent(file).path)
    }
}
