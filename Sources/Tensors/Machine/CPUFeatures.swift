import KernelInterface

#if canImport(Glibc)
    import Glibc
#endif

/// What this machine's processor is and which instruction sets the system lets a program use.
package struct CPUFeatures: Sendable, Equatable {
    /// The processor's name, such as the system gives it.
    package var name: String
    /// The kernels it can run, slowest first; baseline is always among them.
    package var instructionSets: [InstructionSet]
    /// Those of them in whose vectors the processor multiplies bytes four at a time (VNNI).
    package var multipliesBytesInFours: Set<InstructionSet> = []
    /// Those of them in whose vectors the processor multiplies bfloat16 numbers, two at a time.
    package var multipliesBFloat16: Set<InstructionSet> = []

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

    package static let current: CPUFeatures = {
        var features = CPUFeatures(cpuInfo: systemFile("/proc/cpuinfo") ?? "")
        features.instructionSets.removeAll { CPUFeatures.isRefusedByProcessor($0, .vectors) }
        features.multipliesBytesInFours = features.multipliesBytesInFours.filter {
            !CPUFeatures.isRefusedByProcessor($0, .bytesInFours)
        }
        features.multipliesBFloat16 = features.multipliesBFloat16.filter {
            !CPUFeatures.isRefusedByProcessor($0, .bfloat16)
        }
        return features
    }()

    /// What is asked of the processor about an instruction set.
    private enum Part {
        case vectors, bytesInFours, bfloat16
    }

    /// Whether the processor itself says that it lacks an instruction set, although the system's list has it: under an
    /// emulator the list is the host's. Asked of the C library, where it can be asked; its newer versions keep what the
    /// CPUID instruction said, masked by what the system saves.
    private static func isRefusedByProcessor(_ set: InstructionSet, _ part: Part) -> Bool {
        #if arch(x86_64) && canImport(Glibc)
            typealias Leaf = @convention(c) (UInt32) -> UnsafePointer<UInt32>?
            guard set != .baseline, let symbol = dlsym(nil, "__x86_get_cpuid_feature_leaf") else { return false }
            let ask = unsafeBitCast(symbol, to: Leaf.self)
            // The leaf 7 of CPUID and its second part: four words as the processor gave them, EAX to EDX, then the same
            // four of what can be used.
            guard let leaf = ask(1), let second = ask(6) else { return false }
            switch part {
            case .bytesInFours: return set == .avx512 ? leaf[6] & 1 << 11 == 0 : second[4] & 1 << 4 == 0
            case .bfloat16: return second[4] & 1 << 5 == 0
            case .vectors:
                let avx2: UInt32 = 1 << 5 | 1 << 3 | 1 << 8
                let avx512: UInt32 = 1 << 16 | 1 << 17 | 1 << 28 | 1 << 30 | 1 << 31
                let needed = set == .avx512 ? avx2 | avx512 : avx2
                return leaf[5] & needed != needed
            }
        #else
            return false
        #endif
    }

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
        if flags.contains("avx_vnni") { multipliesBytesInFours.insert(.avx2) }
        if flags.contains("avx512_vnni") { multipliesBytesInFours.insert(.avx512) }
        if flags.contains("avx512_bf16") { multipliesBFloat16.insert(.avx512) }
    }
}
