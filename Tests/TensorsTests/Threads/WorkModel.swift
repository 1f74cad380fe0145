import KernelInterface
import Testing

@testable import Tensors

/// What the threads of a pool do with one job when every task takes as long as its work: the thread that is free first takes
/// the next share, as the pool hands it out.
struct Schedule {
    let tasks: Int
    /// Nanoseconds of all tasks, of the longest one, and until the last thread is done.
    let work, longest, span: Double

    /// - Parameter time: nanoseconds of neighbouring items.
    init(_ split: WorkSplit, threads: Int, time: (_ items: Range<Int>) -> Double) {
        var free = [Double](repeating: 0, count: threads)
        var (next, work, longest) = (0, 0.0, 0.0)
        while next < split.chunks {
            let share = WorkSplit.share(after: next, of: split.chunks, threads: threads)
            let chunks = next..<min(split.chunks, next + share)
            let first = free.indices.min { free[$0] < free[$1] } ?? 0
            for chunk in chunks {
                let own = time(split.items(chunk..<chunk + 1))
                free[first] += own
                work += own
                longest = max(longest, own)
            }
            next = chunks.upperBound
        }
        tasks = split.chunks
        (self.work, self.longest) = (work, longest)
        span = free.max() ?? 0
    }
}

/// The jobs of one operation, one after the other.
struct Operation {
    let name: String
    let jobs: [Schedule]

    /// Of the job that has fewest.
    var tasks: Int { jobs.map(\.tasks).min() ?? 0 }
    var work: Double { jobs.reduce(0) { $0 + $1.work } }
    /// The idle share of the threads' time.
    func tail(_ threads: Int) -> Double { 1 - work / (Double(threads) * jobs.reduce(0) { $0 + $1.span }) }
}

/// What a core does in a nanosecond: only the proportion between jobs of one operation depends on it, and how short a task
/// is.
private enum Rate {
    static let multiplyAdds = 125.0
    static let byteMultiplyAdds = 500.0
    static let elements = 5.0
}

/// Operations of the published sizes, cut for a number of threads by the code that computes them.
struct WorkModel {
    let kernels: any KernelSet.Type
    let threads: Int

    /// - Parameter time: nanoseconds of an item.
    private func job(_ split: WorkSplit, _ time: (Int) -> Double) -> Schedule {
        Schedule(split, threads: threads) { $0.reduce(0) { $0 + time($1) } }
    }

    /// Where each item reads and writes as many numbers as every other.
    func memory(_ name: String, _ split: WorkSplit, numbers: Int) -> Operation {
        let schedule = Schedule(split, threads: threads) { Double($0.count * numbers) / Rate.elements }
        return Operation(name: name, jobs: [schedule])
    }

    private func products(_ split: WorkSplit, _ blocks: ProductBlocks, _ rows: Int, _ depth: Int, _ rate: Double)
        -> Schedule
    {
        job(split) {
            let block = blocks[$0]
            let height = blocks.firstRow(block.rowPanels.upperBound) - blocks.firstRow(block.rowPanels.lowerBound)
            // For few rows, memory sets the time.
            let width = block.columnPanels.count * kernels.tileColumns
            return Double(max(height, PackedProduct.leastRows) * width * depth) / rate
        }
    }

    func linear(_ name: String, rows: Int, outputs: Range<Int>, depth: Int) -> Operation {
        let blocks = PackedProduct.blocks(
            rows: rows, outputs: outputs, depth: depth, passDepth: PackedWeight.evenPassDepth(depth),
            tileRows: kernels.tileRows, tileColumns: kernels.tileColumns, threads: threads)
        let split = PackedProduct.split(blocks, depth: depth)
        return Operation(name: name, jobs: [products(split, blocks, rows, depth, Rate.multiplyAdds)])
    }

    /// The rows are rounded first.
    func narrow(_ name: String, rows: Int, outputs: Int, depth: Int, _ precision: Precision = .int8) -> Operation {
        // What is cut does not depend on what the numbers are, but for their size.
        typealias Product = NarrowProduct<ByteWeight>
        let blocks = Product.blocks(
            rows: rows, outputs: 0..<outputs, depth: depth, weightBytes: precision == .int8 ? 1 : 2,
            tileRows: kernels.tileRows, tileColumns: kernels.tileColumns, threads: threads)
        return Operation(
            name: "\(name), \(precision)",
            jobs: [
                job(Product.rowSplit(rows, depth: depth, threads: threads)) { _ in Double(depth) / Rate.elements },
                products(Product.split(blocks, depth: depth), blocks, rows, depth, Rate.byteMultiplyAdds),
            ])
    }

    func attention(
        _ name: String, queries: Int, keys: Int, heads: Int, windows: AttentionWindows? = nil, gridSide: Int = 0
    ) -> Operation {
        let positions = gridSide > 0 ? Tensor(zeros: [gridSide, gridSide, 64]) : nil
        let plan = AttentionPlan(
            kernels: kernels, heads: heads, queries: queries, keys: keys, headWidth: 64, valueWidth: 64, scale: 1,
            isCausal: false, hasBias: false, windows: windows,
            positions: positions.map { RelativePositionTables(rows: $0, columns: $0) })
        let groups = windows?.count ?? 1
        let cut = plan.cut(groups: groups, threads: threads)
        let packed = Double(plan.keySize + plan.valueSize) / Rate.elements
        func work(_ group: Int, _ first: Int, _ most: Int) -> Double {
            let extent = plan.extent(group)
            let rows = max(0, min(most, extent.height * extent.width - first))
            return Double(rows * (128 * keys + 128 * gridSide)) / Rate.multiplyAdds
        }
        guard let packing = cut.packing else {
            return Operation(name: name, jobs: [job(cut.split) { packed + work($0 / heads, 0, queries) }])
        }
        return Operation(
            name: name,
            jobs: [
                job(packing) { _ in packed / Double(cut.parts) },
                job(cut.split) { work($0 / cut.blocks / heads, $0 % cut.blocks * cut.blockRows, cut.blockRows) },
            ])
    }

    /// The patches of a square picture, 16 x 16 pixels each.
    func patches(_ name: String, side: Int, width: Int) -> Operation {
        let geometry = ConvolutionGeometry([1, 3, side, side], [width, 3, 16, 16], stride: 16, padding: 0, groups: 1)
        let cut = geometry.unrolledCut(
            tileRows: kernels.tileRows, tileColumns: kernels.tileColumns, threads: threads)
        guard let (rows, blocks, split) = cut.shared else {
            return Operation(
                name: name,
                jobs: [
                    job(cut.split) {
                        let pixels = min(cut.run, geometry.pixels - $0 * cut.run)
                        return Double(pixels * 768 * width) / Rate.multiplyAdds + Double(pixels * 768) / Rate.elements
                    }
                ])
        }
        return Operation(
            name: name,
            jobs: [
                job(rows) { _ in Double(geometry.pixels) / Rate.elements },
                products(split, blocks, width, 768, Rate.multiplyAdds),
            ])
    }

    /// A 3 x 3 convolution of a square map that keeps its channels.
    func convolution(_ name: String, side: Int, channels: Int) -> Operation {
        let weight = PackedWeight(
            Tensor(zeros: [channels, 9 * channels]), kernels: kernels,
            passDepth: PackedWeight.evenPassDepth(3 * channels))
        let plan = PixelConvolution(
            weight: weight, rows: side, height: side, width: side, channels: channels, stride: 1, firstRow: -1)
        let (tiles, split) = plan.split(threads: threads)
        return Operation(
            name: name,
            jobs: [
                job(split) {
                    let own = min(plan.tiles, ($0 + 1) * tiles) - $0 * tiles
                    return Double(own * kernels.tileRows * 9 * channels * channels) / Rate.multiplyAdds
                }
            ])
    }

    func matrixProduct(_ name: String, rows: Int, columns: Int, depth: Int) -> Operation {
        let plan = ProductPlan(rows: rows, columns: columns, depth: depth, threads: threads)
        return Operation(
            name: name,
            jobs: [
                job(plan.split()) {
                    let width = min(plan.blockColumns, columns - $0 % plan.columnBlocks * plan.blockColumns)
                    return Double(max(plan.blockRows, PackedProduct.leastRows) * width * depth) / Rate.multiplyAdds
                }
            ])
    }

    /// One pass of the decoder over the columns of its map.
    func columns(_ name: String, rows: Int, columns: Int, queries: Int, keys: Int) -> Operation {
        let plan = ColumnAttention(batch: 1, rows: rows, columns: columns, queryCount: queries, keyCount: keys)
        return Operation(
            name: name,
            jobs: [
                job(plan.split) { _ in Double(2 * (queries + keys) * rows * 256) / Rate.multiplyAdds }
            ])
    }
}

extension WorkModel {
    /// CLIP ViT-B/16 at 224 px, one picture.
    var clip: [Operation] {
        let norm = Tensor.rowSplit(197, columns: 768, least: WorkSplit.leastNumbers, threads: threads)
        let copied = Tensor.elementSplit(196 * 768, threads: threads)
        let added = Tensor.elementSplit(197 * 768, threads: threads)
        return [
            patches("patch embedding", side: 224, width: 768),
            memory(
                "patches transposed", Tensor.transposeSplit(matrices: 1, rows: 768, columns: 196, threads: threads),
                numbers: 2 * 196
            ),
            memory("class token before the patches", copied, numbers: 2),
            memory("positions added", added, numbers: 3),
            memory("layer norm", norm, numbers: 2 * 768),
            linear("query, key, value", rows: 197, outputs: 0..<2304, depth: 768),
            attention("attention", queries: 197, keys: 197, heads: 12),
            linear("projection", rows: 197, outputs: 0..<768, depth: 768),
            linear("MLP in", rows: 197, outputs: 0..<3072, depth: 768),
            linear("MLP out", rows: 197, outputs: 0..<768, depth: 3072),
            narrow("query, key, value", rows: 197, outputs: 2304, depth: 768),
            narrow("projection", rows: 197, outputs: 768, depth: 768),
            narrow("MLP in", rows: 197, outputs: 3072, depth: 768),
            narrow("MLP out", rows: 197, outputs: 768, depth: 3072),
            linear("last block: key, value", rows: 197, outputs: 768..<2304, depth: 768),
            linear("last block: query, one row", rows: 1, outputs: 0..<768, depth: 768),
            attention("last block: attention, one query", queries: 1, keys: 197, heads: 12),
            linear("last block: MLP in, one row", rows: 1, outputs: 0..<3072, depth: 768),
            linear("last block: MLP out, one row", rows: 1, outputs: 0..<768, depth: 3072),
            matrixProduct("embedding, one row", rows: 1, columns: 512, depth: 768),
        ]
    }

    /// SAM ViT-B at 1024 px: the encoder, a pass of the decoder with six points, and its mask at the picture's size.
    var sam: [Operation] {
        let norm = Tensor.rowSplit(4096, columns: 768, least: WorkSplit.leastNumbers, threads: threads)
        let neckNorm = Tensor.rowSplit(4096, columns: 256, least: WorkSplit.leastNumbers, threads: threads)
        let table = ResamplingTable(
            from: 256, to: 1024, places: 0..<1024, filter: .bilinear(alignCorners: false), antialias: false)
        let windows = AttentionWindows(gridHeight: 64, gridWidth: 64, side: 14)
        let panels = 4096 / kernels.tileColumns
        return [
            patches("patch embedding", side: 1024, width: 768),
            memory(
                "patches transposed", Tensor.transposeSplit(matrices: 1, rows: 768, columns: 4096, threads: threads),
                numbers: 2 * 768),
            memory("positions added", Tensor.elementSplit(4096 * 768, threads: threads), numbers: 3),
            memory("layer norm", norm, numbers: 2 * 768),
            linear("query, key, value", rows: 4096, outputs: 0..<2304, depth: 768),
            attention("attention in windows", queries: 196, keys: 196, heads: 12, windows: windows, gridSide: 14),
            attention("attention everywhere", queries: 4096, keys: 4096, heads: 12, gridSide: 64),
            linear("projection", rows: 4096, outputs: 0..<768, depth: 768),
            linear("MLP in", rows: 4096, outputs: 0..<3072, depth: 768),
            linear("MLP out", rows: 4096, outputs: 0..<768, depth: 3072),
            narrow("MLP in", rows: 4096, outputs: 3072, depth: 768),
            narrow("MLP out", rows: 4096, outputs: 768, depth: 3072),
            linear("neck: 1 x 1", rows: 4096, outputs: 0..<256, depth: 768),
            memory("neck: layer norm", neckNorm, numbers: 2 * 256),
            convolution("neck: 3 x 3", side: 64, channels: 256),
            memory(
                "neck: transposed", Tensor.transposeSplit(matrices: 1, rows: 4096, columns: 256, threads: threads),
                numbers: 2 * 256),
            columns("decoder: both cross-attentions", rows: 256, columns: 4096, queries: 96, keys: 96),
            memory(
                "decoder: transposed convolutions", ColumnPanels.split(panels, threads: threads), numbers: 256 * 600),
            memory("mask to 1024 px: columns", table.columnSplit(rows: 256, threads: threads), numbers: 1024),
            memory(
                "mask to 1024 px: rows", table.rowSplit(planes: 1, width: 1024, threads: threads), numbers: 3 * 1024),
        ]
    }

    /// The products of both in bfloat16.
    var bfloat16: [Operation] {
        [(197, "CLIP"), (4096, "SAM")].flatMap { rows, model in
            [
                narrow("\(model), query, key, value", rows: rows, outputs: 2304, depth: 768, .bf16),
                narrow("\(model), projection", rows: rows, outputs: 768, depth: 768, .bf16),
                narrow("\(model), MLP in", rows: rows, outputs: 3072, depth: 768, .bf16),
                narrow("\(model), MLP out", rows: rows, outputs: 768, depth: 3072, .bf16),
            ]
        }
    }
}
