/// A picture to draw on. Everything outside it is cut off.
struct Canvas {
    private(set) var image: Image

    init(size: ImageSize, background: Color) { image = Image(size: size, filledWith: background) }

    /// Puts `picture` with its top left pixel at (x, y).
    ///
    /// - Precondition: it fits into the canvas.
    mutating func place(_ picture: Image, x left: Int, y top: Int) {
        for y in 0..<picture.size.height {
            let row = 3 * y * picture.size.width..<3 * (y + 1) * picture.size.width
            image.replacePixels(fromX: left, y: top + y, with: picture.pixels[row])
        }
    }

    mutating func fill(_ box: ImageBox, _ colour: Color) {
        guard box.width > 0 && box.height > 0 else { return }
        for y in box.y0...box.y1 { for x in box.x0...box.x1 { blend(colour, 1, x: x, y: y) } }
    }

    /// Lays `colour` over one pixel.
    ///
    /// - Parameter opacity: 0...1; cut to it.
    mutating func blend(_ colour: Color, _ opacity: Float, x: Int, y: Int) {
        guard opacity > 0, x >= 0, y >= 0, x < image.size.width, y < image.size.height else { return }
        image[x: x, y: y] = image[x: x, y: y].mixed(with: colour, share: min(1, opacity))
    }

    /// A disc with a rim and soft edges.
    mutating func disc(x centreX: Double, y centreY: Double, radius: Double, _ colour: Color, rim: Color) {
        let outer = Int((radius + 3).rounded(.up))
        // A point that is far outside, or nowhere, has no pixel here and may have no number of one.
        let reach = Double(image.size.width + image.size.height + outer)
        guard abs(centreX) <= reach, abs(centreY) <= reach else { return }
        let (column, row) = (Int(centreX.rounded()), Int(centreY.rounded()))
        for y in row - outer...row + outer {
            for x in column - outer...column + outer {
                let (dx, dy) = (Double(x) - centreX, Double(y) - centreY)
                let distance = (dx * dx + dy * dy).squareRoot()
                blend(rim, Float(radius + 2 - distance), x: x, y: y)
                blend(colour, Float(radius + 0.5 - distance), x: x, y: y)
            }
        }
    }

    /// Digits, point and minus sign in 3 x 5 cells of `scale` pixels; other characters are left out.
    mutating func write(_ text: String, x left: Int, y top: Int, scale: Int, _ colour: Color) {
        var x = left
        for rows in text.compactMap({ Self.glyphs[$0] }) {
            for (row, bits) in rows.enumerated() {
                for column in 0..<3 where bits & (4 >> column) != 0 {
                    fill(
                        ImageBox(
                            x0: x + column * scale, y0: top + row * scale, x1: x + (column + 1) * scale - 1,
                            y1: top + (row + 1) * scale - 1), colour)
                }
            }
            x += 4 * scale
        }
    }

    /// Five rows of three bits, the highest bit on the left.
    private static let glyphs: [Character: [UInt8]] = [
        "0": [7, 5, 5, 5, 7], "1": [2, 6, 2, 2, 7], "2": [7, 1, 7, 4, 7], "3": [7, 1, 3, 1, 7], "4": [5, 5, 7, 1, 1],
        "5": [7, 4, 7, 1, 7], "6": [7, 4, 7, 5, 7], "7": [7, 1, 2, 2, 2], "8": [7, 5, 7, 5, 7], "9": [7, 5, 7, 1, 7],
        ".": [0, 0, 0, 0, 2], "-": [0, 0, 7, 0, 0],
    ]
}

extension Float {
    /// The nearest whole number, halves upwards.
    ///
    /// `rounded()` is a library call on processors without an instruction for it. Twice what lies behind the point is
    /// exact, and its whole part is 1 from one half on: no branch that every other pixel takes.
    /// - Precondition: from 0 up to 255.
    @inline(__always)
    var roundedByte: UInt8 {
        let whole = Int32(self)
        return UInt8(truncatingIfNeeded: whole &+ Int32(2 * (self - Float(whole))))
    }
}

extension Color {
    /// `share` of the other colour, the rest of this one, on display values.
    ///
    /// - Precondition: the share is 0...1.
    func mixed(with other: Color, share: Float) -> Color {
        @inline(__always) func mix(_ own: UInt8, _ new: UInt8) -> UInt8 {
            (Float(own) + (Float(new) - Float(own)) * share).roundedByte
        }
        return Color(red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue))
    }
}
