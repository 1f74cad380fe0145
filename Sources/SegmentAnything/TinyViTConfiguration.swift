import Tensors

/// The sizes of MobileSAM's TinyViT: a patch embedding that divides each side by 4, a stage of convolutions, and stages of
/// windowed attention with a merging of patches in front of each.
public struct TinyViTConfiguration: Sendable, Hashable {
    /// Channels of each stage, the convolutions first.
    public var widths: [Int]
    /// Blocks of each stage.
    public var depths: [Int]
    /// Heads of each stage of attention.
    public var heads: [Int]
    /// Side of the windows of each stage of attention, pixels of its map.
    public var windows: [Int]
    /// Channels inside a block of convolutions.
    public var expandedWidth: Int
    /// Hidden channels of the feed-forward part in each stage of attention.
    public var hiddenWidths: [Int]

    /// - Parameters:
    ///   - widths: channels of each stage, the convolutions first.
    ///   - depths: blocks of each stage.
    ///   - heads: of each stage of attention.
    ///   - windows: side of the windows of each stage of attention.
    ///   - expandedWidth: channels inside a block of convolutions; four times the first width when nil.
    ///   - hiddenWidths: of the feed-forward part in each stage of attention; four times the width when nil.
    /// - Precondition: as many depths as widths, and a head count and a window for each width but the first.
    public init(
        widths: [Int], depths: [Int], heads: [Int], windows: [Int], expandedWidth: Int? = nil,
        hiddenWidths: [Int]? = nil
    ) {
        require(
            widths.count >= 2 && depths.count == widths.count && heads.count == widths.count - 1
                && windows.count == widths.count - 1
                && hiddenWidths.map { $0.count == widths.count - 1 } ?? true,
            "TinyViTConfiguration: \(widths.count) widths, \(depths.count) depths, \(heads.count) heads, "
                + "\(windows.count) windows")
        self.widths = widths
        self.depths = depths
        self.heads = heads
        self.windows = windows
        self.expandedWidth = expandedWidth ?? 4 * widths[0]
        self.hiddenWidths = hiddenWidths ?? widths.dropFirst().map { 4 * $0 }
    }

    /// By what the merging in front of a stage of attention divides each side. The reference lets the width decide: 320, 448
    /// and 576 are the last widths of its three sizes, and those maps keep their size.
    public func mergingStride(before stage: Int) -> Int { [320, 448, 576].contains(widths[stage]) ? 1 : 2 }

    /// Input pixels on a side of one pixel of the last map.
    public var patch: Int { (1..<widths.count).reduce(4) { $0 * mergingStride(before: $1) } }
}
