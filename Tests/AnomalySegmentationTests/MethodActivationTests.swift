import CLIP
import Imaging
import NeuralNetwork
import SegmentAnything
import Tensors
import TestSupport
import Testing

@testable import AnomalySegmentation

@Suite("The way from map to mask, observed and edited")
struct MethodActivationTests {
    private let segmenter: AnomalySegmenter
    private let picture = GeneratedModels.picture(width: 96, height: 72)

    init() throws {
        segmenter = try GeneratedModels.segmenter(scales: [1, 2]) {
            $0.map.producer = .dense(patches: PatchComparison(layers: [3, 7]))
        }
    }

    private func run(_ observing: [String], _ editing: [String: ActivationEdit] = [:]) throws -> Observed<AnomalyResult>
    {
        try segmenter.segment(picture, object: "tile", observing: observing, editing: editing)
    }

    @Test("every value is what the result was made of, and observing changes no byte")
    func values() throws {
        let found = try run(["*"])
        let ordinary = try segmenter.segment(picture, object: "tile")
        #expect(found.output.fusedMap == ordinary.fusedMap && found.output.mask == ordinary.mask)
        let shapes = Dictionary(
            uniqueKeysWithValues: segmenter.activations(for: picture.size).map { ($0.name, $0.shape) })
        for (name, tensor) in found.activations { #expect(tensor.shape == shapes[name], "\(name)") }
        let groups = ordinary.prompts.groups
        let stages = ordinary.cascades.map(\.stages.count).reduce(0, +)
        #expect(!groups.isEmpty && found.activations.count == 2 * 3 + 2 + 1 + 2 + 1 + 3 * groups.count + 2 * stages)
        for input in 0..<2 {
            let layers = try [3, 7].map { try #require(found["map.inputs.\(input).layers.\($0)"]) }
            #expect(compare(Tensor.mean(of: layers), try #require(found["map.inputs.\(input)"])).relative < 1e-6)
        }
        #expect(found["map.square"]?.values == ordinary.map.squareMap.values)
        #expect(found["map.picture"]?.values == ordinary.clipMap.values)
        #expect(found["affinity.square"]?.values == ordinary.smoothedMap.squareMap.values)
        #expect(ordinary.smoothedMap.squareMap != ordinary.map.squareMap)
        let weights = try #require(found["ridges.weights"])
        #expect(weights.values.contains { $0 < 0.9 })
        #expect(found["points.threshold"]?.values == ordinary.prompts.threshold.map { [$0.heat] })
        for (index, group) in groups.enumerated() {
            let ring = try #require(found["groups.\(index).ring"])
            let cost = try #require(found["groups.\(index).cost"])
            #expect(ring.values.filter { $0 == 1 }.count == group.ring.area)
            #expect(cost.values.filter(\.isFinite).count == group.ring.candidates)
            for point in group.negatives {
                #expect(ring[point.mapPixel.y, point.mapPixel.x] == 1)
                #expect(point.reason == .leastSimilar(cost: cost[point.mapPixel.y, point.mapPixel.x]))
            }
            for stage in ordinary.cascades[index].stages {
                let place = "groups.\(index).stages.\(stage.stage)"
                #expect(found["\(place).logits"]?.values == stage.logits.values)
                #expect(found["\(place).predicted_iou"]?.values == stage.predictedIoU)
            }
        }
    }

    @Test("an edit at any place has the effect that it should have")
    func edits() throws {
        let ordinary = try segmenter.segment(picture, object: "tile")
        let flat = try run([], ["map.inputs.*": { Tensor(repeating: 0.5, shape: $0.shape) }])
        #expect(flat.output.omission == .flatMap)
        #expect(try run([], ["map.square": { $0 * 0.5 }]).output.fusedPeak < ordinary.fusedPeak)
        #expect(try run([], ["map.picture": { $0 * 0.5 }]).output.clipMap.range != ordinary.clipMap.range)
        #expect(try run([], ["affinity.square": { $0 * 0.5 }]).output.fusedPeak < ordinary.fusedPeak)
        #expect(try run([], ["ridges.weights": { $0 * 0.5 }]).output.fusedPeak < ordinary.fusedPeak)
        #expect(try run([], ["points.threshold": { _ in Tensor(2) }]).output.omission == .noGroups)
        let cold = try run([], ["points.heat": { Tensor(zeros: $0.shape) }])
        #expect(cold.output.prompts.groups.map(\.peakHeat) != ordinary.prompts.groups.map(\.peakHeat))
        #expect(try run([], ["groups.*.ring": { Tensor(zeros: $0.shape) }]).output.prompts.groups[0].negatives.isEmpty)
        let inverted = try run([], ["groups.0.similarity": { $0 * -1 }]).output.prompts.groups[0]
        #expect(inverted.positives[0].similarity == -ordinary.prompts.groups[0].positives[0].similarity)
        // The best negative is taken out, so another one comes first.
        let first = try #require(ordinary.prompts.groups[0].negatives.first?.mapPixel)
        let other = try run(
            [],
            [
                "groups.0.cost": { costs in
                    var costs = costs
                    costs[first.y, first.x] = .infinity
                    return costs
                }
            ]
        ).output.prompts.groups[0].negatives
        #expect(!other.isEmpty && !other.map(\.mapPixel).contains(first))
        let empty = try run([], ["groups.*.stages.1.logits": { Tensor(repeating: -1, shape: $0.shape) }])
        #expect(empty.output.cascades.allSatisfy { $0.stages.count == 1 && $0.stages[0].rejection == .empty })
        let quality = try run([], ["groups.0.stages.1.predicted_iou": { $0 + 1 }]).output.cascades[0].stages[0]
        #expect(quality.predictedIoU == ordinary.cascades[0].stages[0].predictedIoU.map { $0 + 1 })
    }

    @Test("a name that does not exist is refused with the nearest ones")
    func unknown() throws {
        let error = #expect(throws: AnomalySegmentationError.self) { try run(["groups.0.similarty"]) }
        guard case .activation(.unknownName("groups.0.similarty", let nearest)) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(nearest.first == "groups.0.similarity")
    }
}
