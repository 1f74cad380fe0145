import Tensors

/// A product of the real models: rows of tokens times a weight.
private struct Product {
    let name: String
    let rows, columns, depth: Int

    init(_ name: String, _ rows: Int, _ columns: Int, _ depth: Int) {
        (self.name, self.rows, self.columns, self.depth) = (name, rows, columns, depth)
    }

    /// Both products of the MLP of a transformer block whose hidden width is four times that of the tokens.
    private static func mlp(_ model: String, tokens: Int, width: Int) -> [Product] {
        [Product("\(model) mlp in", tokens, 4 * width, width), Product("\(model) mlp out", tokens, width, 4 * width)]
    }

    static let all =
        mlp("ViT-B/32", tokens: 50, width: 768)
        + [Product("ViT-B/16 qkv", 197, 2304, 768)]
        + mlp("ViT-B/16", tokens: 197, width: 768)
        + mlp("ViT-L/14@336", tokens: 577, width: 1024)
        + [
            Product("text, one prompt of 12 tokens", 12, 2048, 512),
            Product("one row", 1, 3072, 768),
            Product("SAM ViT-B qkv", 4096, 2304, 768), Product("SAM ViT-B mlp in", 4096, 3072, 768),
            Product("SAM decoder mlp", 11, 2048, 256), Product("MobileSAM layer 2 qkv", 4096, 480, 160),
        ]
}

/// Each product twice: as layers run it, and as OpenBLAS does on the same number of threads.
func products() {
    for product in Product.all {
        let (rows, columns, depth) = (product.rows, product.columns, product.depth)
        let input = pattern([rows, depth])
        let weight = pattern([columns, depth], seed: 2)
        let packed = LinearWeight(weight)
        let places = [(0, 0), (rows - 1, columns - 1), (rows / 2, columns / 3)]
        let expected = places.map { row, column in
            let sum = (0..<depth).reduce(0.0) { $0 + Double(input[row, $1]) * Double(weight[column, $1]) }
            return (index: row * columns + column, value: sum)
        }
        let size = "\(rows) x \(columns) x \(depth)"
        let operations = 2 * Double(rows) * Double(columns) * Double(depth)
        let elements = rows * depth + columns * depth + rows * columns
        kernel("product, \(product.name), \(size), as layers run it", operations: operations, elements: elements) {
            input.linear(weight: packed)
        } check: {
            compare($0, expected, magnitude: Double(depth).squareRoot())
        }
        guard let library = LibraryProduct.shared else { continue }
        kernel(
            "product, \(product.name), \(size), OpenBLAS \(library.core)", operations: operations, elements: elements
        ) {
            library.linear(input, weight)
        } check: {
            compare($0, expected, magnitude: Double(depth).squareRoot())
        }
    }
}
