import Imaging

extension Mask {
    /// The mask with holes of fewer than `limit` pixels filled and separate parts of fewer pixels removed, but for the
    /// largest part when all are small; nil when nothing changed. Neighbours share an edge or a corner, in holes too, and
    /// background at the border counts as a hole.
    ///
    /// Matches `remove_small_regions` of segment_anything, first for holes, then for islands.
    func withoutSmallRegions(smallerThan limit: Int) -> Mask? {
        let filled = withoutSmallHoles(smallerThan: limit)
        let cleaned = (filled ?? self).withoutSmallIslands(smallerThan: limit)
        return cleaned ?? filled
    }

    private func withoutSmallHoles(smallerThan limit: Int) -> Mask? {
        let background = ConnectedComponents.label(inverted)
        guard background.components.contains(where: { $0.area < limit }) else { return nil }
        return union(background.mask { $0.area < limit })
    }

    private func withoutSmallIslands(smallerThan limit: Int) -> Mask? {
        let islands = ConnectedComponents.label(self)
        guard islands.components.contains(where: { $0.area < limit }) else { return nil }
        if islands.components.contains(where: { $0.area >= limit }) {
            return islands.mask { $0.area >= limit }
        }
        let largest = islands.components.reduce(islands.components[0]) { $1.area > $0.area ? $1 : $0 }
        return islands.mask(of: largest.label)
    }
}
