import NIOCore
import Synchronization

/// Notices that a client has closed its connection while its answer is being made.
///
/// A client that sends nothing more counts as gone: it cannot be told from one that has ended, since both close their side.
final class ConnectionWatch: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = Never

    private struct State {
        var isClosed = false
        /// Of the request in hand. A connection has one at a time.
        var waiter: AsyncStream<Never>.Continuation?
    }

    private let state = Mutex(State())

    /// The watch of a connection; nil where there is none, as in tests without a network.
    static func of(_ channel: any Channel) async -> ConnectionWatch? {
        try? await channel.pipeline.handler(type: ConnectionWatch.self).get()
    }

    /// Returns once the client has closed the connection, or the task is cancelled.
    func closed() async {
        let (stream, continuation) = AsyncStream<Never>.makeStream()
        let isClosed = state.withLock { state in
            state.waiter = continuation
            return state.isClosed
        }
        if isClosed { return }
        for await _ in stream {}
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent { close() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        close()
        context.fireChannelInactive()
    }

    private func close() {
        let waiter = state.withLock { state in
            state.isClosed = true
            return state.waiter
        }
        waiter?.finish()
    }
}
