import Imaging
import InspectionHTTP
import SegmentAnything
import Synchronization
import Tensors
import Testing

struct EmbeddingStoreTests {
    /// An embedding of 16 floats for each of `channels`.
    private func embedding(channels: Int) -> ImageEmbedding {
        ImageEmbedding(
            features: Tensor(zeros: [channels, 4, 4]),
            frame: ModelFrame(original: ImageSize(width: 64, height: 64), side: 64, patch: 16))
    }

    /// A time that tests move on.
    private final class Time: Sendable {
        private let instant = Mutex(ContinuousClock.now)
        var now: ContinuousClock.Instant { instant.withLock { $0 } }
        func pass(seconds: Double) { instant.withLock { $0 += .seconds(seconds) } }
    }

    private func store(_ time: Time, _ change: (inout ServiceLimits) -> Void) -> EmbeddingStore {
        var limits = ServiceLimits()
        change(&limits)
        return EmbeddingStore(limits: limits) { time.now }
    }

    @Test func `The one that was not used for the longest time goes first`() {
        let time = Time()
        let store = store(time) { $0.keptEmbeddings = 2 }
        for name in ["a", "b"] {
            store.keep(embedding(channels: 1), named: name)
            time.pass(seconds: 1)
        }
        #expect(store.embedding(named: "a") != nil)
        time.pass(seconds: 1)
        store.keep(embedding(channels: 1), named: "c")
        #expect(store.embedding(named: "b") == nil)
        #expect(store.embedding(named: "a") != nil && store.embedding(named: "c") != nil)
        #expect(store.contents == .init(count: 2, bytes: 128, found: 3, missed: 1))
    }

    @Test func `All together stay within their memory`() {
        let time = Time()
        let store = store(time) { $0.keptEmbeddingBytes = 256 }
        for name in ["a", "b", "c"] {
            #expect(store.keep(embedding(channels: 1), named: name))
            time.pass(seconds: 1)
        }
        #expect(store.keep(embedding(channels: 3), named: "large"))
        #expect(store.contents.bytes == 256 && store.contents.count == 2)
        #expect(store.embedding(named: "c") != nil)
        #expect(!store.keep(embedding(channels: 5), named: "larger than all"))
        #expect(store.contents.count == 2)
    }

    @Test func `The same name is kept once`() {
        let store = store(Time()) { _ in }
        for _ in 0..<3 { store.keep(embedding(channels: 1), named: "a") }
        #expect(store.contents.count == 1 && store.contents.bytes == 64)
    }

    @Test func `What is not used goes after its time`() {
        let time = Time()
        let store = store(time) { $0.keptSeconds = 10 }
        store.keep(embedding(channels: 1), named: "a")
        time.pass(seconds: 9)
        #expect(store.embedding(named: "a") != nil)
        time.pass(seconds: 9)
        #expect(store.embedding(named: "a") != nil)
        time.pass(seconds: 11)
        store.removeExpired()
        #expect(store.contents.count == 0 && store.contents.bytes == 0)
        #expect(store.embedding(named: "a") == nil)
    }

    @Test func `Nothing is kept where nothing may be`() {
        let store = store(Time()) { $0.keptEmbeddings = 0 }
        #expect(!store.keep(embedding(channels: 1), named: "a"))
        #expect(store.contents.count == 0)
    }
}
