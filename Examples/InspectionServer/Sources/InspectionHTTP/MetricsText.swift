import Tensors

/// The figures of a moment as Prometheus reads them, text format 0.0.4.
struct MetricsText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private(set) var text = ""

    init(_ record: ServiceMetrics.Record, queue: ComputeQueue.Load, embeddings: EmbeddingStore.Contents) {
        requests(record)
        times(record)
        value("vitrine_requests_active", "gauge", "Requests without an answer so far.", record.active)
        value("vitrine_queue_waiting", "gauge", "Requests that wait for the models.", queue.waiting)
        value("vitrine_queue_computing", "gauge", "Requests that are computed, 0 or 1.", queue.isComputing ? 1 : 0)
        value("vitrine_queue_done_total", "counter", "Requests that were computed.", queue.done)
        value(
            "vitrine_queue_cancelled_total", "counter", "Requests given up before they were computed.", queue.cancelled)
        value("vitrine_queue_refused_total", "counter", "Requests refused because too many waited.", queue.refused)
        value("vitrine_embeddings_kept", "gauge", "Pictures kept for further prompts.", embeddings.count)
        value("vitrine_embeddings_bytes", "gauge", "Memory of these embeddings.", embeddings.bytes)
        value(
            "vitrine_embeddings_found_total", "counter", "Embeddings that were there when asked for.", embeddings.found)
        value("vitrine_embeddings_missed_total", "counter", "Embeddings that were not.", embeddings.missed)
        if let bytes = ProcessMemory.residentBytes {
            value("process_resident_memory_bytes", "gauge", "Memory of the process.", bytes)
        }
    }

    private mutating func requests(_ record: ServiceMetrics.Record) {
        head("vitrine_requests_total", "counter", "Requests by route and status.")
        for (outcome, count) in record.requests.sorted(by: {
            ($0.key.route, $0.key.status) < ($1.key.route, $1.key.status)
        }) {
            text += "vitrine_requests_total{route=\"\(outcome.route)\",status=\"\(outcome.status)\"} \(count)\n"
        }
    }

    private mutating func times(_ record: ServiceMetrics.Record) {
        let name = "vitrine_request_seconds"
        head(name, "histogram", "From the head of a request to its answer.")
        for (route, times) in record.times.sorted(by: { $0.key < $1.key }) {
            var below = 0
            for (bound, count) in zip(ServiceMetrics.bounds.map { "\($0)" } + ["+Inf"], times.counts) {
                below += count
                text += "\(name)_bucket{route=\"\(route)\",le=\"\(bound)\"} \(below)\n"
            }
            text += "\(name)_sum{route=\"\(route)\"} \(times.seconds)\n"
            text += "\(name)_count{route=\"\(route)\"} \(below)\n"
        }
    }

    private mutating func value(_ name: String, _ type: String, _ help: String, _ value: Int) {
        head(name, type, help)
        text += "\(name) \(value)\n"
    }

    private mutating func head(_ name: String, _ type: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }
}
