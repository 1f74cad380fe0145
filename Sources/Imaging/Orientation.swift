/// How a stored picture must be turned to be seen upright: the values of the EXIF orientation tag.
public enum Orientation: Int, Sendable, CaseIterable {
    /// Nothing is to be done.
    case upright = 1
    /// Left and right are exchanged.
    case mirroredAcross = 2
    /// Turned by 180 degrees.
    case halfTurn = 3
    /// Top and bottom are exchanged.
    case mirroredDown = 4
    /// Rows and columns are exchanged.
    case mirroredAlongDiagonal = 5
    /// To be turned by 90 degrees clockwise.
    case quarterTurnRight = 6
    /// Rows and columns are exchanged, both from the end.
    case mirroredAcrossDiagonal = 7
    /// To be turned by 90 degrees anticlockwise.
    case quarterTurnLeft = 8

    /// Whether turning exchanges width and height.
    public var swapsSides: Bool { rawValue >= 5 }

    /// The stored pixel that is seen at (x, y) of the upright picture.
    func stored(x: Int, y: Int, in size: ImageSize) -> (x: Int, y: Int) {
        let (right, bottom) = (size.width - 1, size.height - 1)
        switch self {
        case .upright: return (x, y)
        case .mirroredAcross: return (right - x, y)
        case .halfTurn: return (right - x, bottom - y)
        case .mirroredDown: return (x, bottom - y)
        case .mirroredAlongDiagonal: return (y, x)
        case .quarterTurnRight: return (y, bottom - x)
        case .mirroredAcrossDiagonal: return (right - y, bottom - x)
        case .quarterTurnLeft: return (right - y, x)
        }
    }

    /// The size of the upright picture.
    public func uprightSize(of stored: ImageSize) -> ImageSize {
        swapsSides ? ImageSize(width: stored.height, height: stored.width) : stored
    }

    func turned<Value>(_ values: [Value], channels: Int, size: ImageSize) -> [Value] {
        let upright = uprightSize(of: size)
        var output: [Value] = []
        output.reserveCapacity(values.count)
        for y in 0..<upright.height {
            for x in 0..<upright.width {
                let source = stored(x: x, y: y, in: size)
                let first = (source.y * size.width + source.x) * channels
                for channel in 0..<channels { output.append(values[first + channel]) }
            }
        }
        return output
    }
}

extension Image {
    /// The picture turned upright.
    public func turned(upright orientation: Orientation) -> Image {
        if orientation == .upright { return self }
        return Image(
            size: orientation.uprightSize(of: size), pixels: orientation.turned(pixels, channels: 3, size: size))
    }
}

extension Mask {
    /// The mask turned upright, for the truth that belongs to a turned picture.
    public func turned(upright orientation: Orientation) -> Mask {
        if orientation == .upright { return self }
        return Mask(
            size: orientation.uprightSize(of: size), values: orientation.turned(values, channels: 1, size: size))
    }
}
