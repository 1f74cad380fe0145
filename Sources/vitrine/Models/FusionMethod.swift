import AnomalySegmentation
import ArgumentParser

/// The ways to join map and masks, by name.
enum FusionMethod: String, ExpressibleByArgument, CaseIterable {
    case blend, gate, softGate, mask, clip

    /// Chooses this way. Values of its own stay as they are where it was chosen already, else they are the defaults.
    func apply(to mode: inout FusionConfiguration.Mode) {
        switch (self, mode) {
        case (.blend, .blend), (.softGate, .softGate): break
        case (.blend, _): mode = .blend()
        case (.gate, _): mode = .gate
        case (.softGate, _): mode = .softGate()
        case (.mask, _): mode = .mask
        case (.clip, _): mode = .clip
        }
    }
}
