import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Tensors

/// What a recording says of operations; the counts of models stand in the tests of the models.
@Suite struct ProfileTests {
    private func entry(_ body: () -> Tensor) throws -> Profile.Entry {
        let entries = Profile.record(body).profile.entries
        #expect(entries.count == 1)
        return try #require(entries.first)
    }

    @Test("each operation counts its multiply-adds twice and each operand once, as counted by hand")
    func counts() throws {
        var random = SeededGenerator(seed: 151)
        let (x, y) = (random.tensor([5, 7]), random.tensor([3, 7]))
        let cases: [(kind: OperationCost.Kind, operations: Int, numbers: Int, run: () -> Tensor)] = [
            (.linear, 2 * 5 * 3 * 7, 35 + 21 + 15, { x.linear(weight: y) }),
            (.linear, 2 * 5 * 3 * 7, 35 + 21 + 15, { x.linear(weight: LinearWeight(y)) }),
            // The second and the third of three outputs.
            (.linear, 2 * 5 * 2 * 7, 35 + 14 + 10, { x.linear(weight: LinearWeight(y), outputs: 1..<3) }),
            (.matrixProduct, 2 * 5 * 3 * 7, 35 + 21 + 15, { x.matrixProduct(y, transposingOther: true) }),
            (.layerNorm, 0, 70, { x.layerNorm(weight: y.element(0), bias: y.element(1), epsilon: 1e-5) }),
            (.softmax, 0, 70, { x.softmax() }),
            (.elementwise, 0, 35 + 7 + 35, { x + y.element(0) }),
            (.copy, 0, 70, { x.transposed() }),
            (.reduction, 0, 35 + 5, { x.sum() }),
            // Two taps for each of ten columns of five rows, but one at the right edge.
            (.resize, 2 * (2 * 10 - 1) * 5, 35 + 50, { x.resizedBilinear(height: 5, width: 10) }),
        ]
        for (index, (kind, operations, numbers, run)) in cases.enumerated() {
            let entry = try entry(run)
            #expect(entry.kind == kind, "\(index)")
            #expect(entry.sum.operations == operations, "\(index)")
            #expect(entry.sum.bytes == 4 * numbers, "\(index)")
            #expect(entry.sum.calls == 1)
        }
    }

    @Test("a convolution counts each place of its kernel, an attention the keys that a query sees")
    func convolutionsAndAttentions() throws {
        var random = SeededGenerator(seed: 152)
        let planes = random.tensor([2, 4, 9, 6])
        // Groups of two channels; 5 x 3 results for each of six channels of two pictures.
        let grouped = try entry {
            planes.convolution2D(weight: random.tensor([6, 2, 3, 3]), stride: 2, padding: 1, groups: 2)
        }
        #expect(grouped.kind == .convolution && grouped.sum.operations == 2 * (2 * 6 * 5 * 3) * (2 * 9))
        let map = random.tensor([6, 5, 4])
        let weight = ConvolutionWeight(random.tensor([7, 4, 3, 3]))
        let pixels = try entry { map.convolution3x3(weight: weight, stride: 2) }
        #expect(pixels.sum.operations == 2 * (3 * 3 * 7) * (4 * 9))
        let depthwise = try entry {
            map.depthwiseConvolution(weight: random.tensor([9, 4]), bias: random.tensor([4]))
        }
        #expect(depthwise.sum.operations == 2 * (6 * 5 * 4) * 9)

        let tokens = AttentionOperand(random.tensor([2, 6, 8]))
        func attention(
            mask: AttentionMask = .none, windows: AttentionWindows? = nil, positions: RelativePositionTables? = nil
        ) throws -> Int {
            try entry {
                scaledDotProductAttention(
                    query: tokens, key: tokens, value: tokens, heads: 2, mask: mask, windows: windows,
                    relativePosition: positions)
            }.sum.operations
        }
        // A head is 4 wide: two products of that depth for each pair, for two heads of two elements.
        #expect(try attention() == 2 * 2 * 2 * (6 * 6) * (4 + 4))
        #expect(try attention(mask: .causal) == 2 * 2 * 2 * (6 * 7 / 2) * (4 + 4))
        // A grid of 2 x 3 in windows of 2 x 2: every token sees four slots, of which padding is one.
        let windows = AttentionWindows(gridHeight: 2, gridWidth: 3, side: 2)
        let side = random.tensor([2, 2, 4])
        #expect(try attention(windows: windows) == 2 * 2 * 2 * (6 * 4) * (4 + 4))
        // And terms for two rows and two columns of the window, each a product with a table's row.
        let positions = RelativePositionTables(rows: side, columns: side)
        #expect(
            try attention(windows: windows, positions: positions) == 2 * 2 * 2 * (6 * 4 * (4 + 4) + 6 * (2 + 2) * 4))
    }

    @Test("spans lie within each other, and parts carry the names of stage and layer")
    func nesting() throws {
        let profile = Self.work("first", threads: 3).profile
        for thread in 0..<profile.threads {
            var open: [Profile.Span] = []
            for span in profile.spans where span.thread == thread {
                while let last = open.last, last.end <= span.start { open.removeLast() }
                #expect(open.last.map { $0.start <= span.start && span.end <= $0.end } ?? true)
                #expect(0 <= span.start && span.start <= span.end && span.end <= profile.nanoseconds)
                open.append(span)
            }
        }
        #expect(Set(profile.entries.map(\.path)) == ["first.layer", "first.layer.band", "first"])
    }

    @Test("what the pool's threads compute has tracks of its own, with the name of what they compute it for")
    func tracks() async {
        // In a process of its own, because other tests change the number of threads.
        await #expect(processExitsWith: .success) {
            try ComputeThreads.set(3)
            // Chance decides which thread takes a share.
            for _ in 0..<500 {
                let profile = Profile.record { ProfileTests.computation("tracks") }.profile
                let banded = profile.spans.filter { $0.thread > 0 && $0.path == "tracks.layer.band" }
                if banded.isEmpty { continue }
                let shares = profile.spans.filter { if case .share = $0.content { true } else { false } }
                exit(shares.allSatisfy { $0.job != nil } && shares.contains { $0.thread > 0 } ? 0 : 1)
            }
            exit(1)
        }
    }

    @Test(
        "operations in bands share the time that their job took, so that no sum exceeds the whole",
        arguments: [1, 2, 4])
    func sums(_ threads: Int) {
        let profile = Self.work("sums", threads: threads).profile
        let tree = ProfileTree(profile)
        func check(_ part: ProfileTree) {
            #expect(part.otherSeconds >= -1e-9, "\(part.name)")
            part.children.forEach(check)
        }
        check(tree)
        #expect(tree.sum.seconds <= profile.seconds)
        #expect(tree.sum.operations == Self.workOperations)
        #expect(profile.kinds.reduce(0) { $0 + $1.sum.operations } == Self.workOperations)
    }

    @Test("what threads did side by side in a job counts as its part of the job's time")
    func shares() {
        func span(_ path: String, _ thread: Int, _ range: Range<Int>, job: Int?) -> Profile.Span {
            let cost = OperationCost(.linear, multiplyAdds: 1, elements: 1)
            return Profile.Span(
                path: path, content: .operation(cost), start: range.lowerBound, end: range.upperBound, thread: thread,
                job: job)
        }
        // Two threads were busy for 80 of the job's 100 nanoseconds, 160 in all.
        let profile = Profile(
            spans: [
                span("alone", 0, 0..<100, job: nil), span("a", 0, 100..<180, job: 0), span("b", 1, 100..<140, job: 0),
                span("c", 1, 140..<180, job: 0),
            ], jobs: [Profile.Job(nanoseconds: 100, busyNanoseconds: 160)], nanoseconds: 200, threads: 2)
        #expect(profile.spans.map(profile.share) == [100, 50, 25, 25])
        #expect(abs(profile.coverage - 1) < 1e-9)
    }

    @Test("results are the same bits, recorded or not")
    func equality() {
        #expect(isIdentical(Self.work("recorded", threads: 3).value, Self.computation("unrecorded")))
    }

    @Test("without a recording nothing is looked for, also after one that ended with an error")
    func off() throws {
        struct Stop: Error {}
        #expect(SpanLog.current == nil)
        #expect(throws: Stop.self) {
            try Profile.record { () throws(Stop) in
                #expect(SpanLog.current != nil)
                throw Stop()
            }
        }
        #expect(SpanLog.current == nil)
        #expect(Profile.record { 1 }.profile.spans.isEmpty)
    }

    @Test("recordings of several threads at once hold what their own thread asked for")
    func separation() {
        let names = (0..<4).map { "thread\($0)" }
        let found = Mutex<[String: Profile]>([:])
        let group = DispatchGroup()
        for name in names + ["unrecorded"] {
            group.enter()
            Thread {
                for _ in 0..<20 {
                    if name == "unrecorded" {
                        _ = Self.computation(name)
                        #expect(SpanLog.current == nil)
                    } else {
                        let profile = Self.work(name, threads: 3).profile
                        found.withLock { $0[name] = profile }
                    }
                }
                group.leave()
            }.start()
        }
        group.wait()
        for (name, profile) in found.withLock({ $0 }) {
            #expect(profile.spans.allSatisfy { $0.path == "" || $0.path.hasPrefix(name) })
            #expect(profile.entries.reduce(0) { $0 + $1.sum.operations } == Self.workOperations)
        }
        #expect(found.withLock { $0.count } == names.count)
    }

    @Test("numbered parts in which the same is computed become one, and others stay")
    func folding() throws {
        let x = Tensor(repeating: 1, shape: [3, 3])
        let profile = Profile.record {
            for block in [0, 1, 2, 3] {
                _ = Profile.layer("blocks.\(block).norm") { x.softmax() }
                _ = Profile.layer("blocks.\(block)") { block == 2 ? x.transposed() : x }
            }
        }.profile
        let tree = ProfileTree(profile)
        let blocks = try #require(tree.children.first)
        #expect(blocks.children.map(\.name) == ["0", "1", "2", "3"])
        let folded = try #require(tree.folded.children.first)
        #expect(folded.children.map(\.name) == ["0-1", "2", "3"])
        #expect(folded.children[0].sum.calls == 2 && folded.children[0].children[0].operations[0].sum.calls == 2)
        #expect(abs(folded.seconds - blocks.seconds) < 1e-12)
        let parts = folded.children.reduce(0) { $0 + $1.seconds }
        #expect(abs(parts - blocks.children.reduce(0) { $0 + $1.seconds }) < 1e-12)
    }

    // MARK: A computation on several threads

    /// Products of a layer, then in bands, each with an addition.
    static func computation(_ name: String) -> Tensor {
        let x = Tensor((0..<96 * 64).map { Float($0 % 17) - 8 }, shape: [96, 64])
        let weight = LinearWeight(Tensor((0..<64 * 64).map { Float($0 % 5) - 2 }, shape: [64, 64]))
        return Profile.stage(name) {
            let product = Profile.layer("layer") { x.linear(weight: weight) }
            let banded = Profile.layer("layer") {
                Tensor.inBands(x.shape, bandRows: 8) { rows in
                    Profile.layer("layer.band") { product.slice(rows).linear(weight: weight) }
                }
            }
            return banded + x
        }
    }

    private static let workOperations = 2 * (2 * 96 * 64 * 64)

    private static func work(_ name: String, threads: Int) -> (value: Tensor, profile: Profile) {
        let before = ComputeThreads.count
        try? ComputeThreads.set(threads)
        defer { try? ComputeThreads.set(before) }
        return Profile.record { computation(name) }
    }
}
