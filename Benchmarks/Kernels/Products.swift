import Tensors

/// A product of the real models: rows of tokens times a weight.
private struct Product {
    let name: String
    let rows: Int
    let columns: Int
    let depth: Int

    static let all = [
        Product(name: "ViT-B/32 mlp in", rows: 50, columns: 3072, depth: 768),
        Product(name: "ViT-B/32 mlp out", rows: 50, columns: 768, depth: 3072),
        Product(name: "ViT-B/16 qkv", rows: 197, columns: 2304, depth: 768),
        Product(name: "ViT-B/16 mlp in", rows: 197, columns: 3072, depth: 768),
        Product(name: "ViT-B/16 mlp out", rows: 197, columns: 768, depth: 3072),
        Product(name: "ViT-L/14@336 mlp in", rows: 577, columns: 4096, depth: 1024),
        Product(name: "ViT-L/14@336 mlp out", rows: 577, columns: 1024, depth: 4096),
        Product(name: "text, one prompt of 12 tokens", rows: 12, columns: 2048, depth: 512),
        Product(name: "one row", rows: 1, columns: 3072, depth: 768),
        Product(name: "SAM ViT-B qkv", rows: 4096, columns: 2304, depth: 768),
        Product(name: "SAM ViT-B mlp in", rows: 4096, columns: 3072, depth: 768),
        Product(name: "SAM decoder mlp", rows: 11, columns: 2048, depth: 256),
        Product(name: "MobileSAM layer 2 qkv", rows: 4096, columns: 480, depth: 160),
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
