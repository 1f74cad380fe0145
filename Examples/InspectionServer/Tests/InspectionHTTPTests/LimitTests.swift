import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import InspectionHTTP
import Synchronization
import Tensors
import Testing

extension ServerTests {
    struct LimitTests {
        let plate: [UInt8]

        init() throws { plate = try TestServer.plate.get() }

        /// Holds the queue, as a long computation does, while `body` runs.
        private func whileComputing<Value>(_ body: () async throws -> Value) async throws -> Value {
            let mayEnd = DispatchSemaphore(value: 0)
            let work = Task { try await ComputeQueue.shared.run { mayEnd.wait() } }
            try await waited { ComputeQueue.shared.load.isComputing }
            let result: Result<Value, any Error>
            do { result = .success(try await body()) } catch { result = .failure(error) }
            mayEnd.signal()
            try await work.value
            return try result.get()
        }

        /// Waits up to 5 s for something to become true.
        private func waited(_ isTrue: () -> Bool) async throws {
            for _ in 0..<500 {
                if isTrue() { return }
                try await Task.sleep(for: .milliseconds(10))
            }
            Issue.record("it did not come true within 5 s")
        }

        @Test func `Health, metrics and the page answer while the models compute`() async throws {
            try await TestServer.run { client in
                try await whileComputing {
                    let health = try await client.execute(uri: "/health", method: .get)
                    #expect(health.text == #"{"status":"ok","waiting":0}"#)
                    let metrics = try await client.execute(uri: "/metrics", method: .get)
                    #expect(metrics.text.contains("\nvitrine_queue_computing 1\n"))
                    #expect(metrics.text.contains(#"vitrine_requests_total{route="/health",status="200"} 1"#))
                    #expect(metrics.text.contains(#"vitrine_request_seconds_count{route="/health"} 1"#))
                    #expect(metrics.text.contains(#"vitrine_request_seconds_bucket{route="/health",le="+Inf"} 1"#))
                    #expect(metrics.text.contains("\nprocess_resident_memory_bytes "))
                    for (uri, words) in [
                        ("/", "<title>"), ("/page.css", "prefers-color-scheme"), ("/page.js", "fetch("),
                    ] {
                        let file = try await client.execute(uri: uri, method: .get)
                        #expect(file.status == .ok && file.text.contains(words))
                        #expect(file.headers[.contentSecurityPolicy]?.contains("default-src 'self'") == true)
                    }
                }
            }
        }

        @Test func `A full queue answers 503 and says when to come back`() async throws {
            var limits = ServiceLimits()
            limits.waitingRequests = 0
            try await TestServer.run(limits) { client in
                try await whileComputing {
                    let response = try await client.send(plate, to: "/segment?object=plate")
                    #expect(response.status == .serviceUnavailable)
                    #expect(response.headers[.retryAfter].flatMap { Int($0) } ?? 0 >= 1)
                    #expect(try response.sentence.contains("0 requests wait"))
                }
                #expect(try await client.send(plate, to: "/segment?object=plate").status == .ok)
                let metrics = try await client.execute(uri: "/metrics", method: .get)
                #expect(metrics.text.contains(#"vitrine_requests_total{route="/segment",status="503"} 1"#))
            }
        }

        @Test func `A request that takes too long answers 504 and leaves the queue`() async throws {
            var limits = ServiceLimits()
            limits.requestSeconds = 0.2
            try await TestServer.run(limits) { client in
                let before = ComputeQueue.shared.load
                try await whileComputing {
                    let response = try await client.send(plate, to: "/segment?object=plate")
                    #expect(response.status == .gatewayTimeout)
                    #expect(try response.sentence.contains("0.2 s"))
                    #expect(ComputeQueue.shared.load.waiting == 0)
                    #expect(ComputeQueue.shared.load.cancelled == before.cancelled + 1)
                }
                // The connection goes on.
                #expect(try await client.execute(uri: "/health", method: .get).status == .ok)
            }
        }

        @Test func `A client that goes away takes its request along`() async throws {
            // A client for each request, whose task closes the connection when it is cancelled.
            try await TestServer.run(ServiceLimits(), .ahc(.http)) { client in
                let before = ComputeQueue.shared.load
                try await whileComputing {
                    let request = Task { try await client.send(plate, to: "/segment?object=plate") }
                    try await waited { ComputeQueue.shared.load.waiting == 1 }
                    request.cancel()
                    try await waited { ComputeQueue.shared.load.waiting == 0 }
                    #expect(ComputeQueue.shared.load.cancelled == before.cancelled + 1)
                    await #expect(throws: (any Error).self) { try await request.value }
                }
                try await waited { ComputeQueue.shared.load.isComputing == false }
                let metrics = try await client.execute(uri: "/metrics", method: .get)
                #expect(metrics.text.contains(#"vitrine_requests_total{route="/segment",status="499"} 1"#))
                #expect(metrics.text.contains("\nvitrine_requests_active 1\n"))
            }
        }

        @Test func `What is not there answers 404 with a sentence`() async throws {
            try await TestServer.run { client in
                for (method, uri) in [(HTTPRequest.Method.get, "/nothing"), (.get, "/segment"), (.post, "/")] {
                    let response = try await client.execute(uri: uri, method: method)
                    #expect(response.status == .notFound)
                    #expect(try response.sentence.contains("there is no \(method.rawValue) \(uri)"))
                }
                let metrics = try await client.execute(uri: "/metrics", method: .get)
                #expect(metrics.text.contains(#"vitrine_requests_total{route="other",status="404"} 3"#))
            }
        }
    }
}
