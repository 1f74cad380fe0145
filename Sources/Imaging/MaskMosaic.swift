import Tensors

/// Many masks over one picture, each in a colour of its own.
///
/// Small masks are drawn over large ones. Hues step by the golden angle, so neighbours in the list differ clearly.
public enum MaskMosaic {
    /// How much of a mask's colour covers the picture under it, 0...1.
    public static let defaultOpacity: Float = 0.55

    /// - Parameters:
    ///   - image: the picture.
    ///   - masks: of the picture's size, in any order.
    ///   - opacity: 0...1.
    /// - Precondition: every mask has the picture's size, and the opacity is 0...1.
    public static func draw(image: Image, masks: [RunLengthMask], opacity: Float = defaultOpacity) -> Image {
        require((0...1).contains(opacity), "MaskMosaic: an opacity of \(opacity) is not from 0 to 1")
        var result = image
        for (index, mask) in masks.enumerated().sorted(by: { $0.element.area > $1.element.area }) {
            require(mask.size == image.size, "MaskMosaic: a mask of \(mask.size) on a picture of \(image.size)")
            let color = color(of: index)
            // Runs go down the columns, the first of them outside.
            var position = 0
            for (run, length) in mask.counts.enumerated() {
                if run % 2 == 1 {
                    for pixel in position..<position + length {
                        let (x, y) = (pixel / image.size.height, pixel % image.size.height)
                        result[x: x, y: y] = image[x: x, y: y].mixed(with: color, share: opacity)
                    }
                }
                position += length
            }
        }
        return result
    }

    /// The colour of the mask at a place of the list: full saturation, hues that never repeat.
    ///
    /// - Precondition: the index is not negative.
    public static func color(of index: Int) -> Color {
        require(index >= 0, "MaskMosaic: there is no mask \(index)")
        let hue = (Float(index) * 0.618_034).truncatingRemainder(dividingBy: 1) * 6
        let rising = hue - hue.rounded(.down)
        let parts: (Float, Float, Float)
        switch Int(hue) {
        case 0: parts = (1, rising, 0)
        case 1: parts = (1 - rising, 1, 0)
        case 2: parts = (0, 1, rising)
        case 3: parts = (0, 1 - rising, 1)
        case 4: parts = (rising, 0, 1)
        default: parts = (1, 0, 1 - rising)
        }
        func level(_ part: Float) -> UInt8 { UInt8((255 * part).rounded()) }
        return Color(red: level(parts.0), green: level(parts.1), blue: level(parts.2))
    }
}
