/// A closed line along the edges of pixels.
///
/// Corners are counted in edges, not in pixel centres: (0, 0) is the top left corner of the top left pixel, and a single
/// pixel is a square of side 1. COCO's polygons are meant so.
public struct MaskPolygon: Hashable, Sendable {
    /// A place between four pixels.
    public struct Corner: Hashable, Sendable {
        /// Columns to its left.
        public let x: Int
        /// Rows above it.
        public let y: Int
    }

    /// From corner to corner, pixels inside on the right; the last is joined to the first.
    public let corners: [Corner]
}

extension Mask {
    /// Polygons that together cover exactly the pixels that hold.
    ///
    /// A polygon of COCO cannot have a hole. A hole is therefore reached from outside by a cut without width, which the
    /// line follows in and out. Pixels that only share a corner are in polygons of their own.
    ///
    /// - Returns: one polygon for each group of pixels that hang together by edges, in the order in which a scan by rows
    ///   meets them.
    /// - Complexity: linear in the pixels.
    public var polygons: [MaskPolygon] {
        var outlines = PixelOutlines(self)
        return outlines.polygons()
    }
}

extension RunLengthMask {
    /// ``Mask/polygons`` of the mask.
    public var polygons: [MaskPolygon] {
        guard let box = boundingBox else { return [] }
        return cropped(to: box).polygons.map { polygon in
            MaskPolygon(corners: polygon.corners.map { .init(x: $0.x + box.x0, y: $0.y + box.y0) })
        }
    }
}

/// Walks around the pixels of a mask, one pixel edge at a time.
private struct PixelOutlines {
    private enum Heading: Int {
        case east, south, west, north

        var step: (x: Int, y: Int) {
            switch self {
            case .east: (1, 0)
            case .south: (0, 1)
            case .west: (-1, 0)
            case .north: (0, -1)
            }
        }
        var turnedRight: Heading { Heading(rawValue: (rawValue + 1) % 4) ?? .east }
        var turnedLeft: Heading { Heading(rawValue: (rawValue + 3) % 4) ?? .east }
    }

    private struct Node {
        var corner: MaskPolygon.Corner
        var next: Int
    }

    private struct Hole {
        var nodes: Range<Int>
        /// The node at its topmost, of these the leftmost corner.
        var top: Int
    }

    private let mask: Mask
    private var nodes: [Node] = []
    /// For each corner that a line touches, a node there.
    private var nodeAt: [Int: Int] = [:]
    /// The first nodes of the lines around pixels.
    private var outer: [Int] = []
    private var holes: [Hole] = []

    init(_ mask: Mask) {
        self.mask = mask
        let (width, height) = (mask.size.width, mask.size.height)
        // Every line heads east along the top of some pixel.
        var isWalked = [Bool](repeating: false, count: mask.size.pixelCount)
        for y in 0..<height {
            for x in 0..<width where holds(x, y) && !holds(x, y - 1) && !isWalked[y * width + x] {
                walk(fromTopOf: (x, y), &isWalked)
            }
        }
    }

    private func holds(_ x: Int, _ y: Int) -> Bool {
        x >= 0 && y >= 0 && x < mask.size.width && y < mask.size.height && mask.values[y * mask.size.width + x]
    }

    private func key(_ corner: MaskPolygon.Corner) -> Int { corner.y * (mask.size.width + 1) + corner.x }

    private mutating func walk(fromTopOf start: (x: Int, y: Int), _ isWalked: inout [Bool]) {
        let first = nodes.count
        var top = first
        var (x, y) = start
        var heading = Heading.east
        var doubledArea = 0
        repeat {
            if heading == .east { isWalked[y * mask.size.width + x] = true }
            let corner = MaskPolygon.Corner(x: x, y: y)
            nodeAt[key(corner)] = nodes.count
            nodes.append(Node(corner: corner, next: nodes.count + 1))
            if (y, x) < (nodes[top].corner.y, nodes[top].corner.x) { top = nodes.count - 1 }
            let step = heading.step
            doubledArea += x * step.y - y * step.x
            x += step.x
            y += step.y
            let (left, right) = pixelsAhead(x, y, heading)
            heading = !right ? heading.turnedRight : left ? heading.turnedLeft : heading
        } while (x, y) != start || heading != .east
        nodes[nodes.count - 1].next = first
        if doubledArea > 0 {
            outer.append(first)
        } else {
            holes.append(Hole(nodes: first..<nodes.count, top: top))
        }
    }

    /// Whether the two pixels that touch a corner in the direction of the walk hold.
    private func pixelsAhead(_ x: Int, _ y: Int, _ heading: Heading) -> (left: Bool, right: Bool) {
        switch heading {
        case .east: (holds(x, y - 1), holds(x, y))
        case .south: (holds(x, y), holds(x - 1, y))
        case .west: (holds(x - 1, y), holds(x - 1, y - 1))
        case .north: (holds(x - 1, y - 1), holds(x, y - 1))
        }
    }

    mutating func polygons() -> [MaskPolygon] {
        // From the top, so that no hole is cut into before it is joined itself.
        holes.sort { (nodes[$0.top].corner.y, $0.top) < (nodes[$1.top].corner.y, $1.top) }
        for hole in holes { join(hole) }
        return outer.map { MaskPolygon(corners: corners(from: $0)) }
    }

    /// Cuts from a hole's topmost corner upwards to the first line that is met.
    ///
    /// That line reaches higher than the hole, so that cuts never lead in a circle.
    private mutating func join(_ hole: Hole) {
        let corner = nodes[hole.top].corner
        var y = corner.y
        repeat { y -= 1 } while holds(corner.x - 1, y - 1) && holds(corner.x, y - 1)
        let end = MaskPolygon.Corner(x: corner.x, y: y)
        guard let met = nodeAt[key(end)] else { return }
        // From the line down to the hole, around it, and up again to where the line was left.
        let last = hole.top == hole.nodes.lowerBound ? hole.nodes.upperBound - 1 : hole.top - 1
        let back = nodes.count
        nodes.append(Node(corner: corner, next: back + 1))
        nodes.append(Node(corner: end, next: nodes[met].next))
        nodes[last].next = back
        nodes[met].next = hole.top
    }

    /// The corners at which the line turns.
    private func corners(from first: Int) -> [MaskPolygon.Corner] {
        var line: [MaskPolygon.Corner] = []
        var node = first
        repeat {
            line.append(nodes[node].corner)
            node = nodes[node].next
        } while node != first
        return line.indices.compactMap { index in
            let before = line[(index + line.count - 1) % line.count]
            let (here, after) = (line[index], line[(index + 1) % line.count])
            let isStraight =
                (here.x - before.x).signum() == (after.x - here.x).signum()
                && (here.y - before.y).signum() == (after.y - here.y).signum()
            return isStraight ? nil : here
        }
    }
}
