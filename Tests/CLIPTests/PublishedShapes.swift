import Foundation
import Tensors
import TestSupport

/// Names and shapes of the published models, as their libraries list them.
struct PublishedShapes {
    var entries: [String: [(name: String, shape: Shape)]] = [:]

    init() throws {
        let data = try Data(contentsOf: Fixture.url("CLIP/full_published_shapes.json"))
        let root = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        for (name, list) in root?["models"] as? [String: Any] ?? [:] {
            entries[name] = GeneratedWeights.entries(list)
        }
    }
}
