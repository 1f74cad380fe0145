package import SegmentAnything
import Synchronization
import Tensors

/// Embeddings of pictures, kept for the prompts that follow: bounded in number, in memory and in time. The one that was
/// not used for the longest time goes first.
package final class EmbeddingStore: Sendable {
    /// What is kept at the moment, and how often it was of use.
    package struct Contents: Hashable, Sendable {
        package var count = 0
        package var bytes = 0
        package var found = 0
        package var missed = 0

        package init(count: Int = 0, bytes: Int = 0, found: Int = 0, missed: Int = 0) {
            (self.count, self.bytes, self.found, self.missed) = (count, bytes, found, missed)
        }
    }

    private struct Entry {
        let embedding: ImageEmbedding
        let bytes: Int
        var lastUse: ContinuousClock.Instant
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var contents = Contents()

        mutating func remove(_ name: String) {
            guard let entry = entries.removeValue(forKey: name) else { return }
            contents.count -= 1
            contents.bytes -= entry.bytes
        }
    }

    private let limits: ServiceLimits
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())

    /// - Parameters:
    ///   - limits: how many, how large and how long.
    ///   - now: the time; tests have their own.
    package init(limits: ServiceLimits, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.limits = limits
        self.now = now
    }

    /// The embedding of this name, which counts as a use.
    package func embedding(named name: String) -> ImageEmbedding? {
        removeExpired()
        let time = now()
        return state.withLock { state in
            guard let entry = state.entries[name] else {
                state.contents.missed += 1
                return nil
            }
            state.contents.found += 1
            state.entries[name]?.lastUse = time
            return entry.embedding
        }
    }

    /// Keeps an embedding, and lets those go that were not used for the longest time until the rest fits.
    ///
    /// - Returns: whether it is kept; false for one that is larger than all may be together.
    @discardableResult
    package func keep(_ embedding: ImageEmbedding, named name: String) -> Bool {
        removeExpired()
        let time = now()
        let bytes = embedding.features.values.count * MemoryLayout<Float>.stride
        guard bytes <= limits.keptEmbeddingBytes, limits.keptEmbeddings > 0 else { return false }
        state.withLock { state in
            state.remove(name)
            while state.contents.count >= limits.keptEmbeddings
                || state.contents.bytes + bytes > limits.keptEmbeddingBytes,
                let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse })
            {
                state.remove(oldest.key)
            }
            state.entries[name] = Entry(embedding: embedding, bytes: bytes, lastUse: time)
            state.contents.count += 1
            state.contents.bytes += bytes
        }
        return true
    }

    /// What is kept.
    package var contents: Contents { state.withLock { $0.contents } }

    /// Lets go what was not used for too long.
    package func removeExpired() {
        let time = now()
        state.withLock { state in
            for (name, entry) in state.entries where time - entry.lastUse > .seconds(limits.keptSeconds) {
                state.remove(name)
            }
        }
    }
}
