import Tensors

/// The products of the models, rows of tokens times a weight: as layers run them, in Float32 and in bytes, and as OpenBLAS
/// does on the same number of threads.
func products() -> [KernelBenchmark] { Precision.allCases.flatMap(products) }

private func products(_ precision: Precision) -> [KernelBenchmark] {
    func product(_ model: String, _ rows: Int, _ columns: Int, _ depth: Int) -> KernelBenchmark {
        benchmark(model, rows, columns, depth, precision)
    }
    /// Both products of the MLP of a transformer block whose hidden width is four times that of the tokens.
    func mlp(_ model: String, tokens: Int, width: Int) -> [KernelBenchmark] {
        [product("\(model) mlp in", tokens, 4 * width, width), product("\(model) mlp out", tokens, width, 4 * width)]
    }
    return mlp("ViT-B/32", tokens: 50, width: 768)
        + [product("ViT-B/16 qkv", 197, 2304, 768), product("ViT-B/16 attention out", 197, 768, 768)]
        + mlp("ViT-B/16", tokens: 197, width: 768)
        + mlp("ViT-L/14@336", tokens: 577, width: 1024)
        + [
            product("text, one prompt of 12 tokens", 12, 2048, 512),
            product("one row", 1, 3072, 768),
            product("SAM ViT-B qkv", 4096, 2304, 768), product("SAM ViT-B mlp in", 4096, 3072, 768),
            product("SAM decoder mlp", 11, 2048, 256), product("MobileSAM layer 2 qkv", 4096, 480, 160),
        ]
}

private func benchmark(
    _ model: String, _ rows: Int, _ columns: Int, _ depth: Int, _ precision: Precision
) -> KernelBenchmark {
    let kernel = precision == .full ? "product" : "product \(precision.rawValue)"
    return KernelBenchmark(kernel: kernel, model: model, shape: "\(rows) x \(columns) x \(depth)") {
        let input = pattern([rows, depth])
        let weight = pattern([columns, depth], seed: 2)
        let packed = LinearWeight(weight, precision: precision)
        let places = [(0, 0), (rows - 1, columns - 1), (rows / 2, columns / 3)]
        return PreparedKernel(
            run: { input.linear(weight: packed) },
            library: LibraryProduct.shared.map { library in { library.linear(input, weight) } },
            expected: places.map { row, column in
                let sum = (0..<depth).reduce(0.0) { $0 + Double(input[row, $1]) * Double(weight[column, $1]) }
                // Bytes stand for numbers to about four thousandths, which adds up like the products themselves.
                let unit = precision == .full ? 1 : 100.0
                return ExpectedElement(
                    row * columns + column, sum, magnitude: unit * Double(depth).squareRoot())
            })
    }
}
