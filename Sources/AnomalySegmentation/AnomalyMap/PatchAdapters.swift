import CLIP
import NeuralNetwork
import Tensors

/// Trained linear maps from the patches of several blocks into the space shared with texts.
///
/// Keys: `trainable_linearlayer.fc.<i>.weight` [embedding, width], `.bias` [embedding], from 0. Matches `LinearLayer` of
/// APRIL-GAN, as its training saves it.
struct PatchAdapters: Sendable {
    /// One for each block, in the order of the blocks.
    let layers: [Linear]

    /// - Throws: `WeightError` with all that is missing, misshapen or left over for this CLIP.
    init(_ weights: some TensorSource, for clip: CLIPConfiguration) throws(WeightError) {
        layers = try WeightScope.load(from: weights) { root in
            let scope = root.child("trainable_linearlayer").child("fc")
            var count = 1
            while count < clip.visionLayers, scope.child(count).contains("weight") { count += 1 }
            return (0..<count).map { Linear(scope.child($0), in: clip.visionWidth, out: clip.embedding) }
        }
    }
}
