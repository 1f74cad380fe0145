/// What the service allows, so that no client and no number of clients exhausts the machine.
public struct ServiceLimits: Hashable, Sendable {
    /// Longer requests are refused while they arrive.
    public var bodyBytes = 20 << 20
    /// Larger pictures are refused by their header, before memory is taken for their pixels.
    public var picturePixels = 40_000_000
    /// Requests that may wait beside the one that is computed. Each keeps its picture's file in memory.
    public var waitingRequests = 32
    /// From the arrival of a request's head to its answer: receiving, waiting and computing.
    public var requestSeconds = 60.0
    /// Connections at once. More wait in the system's own queue until one closes.
    public var connections = 128
    /// A connection without a request for this long is closed.
    public var idleSeconds = 60.0
    /// Points of one prompt.
    public var promptPoints = 64
    /// Pictures whose embedding is kept for further prompts.
    public var keptEmbeddings = 64
    /// Memory of all of these embeddings together.
    public var keptEmbeddingBytes = 256 << 20
    /// How long an embedding is kept after its last use.
    public var keptSeconds = 600.0

    /// The defaults.
    public init() {}
}
