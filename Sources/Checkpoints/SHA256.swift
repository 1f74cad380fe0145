import CSHA256

/// The SHA-256 digest of FIPS 180-4, fed piece by piece.
///
/// The processor's own instructions are used where it has them; they are about ten times as fast as the plain loop.
public struct SHA256: Sendable {
    /// First 32 bits of the fractional parts of the square roots of the first eight primes (section 5.3.3).
    private var state: [UInt32] = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]
    private var pending: [UInt8] = []
    private var byteCount: UInt64 = 0

    private static let blockBytes = 64

    /// First 32 bits of the fractional parts of the cube roots of the first 64 primes (section 4.2.2).
    private static let constants: [UInt32] = [
        0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
        0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
        0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
        0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
        0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
        0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
        0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
        0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
    ]

    private static let hasInstructions = csha256_is_available()
    private let usesInstructions: Bool

    /// The digest of no bytes yet.
    public init() { usesInstructions = Self.hasInstructions }

    /// The plain loop, the twin of the processor's instructions.
    static var plain: SHA256 { SHA256(usesInstructions: false) }

    private init(usesInstructions: Bool) { self.usesInstructions = usesInstructions }

    /// Whole blocks of 64 bytes.
    private mutating func absorb(_ blocks: UnsafeRawBufferPointer) {
        guard usesInstructions else {
            for start in stride(from: 0, to: blocks.count, by: Self.blockBytes) {
                absorbPlainly(UnsafeRawBufferPointer(rebasing: blocks[start..<start + Self.blockBytes]))
            }
            return
        }
        let bytes = blocks.baseAddress?.assumingMemoryBound(to: UInt8.self)
        state.withUnsafeMutableBufferPointer { state in
            Self.constants.withUnsafeBufferPointer { constants in
                // Neither array is empty, so both have an address.
                guard let state = state.baseAddress, let constants = constants.baseAddress else { return }
                csha256_absorb(state, bytes, blocks.count / Self.blockBytes, constants)
            }
        }
    }

    /// Adds bytes to the message.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        byteCount &+= UInt64(bytes.count)
        var rest = bytes[...]
        if !pending.isEmpty {
            let taken = rest.prefix(Self.blockBytes - pending.count)
            pending.append(contentsOf: taken)
            rest = rest.dropFirst(taken.count)
            guard pending.count == Self.blockBytes else { return }
            let block = pending
            block.withUnsafeBytes { absorb($0) }
            pending.removeAll(keepingCapacity: true)
        }
        let whole = rest.count / Self.blockBytes * Self.blockBytes
        absorb(UnsafeRawBufferPointer(rebasing: rest.prefix(whole)))
        rest = rest.dropFirst(whole)
        pending.append(contentsOf: rest)
    }

    /// The digest of everything added so far, as 64 hexadecimal digits.
    public func hexadecimalDigest() -> String {
        var last = self
        // Section 5.1.1: a one bit, zeros up to 56 bytes of a block, then the message's length in bits.
        let bits = byteCount &* 8
        var padding: [UInt8] = [0x80]
        let used = (pending.count + 1) % Self.blockBytes
        padding += [UInt8](repeating: 0, count: (56 - used + Self.blockBytes) % Self.blockBytes)
        padding += (0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * UInt64($0))) }
        padding.withUnsafeBytes { last.update($0) }
        return last.state.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }

    /// One block of 64 bytes (section 6.2.2).
    private mutating func absorbPlainly(_ block: UnsafeRawBufferPointer) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { schedule in
            for index in 0..<16 {
                schedule[index] = UInt32(bigEndian: block.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self))
            }
            for index in 16..<64 {
                let early = schedule[index - 15]
                let late = schedule[index - 2]
                let mixedEarly = rotated(early, 7) ^ rotated(early, 18) ^ early >> 3
                let mixedLate = rotated(late, 17) ^ rotated(late, 19) ^ late >> 10
                schedule[index] = schedule[index - 16] &+ mixedEarly &+ schedule[index - 7] &+ mixedLate
            }
            var (a, b, c, d) = (state[0], state[1], state[2], state[3])
            var (e, f, g, h) = (state[4], state[5], state[6], state[7])
            Self.constants.withUnsafeBufferPointer { constants in
                for index in 0..<64 {
                    let choice = (e & f) ^ (~e & g)
                    let majority = (a & b) ^ (a & c) ^ (b & c)
                    let first =
                        h &+ (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) &+ choice &+ constants[index]
                        &+ schedule[index]
                    let second = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) &+ majority
                    (h, g, f, e) = (g, f, e, d &+ first)
                    (d, c, b, a) = (c, b, a, first &+ second)
                }
            }
            for (index, word) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= word }
        }
    }
}

@inline(__always)
private func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 { word >> count | word << (32 - count) }
