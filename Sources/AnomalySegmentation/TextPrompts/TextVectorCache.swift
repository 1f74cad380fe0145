import Synchronization

/// The text vectors of the objects seen so far, so that a folder of pictures of one object costs one text pass.
///
/// Two threads that ask for a new object at once may both encode it; they get equal vectors.
final class TextVectorCache: Sendable {
    private let known = Mutex<[String: TextVectors]>([:])

    /// The vectors of `object`, made by `make` the first time.
    func vectors(for object: String, make: () throws -> TextVectors) rethrows -> TextVectors {
        if let found = known.withLock({ $0[object] }) { return found }
        let made = try make()
        known.withLock { $0[object] = made }
        return made
    }
}
