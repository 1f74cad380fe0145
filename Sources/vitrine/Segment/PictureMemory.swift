import Foundation
import ImageCodecs
import Imaging
import Tensors

/// The memory that pictures take while `segment` works on them. What a picture will take is known before it is decoded;
/// one that cannot fit is refused, and the others wait until there is room.
final class PictureMemory: @unchecked Sendable {
    // Unchecked: `claimed` is touched with `condition` locked.

    private let allowed: MemoryAllowance
    /// What the process takes besides pictures.
    private let own: Int
    private let condition = NSCondition()
    private var claimed = 0

    /// - Parameters:
    ///   - options: what they allow for the whole process, or nine tenths of what this process may have.
    ///   - models: whose files count.
    /// - Throws: A ``CommandFailure`` where the models alone do not fit.
    init(_ options: PictureReadingOptions, _ models: ModelOptions) throws {
        let clip = try models.clipOptions.files()
        let files = try [clip.clip, clip.merges, models.samOptions.file()]
        allowed = MemoryAllowance(options.maxMemory)
        own = MemoryAllowance.bytes(ofModels: files)
        try allowed.check(models: files)
    }

    /// What else is made of a picture, bytes a pixel: as a whole up to so many pixels, and of larger ones in strips of rows,
    /// on all threads together. Measured.
    private static let making = (bytes: 36, pixels: 1 << 22)

    /// The most that a picture takes at a time, from its header: while it is decoded, what that takes beside the bytes of
    /// its file; afterwards its pixels (3 bytes each), its final map (4) and its mask (1), the rows that the overlay is
    /// drawn from, in the overlay's width, and what else is made of it.
    static func bytes(for outline: ImageOutline, fileBytes: Int, isTurned: Bool) -> Int {
        let pixels = outline.size.pixelCount
        let decoding = outline.decodingBytes + fileBytes + (isTurned ? 3 * pixels : 0)
        let overlay = 4 * HeatmapOverlay().maximumSide * outline.size.height
        return max(decoding, 8 * pixels + overlay + making.bytes * min(pixels, making.pixels))
    }

    /// Decodes a picture, as soon as it fits beside those in hand.
    ///
    /// - Parameters:
    ///   - bytes: the file's.
    ///   - name: stands for the file in errors.
    ///   - options: how it is read.
    /// - Returns: the picture, and its share of the memory, to be kept as long as the picture or its results.
    /// - Throws: ``MemoryShortage`` where it would not fit alone; `ImageCodecError`.
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

    private func claim(_ bytes: Int, for size: ImageSize) throws(MemoryShortage) -> MemoryShare {
        if own + bytes > allowed.bytes {
            throw MemoryShortage(size: size, neededBytes: own + bytes, allowed: allowed)
        }
        condition.lock()
        while claimed > 0 && own + claimed + bytes > allowed.bytes { condition.wait() }
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
