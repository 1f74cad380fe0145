import ArgumentParser
import Foundation
import Imaging
import SegmentAnything

/// `x,y` or `x,y,label`.
struct PointArgument: ExpressibleByArgument {
    var x: Double
    var y: Double
    var isPositive: Bool

    init?(argument: String) {
        guard var numbers = PromptArguments.numbers(argument), (2...3).contains(numbers.count) else { return nil }
        let label = numbers.count == 3 ? numbers.removeLast() : 1
        guard label == 0 || label == 1 else { return nil }
        (x, y, isPositive) = (numbers[0], numbers[1], label == 1)
    }
}

/// `x0,y0,x1,y1`.
struct BoxArgument: ExpressibleByArgument {
    var corners: [Double]

    init?(argument: String) {
        guard let numbers = PromptArguments.numbers(argument), numbers.count == 4 else { return nil }
        corners = numbers
    }
}

/// Points and a box as a person or a detector gives them, placed on a picture.
///
/// Detectors give fractions, and edges where SAM takes pixels: the far edge of a picture is its width, its last pixel one
/// less. What is less than a pixel beside the picture is moved onto it, and a note says so. What is further away stays
/// where it is, and SAM refuses it.
struct PromptArguments {
    private(set) var points: [PromptPoint] = []
    private(set) var box: ImageBox?
    /// What was moved or rounded, a sentence each.
    private(set) var notes: [String] = []

    init(points: [PointArgument], box: BoxArgument?, on picture: ImageSize) {
        let last = ImagePoint(x: Double(picture.width) - 1, y: Double(picture.height) - 1)
        for point in points {
            let placed = ImagePoint(x: Self.clamped(point.x, last.x), y: Self.clamped(point.y, last.y))
            if placed.x != point.x || placed.y != point.y {
                notes.append(
                    "the point (\(Self.text(point.x)), \(Self.text(point.y))) was moved onto the picture of \(picture) "
                        + "pixels: (\(Self.text(placed.x)), \(Self.text(placed.y)))")
            }
            self.points.append(PromptPoint(placed, point.isPositive ? .positive : .negative))
        }
        guard let corners = box?.corners else { return }
        let limits = [last.x, last.y, last.x, last.y]
        let placed = zip(corners, limits).map { Self.pixel($0, $1) }
        let box = ImageBox(x0: placed[0], y0: placed[1], x1: placed[2], y1: placed[3])
        if zip(placed, corners).contains(where: { Double($0) != $1 }) {
            notes.append(
                "the box \(corners.map(Self.text).joined(separator: ",")) was brought to whole pixels of the picture of "
                    + "\(picture): \(placed.map { "\($0)" }.joined(separator: ","))")
        }
        self.box = box
    }

    static func numbers(_ argument: String) -> [Double]? {
        let fields = argument.split(separator: ",", omittingEmptySubsequences: false).map { field in
            Double(field.trimmingCharacters(in: .whitespaces))
        }
        let numbers = fields.compactMap { $0 }
        return numbers.count == fields.count && numbers.allSatisfy(\.isFinite) ? numbers : nil
    }

    /// On the picture, if it was less than a pixel beside it or on its far edge.
    private static func clamped(_ value: Double, _ last: Double) -> Double {
        if value > -1, value < 0 { return 0 }
        return value >= last + 1 && value < last + 2 ? last : value
    }

    private static func pixel(_ value: Double, _ last: Double) -> Int {
        let nearest = clamped(value, last).rounded()
        // Where there are no pictures, SAM refuses it as well as anywhere.
        return Int(nearest == last + 1 ? last : min(max(nearest, -1e9), 1e9))
    }

    private static func text(_ number: Double) -> String {
        Int(exactly: number).map { "\($0)" } ?? "\(number)"
    }
}
