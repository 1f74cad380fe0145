#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// How a resized pixel is made from the pixels around it. When a side shrinks, the filter widens with it, so small
/// details are averaged and not skipped; `nearest` is the exception.
public enum ResamplingFilter: Sendable, CaseIterable {
    /// The one source pixel under the centre.
    case nearest
    /// Mean over the covered source pixels.
    case box
    /// Triangle, two source pixels wide.
    case bilinear
    /// Keys' cubic with a = -0.5, four source pixels wide.
    case bicubic
    /// Sinc windowed by sinc, six source pixels wide.
    case lanczos

    /// Half the width, in source pixels at scale 1.
    var support: Double {
        switch self {
        case .nearest: 0
        case .box: 0.5
        case .bilinear: 1
        case .bicubic: 2
        case .lanczos: 3
        }
    }

    /// Height of the filter at `position` source pixels from its centre.
    func weight(at position: Double) -> Double {
        switch self {
        case .nearest: return 0
        case .box: return position > -0.5 && position <= 0.5 ? 1 : 0
        case .bilinear: return max(0, 1 - abs(position))
        case .bicubic: return Self.cubic(abs(position))
        case .lanczos: return position >= -3 && position < 3 ? Self.sinc(position) * Self.sinc(position / 3) : 0
        }
    }

    private static func cubic(_ x: Double) -> Double {
        let a = -0.5
        if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
        if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
        return 0
    }

    private static func sinc(_ x: Double) -> Double {
        if x == 0 { return 1 }
        let angle = x * Double.pi
        return sin(angle) / angle
    }
}
