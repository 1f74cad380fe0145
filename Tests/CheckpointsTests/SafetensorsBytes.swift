import Checkpoints
import Foundation
import TestSupport

/// Safetensors files made byte by byte, good and bad.
enum SafetensorsBytes {
    /// A file with this header and this much data, all zeros unless given.
    static func file(_ header: String, dataBytes: Int = 0) -> [UInt8] {
        file(header, data: [UInt8](repeating: 0, count: dataBytes))
    }

    static func file(_ header: String, data: [UInt8]) -> [UInt8] {
        file(Array(header.utf8), data: data)
    }

    static func file(_ header: [UInt8], data: [UInt8]) -> [UInt8] {
        length(UInt64(header.count)) + header + data
    }

    static func length(_ value: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    }

    /// One tensor's entry.
    static func entry(_ name: String, _ type: String, _ shape: String, _ begin: Int, _ end: Int) -> String {
        "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":[\(begin),\(end)]}"
    }

    /// Writes the bytes as `w.safetensors` in a folder of their own and opens them.
    static func open<Result>(
        _ bytes: [UInt8], _ body: (Checkpoint) throws -> Result
    ) throws -> Result {
        try Fixture.withTemporaryFolder { (folder) throws in
            let url = folder.appendingPathComponent("w.safetensors")
            try Data(bytes).write(to: url)
            return try body(try Checkpoint.open(url.path))
        }
    }

    /// The error that opening these bytes gives, nil when they open.
    static func error(_ bytes: [UInt8]) throws -> CheckpointError? {
        do {
            try open(bytes) { _ in }
            return nil
        } catch let error as CheckpointError {
            return error
        }
    }

    static func headerFault(_ bytes: [UInt8]) throws -> HeaderFault? {
        guard case .header(_, let fault, _) = try error(bytes) else { return nil }
        return fault
    }

    static func tensorFault(_ bytes: [UInt8]) throws -> TensorFault? {
        guard case .tensor(_, _, let fault) = try error(bytes) else { return nil }
        return fault
    }
}
