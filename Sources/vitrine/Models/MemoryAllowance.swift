import Checkpoints
import Foundation
import Imaging
import Tensors
import WeightIdentity

/// How much memory the command may take, and who says so.
struct MemoryAllowance {
    let bytes: Int
    /// nil: `--max-memory`.
    let source: MemoryLimit.Source?

    /// - Parameter flag: what was allowed by hand; nil: nine tenths of what the process may have.
    init(_ flag: ByteCount? = nil) {
        let limit = Self.limit
        let reserve = limit.source == .addressSpace ? Self.emptyBytes : 0
        bytes = flag?.bytes ?? max(0, limit.bytes / 10 * 9 - reserve)
        source = flag == nil ? limit.source : nil
    }

    /// As it was before models were loaded, for which addresses are reserved.
    private static let limit = MemoryLimit.current
    /// Addresses that threads, libraries and the allocator ask for and do not fill. With less the process was seen to end
    /// in the middle of a picture.
    private static let emptyBytes = 116 << 20
    /// The program and its libraries.
    private static let programBytes = 56 << 20

    /// What a SAM's layers need for its frame of 1024 pixels and for the prompts that are decoded together, however small
    /// its weights are; measured with MobileSAM.
    private static let frameBytes = 68 << 20

    /// What the process takes with models in it, with all that their layers need while they compute: a third more than the
    /// weights, which is the most that models of published sizes were seen to take, and for a SAM at least its frame.
    static func bytes(ofModels files: [String]) -> Int {
        let needs = files.map(needs(of:))
        let weights = needs.map(\.weights).reduce(0, +)
        return programBytes + weights + max(weights / 3, needs.map(\.frame).max() ?? 0)
    }

    /// What weights take, and the frame of the SAM that they may be. Weights are numbers of four bytes once they are loaded,
    /// whatever they are in the file. A folder or an index stands for all files behind it. What holds no weights counts as it
    /// is.
    private static func needs(of path: String) -> (weights: Int, frame: Int) {
        guard let weights = try? Checkpoint.open(path) else {
            return ((try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0, 0)
        }
        let bytes = weights.names.reduce(0) { sum, name in
            let stored = weights.storedByteCount(of: name) ?? 0
            // Numbers of more than four bytes are made smaller, piece by piece.
            return sum + (weights.shape(of: name).map { max(stored, 4 * $0.elementCount) } ?? stored)
        }
        switch WeightFamily(of: UnwrappedWeights(weights)) {
        case .segmentAnything, .mobileSAM: return (bytes, frameBytes)
        default: return (bytes, 0)
        }
    }

    /// - Throws: A ``CommandFailure`` for models that do not fit, before they are loaded: the system ends a process that
    ///   runs out of memory on the way.
    func check(models files: [String]) throws {
        let needed = Self.bytes(ofModels: files)
        if needed > bytes {
            throw CommandFailure.badInput(MemoryShortage(neededBytes: needed, allowed: self).description)
        }
    }
}

/// More memory is needed than there is, for a picture or for the models alone.
struct MemoryShortage: Error, CustomStringConvertible {
    /// nil: no picture, the models.
    var size: ImageSize?
    /// For the whole process.
    var neededBytes: Int
    var allowed: MemoryAllowance

    var description: String {
        let who =
            switch allowed.source {
            case nil: "--max-memory"
            case .controlGroup: "nine tenths of the control group's limit"
            case .addressSpace: "what ulimit -v leaves, less a reserve"
            case .machine: "nine tenths of this machine's memory"
            }
        let needed = "\(Self.megabytes(neededBytes)) MB of memory"
        let what = size.map { "\($0) pixels take about \(needed) with the models" } ?? "the models take about \(needed)"
        let remedy = size == nil ? "choose smaller ones" : "make the picture smaller"
        return "\(what), and \(Self.megabytes(allowed.bytes)) MB are allowed (\(who)); \(remedy), or allow more"
            + (size == nil && allowed.source != nil ? "" : " with --max-memory")
    }

    private static func megabytes(_ bytes: Int) -> Int { (bytes + 999_999) / 1_000_000 }
}
