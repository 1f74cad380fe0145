import CLIP
import SegmentAnything
import Tensors
import Testing

@testable import Introspection

@Suite("What cannot be looked into, in words")
struct IntrospectionErrorTests {
    @Test(
        "one line each, which says what to do",
        arguments: [
            (IntrospectionError.clip(.noSuchBlock(9, blocks: 3)), "the image tower has no block 9: choose from 1 to 3"),
            (.prompt(.empty), "the prompt is empty: give at least one point, a box or mask logits"),
            (
                .notOnePicture(found: 2),
                "this analysis takes one picture, [1, 3, height, width], not 2: call it once for each"
            ),
            (
                .unexpectedTexts(found: [3], embedding: 24),
                "text vectors of shape [3] do not fit this model: pass what encodeText gives, [texts, 24], with one text at "
                    + "least"
            ),
            (
                .unexpectedShape(found: [2, 3], expected: "a vector for each patch, [16, width]"),
                "a tensor of shape [2, 3] does not fit: pass a vector for each patch, [16, width]"
            ),
            (.noSuch(kind: .head, index: 4, last: 3), "there is no head 4 here: choose one up to 3"),
            (
                .noSuchPlace("visual.ln_pre"),
                "there is no head or token of that number in the activation 'visual.ln_pre', or it was not handed over: "
                    + "look at the shapes of the activations"
            ),
        ])
    func sentences(_ error: IntrospectionError, _ sentence: String) {
        #expect(error.description == sentence)
    }
}
