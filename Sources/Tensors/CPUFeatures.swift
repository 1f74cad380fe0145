/// What this machine's processor is and which instruction sets the system lets a program use.
package struct CPUFeatures: Sendable, Equatable {
    /// The processor's name, such as the system gives it.
    package var name: String
    /// The kernels it can run, slowest first; baseline is always among them.
    package var instructionSets: [InstructionSet]

    /// The instruction sets that the kernels are compiled for.
    package enum InstructionSet: String, Sendable, CaseIterable {
        case baseline
        case avx2
        case avx512

        /// What /proc/cpuinfo must list: the x86-64 level that the compiler is allowed to use. The kernel lists a vector
        /// flag only if it also saves the registers that go with it.
        var requiredFlags: [String] {
            let level3 = ["avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"]
            switch self {
            case .baseline: return []
            case .avx2: return level3
            case .avx512: return level3 + ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]
            }
        }
    }

    package static let current = CPUFeatures(cpuInfo: systemFile("/proc/cpuinfo") ?? "")

    /// Reads the first processor of a /proc/cpuinfo.
    package init(cpuInfo: String) {
        var flags: Set<Substring> = []
        var name: String?
        for line in cpuInfo.split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let key = line[..<colon].split(whereSeparator: \.isWhitespace).joined(separator: " ")
            let value = line[line.index(after: colon)...]
            if key == "flags" && flags.isEmpty { flags = Set(value.split(separator: " ")) }
            if key == "model name" && name == nil {
                name = value.split(separator: " ").joined(separator: " ")
            }
        }
        self.name = name ?? "unknown processor"
        instructionSets = InstructionSet.allCases.filter {
            $0.requiredFlags.allSatisfy { flags.contains(Substring($0)) }
        }
    }
}
