import Checkpoints
import TestSupport
import Testing

@testable import Tensors

/// Every operation against what PyTorch makes of the same input (`Tools/fixtures/tensors_operations.py`), element by
/// element.
@Suite struct PyTorchFixtureTests {
    /// Distances relative to the largest magnitude: sums here have at most 3 * 3 * 25 terms of like size, so a bound of 20
    /// roundings stands far above what they lose and far below any mistake.
    private let tolerance = 20 * Float.unitRoundoff

    private func expect(
        _ actual: Tensor, _ fixture: Checkpoint, _ name: String, within times: Double = 1,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let difference = compare(actual, try fixture.load(name))
        #expect(difference.relative <= times * tolerance, "\(name): \(difference)", sourceLocation: sourceLocation)
    }

    @Test("functions of single elements and softmax")
    func functions() throws {
        let fixture = try Fixture.tensors("tensors/functions")
        let x = try fixture.load("x")
        try expect(x.gelu(), fixture, "gelu")
        try expect(x.quickGELU(), fixture, "quick_gelu")
        try expect(x.sigmoid(), fixture, "sigmoid")
        try expect(x.exponential(), fixture, "exponential")
        try expect(x.sine(), fixture, "sine")
        try expect(x.cosine(), fixture, "cosine")
        try expect(fixture.load("rows").softmax(), fixture, "softmax")
    }

    @Test("normalisations")
    func normalization() throws {
        let fixture = try Fixture.tensors("tensors/normalization")
        let x = try fixture.load("x")
        try expect(
            x.layerNorm(weight: fixture.load("weight"), bias: fixture.load("bias"), epsilon: 1e-5), fixture,
            "layer_norm")
        try expect(x.l2Normalized(epsilon: 1e-12), fixture, "normalized")
    }

    @Test("linear layers and matrix products")
    func products() throws {
        let fixture = try Fixture.tensors("tensors/products")
        let (x, weight, bias) = (try fixture.load("x"), try fixture.load("weight"), try fixture.load("bias"))
        try expect(x.linear(weight: weight, bias: bias), fixture, "linear")
        try expect(
            x.linear(weight: weight, bias: bias, activation: .gelu, adding: fixture.load("residual")), fixture,
            "linear_gelu_residual")
        try expect(x.linear(weight: weight, activation: .relu), fixture, "linear_relu")
        let (left, right) = (try fixture.load("left"), try fixture.load("right"))
        try expect(left.matrixProduct(right), fixture, "product")
        try expect(left.matrixProduct(right.transposed(), transposingOther: true), fixture, "product")
        let shared = right.element(0).element(0)
        let together = left.matrixProduct(shared).element(0).element(0)
        let alone = left.element(0).element(0).matrixProduct(shared)
        // OpenBLAS, where it multiplies, may sum the same row in another order among more rows.
        #expect(
            LinearWeight.packs
                ? isIdentical(together, alone)
                : compare(together.values, alone.values.map(Double.init)) { _ in 1e-4 }.isWithinBounds)
    }

    @Test("attention: plain, causal, with relative positions, and across")
    func attention() throws {
        let fixture = try Fixture.tensors("tensors/attention")
        let packed = try fixture.load("packed")
        let operands = [0, 24, 48].map { AttentionOperand(packed, firstColumn: $0, width: 24) }
        let (q, k, v) = (operands[0], operands[1], operands[2])
        try expect(scaledDotProductAttention(query: q, key: k, value: v, heads: 3), fixture, "plain")
        try expect(scaledDotProductAttention(query: q, key: k, value: v, heads: 3, mask: .causal), fixture, "causal")
        let tables = RelativePositionTables(rows: try fixture.load("rows"), columns: try fixture.load("columns"))
        let square = try fixture.load("square")
        let places = [0, 24, 48].map { AttentionOperand(square, firstColumn: $0, width: 24) }
        try expect(
            scaledDotProductAttention(
                query: places[0], key: places[1], value: places[2], heads: 3, relativePosition: tables), fixture,
            "relative")
        try expect(
            scaledDotProductAttention(
                query: AttentionOperand(fixture.load("few")), key: k, value: AttentionOperand(fixture.load("wide")),
                heads: 3, scale: 0.7), fixture, "cross")
    }

    @Test("convolutions of every kind")
    func convolution() throws {
        let fixture = try Fixture.tensors("tensors/convolution")
        let x = try fixture.load("x")
        let cases: [(String, stride: Int, padding: Int, groups: Int)] = [
            ("pointwise", 1, 0, 1), ("same", 1, 1, 1), ("strided", 2, 1, 1), ("patches", 3, 0, 1), ("grouped", 1, 1, 2),
            ("depthwise", 1, 1, 6), ("depthwise_strided", 2, 1, 6), ("wide", 1, 4, 1),
        ]
        for (name, stride, padding, groups) in cases {
            try expect(
                x.convolution2D(
                    weight: fixture.load("\(name).weight"), bias: fixture.load("\(name).bias"), stride: stride,
                    padding: padding, groups: groups), fixture, "\(name).result")
        }
    }

    @Test("bilinear and bicubic resizing, with and without antialiasing and aligned corners")
    func interpolation() throws {
        let fixture = try Fixture.tensors("tensors/interpolation")
        let x = try fixture.load("x")
        var compared = 0
        for name in fixture.names where name != "x" {
            let shape = try #require(fixture.shape(of: name))
            let (height, width) = (shape[-2], shape[-1])
            let antialias = name.contains(".1.")
            let result: Tensor
            if name.hasPrefix("bicubic") {
                result = x.resizedBicubic(height: height, width: width, antialias: antialias)
            } else {
                result = x.resizedBilinear(
                    height: height, width: width, alignCorners: name.hasPrefix("aligned"), antialias: antialias)
            }
            // The reference is in Float32 too, so that its roundings count beside ours.
            try expect(result, fixture, name, within: 2)
            compared += 1
        }
        #expect(compared == 48)
    }
}
