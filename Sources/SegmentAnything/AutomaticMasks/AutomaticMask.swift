public import Imaging

/// One mask that ``AutomaticMaskGenerator`` found, in the frame of the whole picture.
public struct AutomaticMask: Sendable, Hashable {
    /// The mask, of the whole picture's size.
    public let mask: RunLengthMask
    /// The smallest box around the mask. Where the mask has no pixel (the stability threshold must be 0 for that), the
    /// crop's top left pixel.
    public let box: ImageBox
    /// The model's own estimate of the mask's IoU with the truth.
    public let predictedIoU: Float
    /// See ``MaskPostprocessing/stabilityScore(_:threshold:offset:)``.
    public let stabilityScore: Float
    /// The point prompt that gave this mask.
    public let point: ImagePoint
    /// The part of the picture that the model saw.
    public let cropBox: ImageBox

    /// Pixels.
    public var area: Int { mask.area }

    /// ``box`` as segment_anything writes it: left, top, and the distances from there to the last column and row.
    public var cocoBox: [Int] { [box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0] }

    /// ``cropBox`` as segment_anything writes it: left, top, width and height.
    public var cocoCropBox: [Int] { [cropBox.x0, cropBox.y0, cropBox.width, cropBox.height] }
}

/// How far a generator has come.
public struct AutomaticMaskProgress: Sendable, Hashable {
    /// Crops that are done, the whole picture among them.
    public var crops: Int
    /// Crops in all.
    public var cropCount: Int
    /// Points whose masks are predicted.
    public var points: Int
    /// Points in all.
    public var pointCount: Int
    /// Masks found so far, before those of different crops are compared.
    public var masks: Int
}
