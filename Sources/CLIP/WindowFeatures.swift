public import Tensors

/// The vector of a picture and those of square windows of its patches, each computed by itself.
public struct WindowFeatures: Sendable {
    /// The windows of one size.
    public struct Scale: Sendable {
        /// Patches along a window's side.
        public let side: Int
        /// `[windows, embedding]`, not normalised: row by row from the top left, a window at every patch where it fits,
        /// so `gridHeight - side + 1` rows of `gridWidth - side + 1`.
        public let windows: Tensor
    }

    /// Rows of patches.
    public let gridHeight: Int
    /// Patches in a row.
    public let gridWidth: Int
    /// The picture as a whole: `[embedding]`, not normalised.
    public let classToken: Tensor
    /// One for each asked size, in the order asked.
    public let scales: [Scale]
}

extension CLIPModel {
    /// The vectors of a picture and of all its square windows of some sizes.
    ///
    /// The tokens of a window are the class token and the window's patches, with the position embeddings of the whole
    /// picture. They go through the whole tower, and the class token gives the window's vector.
    ///
    /// - Parameters:
    ///   - pixels: `[1, 3, height, columns]`, as for `encodeImage`.
    ///   - sides: of the windows, in patches.
    /// - Throws: `CLIPError.unusablePixels`, `.noSuchWindow`.
    ///
    /// **Complexity:** about `side * side` times a picture for each size.
    /// **Matches:** anomalib's WinCLIP (Jeong et al. 2023).
    public func windowFeatures(_ pixels: Tensor, sides: [Int]) throws(CLIPError) -> WindowFeatures {
        try check(pixels.shape)
        guard pixels.shape[0] == 1 else {
            throw .unusablePixels(dimensions: pixels.shape.dimensions, patch: configuration.patch)
        }
        let (gridHeight, gridWidth) = (pixels.shape[2] / configuration.patch, pixels.shape[3] / configuration.patch)
        for side in sides where side < 1 || side > min(gridHeight, gridWidth) {
            throw .noSuchWindow(side, gridHeight: gridHeight, gridWidth: gridWidth)
        }
        return try imageTower.windowFeatures(
            pixels, sides: sides, CancellableSteps(throwing: CLIPError.cancelled))
    }
}
