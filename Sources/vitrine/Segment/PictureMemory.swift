import Foundation
import ImageCodecs
import Imaging
import Tensors

/// The memory that pictures take while `segment` works on them. What a picture will take is known before it is decoded;
/// one that cannot fit is refused, and the others wait until there is room.
final class PictureMemory: @unchecked Sendable {
    // Unchecked: `claimed` is touched with `condition` locked.

    /// Bytes for the whole process.
    private let allowed: Int
    private let source: MemoryLimit.Source?
    /// What the process takes besides pictures.
    private let own: Int
    private let condition = NSCondition()
    private var claimed = 0

    /// The program, its libraries, strips of rows, and what a model computes with.
    private static let programBytes = 128 << 20

    /// - Parameters:
    ///   - options: what they allow for the whole process, or nine tenths of what this process may have.
    ///   - models: whose files count.
    /// - Throws: A ``CommandFailure`` where the models alone do not fit.
    init(_ options: PictureReadingOptions, _ models: ModelOptions) throws {
        let limit = MemoryLimit.current
        allowed = options.maxMemory?.bytes ?? limit.bytes / 10 * 9
        source = options.maxMemory == nil ? limit.source : nil
        let clip = try models.clipOptions.files()
        let weights = try [clip.clip, clip.merges, models.samOptions.file()].reduce(0) { sum, file in
            sum + ((try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int) ?? 0)
        }
        own = Self.programBytes + weights
        if own > allowed {
            throw CommandFailure.badInput(
                "\(PictureMemoryError(neededBytes: own, allowedBytes: allowed, source: source))")
        }
    }

    /// The most that a picture takes at a time, from its header: while it is decoded, what that takes beside the bytes of
    /// its file; afterwards its pixels (3 bytes each), its final map (4) and its mask (1), and the rows that the overlay is
    /// drawn from, in the overlay's width.
    static func bytes(for outline: ImageOutline, fileBytes: Int, isTurned: Bool) -> Int {
        let pixels = outline.size.pixelCount
        let decoding = outline.decodingBytes + fileBytes + (isTurned ? 3 * pixels : 0)
        return max(decoding, 8 * pixels + 4 * HeatmapOverlay().maximumSide * outline.size.height)
    }

    /// Decodes a picture, as soon as it fits beside those in hand.
    ///
    /// - Parameters:
    ///   - bytes: the file's.
    ///   - name: stands for the file in errors.
    ///   - options: how it is read.
    /// - Returns: the picture, and its share of the memory, to be kept as long as the picture or its results.
    /// - Throws: ``PictureMemoryError`` where it would not fit alone; `ImageCodecError`.
    func decode(
        _ bytes: [UInt8], name: String, options: DecodingOptions
    ) throws -> (picture: DecodedImage, share: MemoryShare?) {
        // What is wrong with a header is told by the decoder.
        guard let outline = try? ImageFile.outline(of: bytes, name: name) else {
            return (try ImageFile.decode(bytes, name: name, options: options), nil)
        }
        let needed = Self.bytes(for: outline, fileBytes: bytes.count, isTurned: options.appliesOrientation)
        let share = try claim(needed, for: outline.size)
        return (try ImageFile.decode(bytes, name: name, options: options), share)
    }

    private func claim(_ bytes: Int, for size: ImageSize) throws(PictureMemoryError) -> MemoryShare {
        if own + bytes > allowed {
            throw PictureMemoryError(size: size, neededBytes: own + bytes, allowedBytes: allowed, source: source)
        }
        condition.lock()
        while claimed > 0 && own + claimed + bytes > allowed { condition.wait() }
        claimed += bytes
        condition.unlock()
        return MemoryShare { [self] in release(bytes) }
    }

    private func release(_ bytes: Int) {
        condition.lock()
        claimed -= bytes
        condition.broadcast()
        condition.unlock()
    }
}

/// A picture's share of the memory; given back when the last holder lets it go.
final class MemoryShare: Sendable {
    private let release: @Sendable () -> Void

    fileprivate init(_ release: @escaping @Sendable () -> Void) { self.release = release }

    deinit { release() }
}

/// More memory is needed than there is, for a picture or for the models alone.
struct PictureMemoryError: Error, CustomStringConvertible {
    /// nil: no picture, the models.
    var size: ImageSize?
    /// For the whole process.
    var neededBytes: Int
    var allowedBytes: Int
    /// Who allows no more; nil: the flag.
    var source: MemoryLimit.Source?

    var description: String {
        let who =
            switch source {
            case nil: "--max-memory"
            case .controlGroup: "nine tenths of the control group's limit"
            case .addressSpace: "nine tenths of what ulimit -v leaves"
            case .machine: "nine tenths of this machine's memory"
            }
        let what = size.map { "\($0) pixels take about \(needed) with the models" } ?? "the models take about \(needed)"
        let remedy = size == nil ? "choose smaller ones" : "make the picture smaller"
        return "\(what), and \(Self.megabytes(allowedBytes)) MB are allowed (\(who)); \(remedy), or allow more with "
            + "--max-memory"
    }

    private var needed: String { "\(Self.megabytes(neededBytes)) MB of memory" }

    private static func megabytes(_ bytes: Int) -> Int { (bytes + 999_999) / 1_000_000 }
}
