import Foundation

/// Memory of this process, as the system counts it.
public enum ProcessMemory {
    /// Resident at the moment, bytes; nil where the system does not tell.
    public static var resident: Int? { entry("VmRSS:") }

    /// The most that has been resident, bytes.
    public static var peak: Int? { entry("VmHWM:") }

    private static func entry(_ name: String) -> Int? {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix(name) }),
            let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        return kilobytes * 1024
    }
}
