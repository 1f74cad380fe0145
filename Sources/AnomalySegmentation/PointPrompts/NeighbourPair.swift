/// A place between two neighbours on one axis.
struct NeighbourPair {
    let first: Int
    let second: Int
    /// How far on the way to the second one, 0...1.
    let share: Float

    /// - Parameters:
    ///   - position: from the first one's centre; moved to the nearest end where it lies beyond.
    ///   - count: how many there are.
    init(_ position: Double, below count: Int) {
        let inside = min(max(position, 0), Double(count - 1))
        first = Int(inside)
        second = min(first + 1, count - 1)
        share = Float(inside - Double(first))
    }

    func between(_ left: Float, _ right: Float) -> Float { (1 - share) * left + share * right }
}
