import Foundation

/// Memory of a process, as the system counts it.
public enum ProcessMemory {
    /// Resident at the moment, bytes; nil where the system does not tell.
    public static var resident: Int? { entry("VmRSS:") }

    /// The most that has been resident, bytes.
    public static var peak: Int? { entry("VmHWM:") }

    /// The most that another process has had, bytes.
    public static func peak(ofProcess number: Int32) -> Int? { entry("VmHWM:", of: "\(number)") }

    private static func entry(_ name: String, of process: String = "self") -> Int? {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix(name) }),
            let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        return kilobytes * 1024
    }
}
