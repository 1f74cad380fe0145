import Foundation

/// The figures as text: a line for each kernel and instruction set.
struct BenchmarkTable {
    let limits: BenchmarkWorker.Limits

    private static let columns: [(name: String, width: Int)] = [
        ("kernel", 21), ("model", 30), ("shape", 36), ("isa", 9), ("thr", 4),
    ]

    func header(_ report: BenchmarkReport) -> String {
        let library = report.machine.library.map { "; \($0), core \(report.machine.libraryCore ?? "?")" } ?? ""
        let names = Self.columns.map { padded($0.name, $0.width) }.joined()
        return """
            \(report.machine.cpu); peak \(fixed(limits.peakGigaflops)) GFLOP/s (\(report.reference.instructionSet)), \
            memory \(fixed(limits.memoryGigabytes)) GB/s\(library)

            \(names)      ms  GFLOP/s   peak     GB/s    mem  OpenBLAS   peak  ratio
            """
    }

    func line(_ row: BenchmarkRow) -> String {
        let words = [row.kernel, row.model, row.shape, row.instructionSet, "\(row.threads)"]
        let names = zip(words, Self.columns).map { padded($0, $1.width) }.joined()
        return names + number(1000 * row.seconds, 8, 3) + number(row.gigaflops, 9, 2) + percent(row.shareOfPeak)
            + number(row.gigabytes, 9, 2) + percent(row.shareOfMemory) + number(row.library?.gigaflops, 10, 2)
            + percent(row.library?.shareOfPeak) + number(row.library?.ratio, 7, 2)
    }

    private func fixed(_ value: Double) -> String { String(format: "%.1f", value) }

    private func percent(_ share: Double?) -> String { share.map { String(format: "%6.1f%%", 100 * $0) } ?? "       " }

    private func number(_ value: Double?, _ width: Int, _ decimals: Int) -> String {
        let text = value.map { String(format: "%.\(decimals)f", $0) } ?? ""
        return String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text.padding(toLength: max(width, text.count + 1), withPad: " ", startingAt: 0)
    }
}
