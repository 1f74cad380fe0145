public import Tensors

/// 128 bits that tell one set of weights from another: for keys of caches, so that what one model computed is never
/// taken for another's.
///
/// It depends on every name, every shape and the bits of every Float32, each in its place, and not on the order or the
/// type in which a file stores them: the same weights in another container have the same fingerprint, and so has a
/// Float16 file that was widened exactly.
///
/// It is not cryptographic: it guards against mistakes, but not against someone who makes two sets of weights with the same
/// fingerprint on purpose. Where that matters, compare the SHA-256 of the files.
///
/// **Complexity**: one pass over the weights, some gigabytes a second in an optimised build.
public struct WeightFingerprint: Hashable, Sendable {
    public let high: UInt64
    public let low: UInt64

    /// Reads the weights tensor by tensor.
    ///
    /// - Parameter prefix: only tensors whose names start with this count; all of them when empty.
    /// - Throws: what the source throws when a tensor cannot be read.
    public init(of source: some TensorSource, under prefix: String = "") throws {
        var mixer = FingerprintMixer()
        for name in Self.inOrder(source.names.filter { $0.hasPrefix(prefix) }) {
            mixer.add(name, try source.load(name))
        }
        (high, low) = mixer.result
    }

    /// The fingerprint of tensors that a model holds; it equals that of a source that holds them. Each tensor is made when it
    /// is needed, so unpacked weights are never in memory all together.
    public init(of tensors: [String: () -> Tensor]) {
        var mixer = FingerprintMixer()
        for name in Self.inOrder(Array(tensors.keys)) {
            if let tensor = tensors[name] { mixer.add(name, tensor()) }
        }
        (high, low) = mixer.result
    }

    /// The fingerprint of one-byte samples, such as pixels; it equals that of a source that holds them as Float32.
    ///
    /// - Parameter shape: how the bytes lie; its product is their number.
    package init(of bytes: [UInt8], shape: Shape, named name: String) {
        var mixer = FingerprintMixer()
        mixer.add(name, Tensor(bytes.map { Float($0) }, shape: shape))
        (high, low) = mixer.result
    }

    /// By the bytes of the names: an order that no locale or container changes.
    private static func inOrder(_ names: [String]) -> [String] {
        names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The fingerprint written as ``description`` writes it, nil for any other text.
    public init?(_ text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 32 else { return nil }
        var words: [UInt64] = [0, 0]
        for (place, digit) in digits.enumerated() {
            let value: UInt8
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
            default: return nil
            }
            words[place / 16] = words[place / 16] << 4 | UInt64(value)
        }
        (high, low) = (words[0], words[1])
    }
}

extension WeightFingerprint: CustomStringConvertible {
    /// 32 digits, hexadecimal, in lower case.
    public var description: String {
        [high, low].map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}

/// Eight running words; each takes every eighth word of the input. For a given input, a step maps different running words to
/// different ones, and the other way round. So changing a single word of the input always changes its running word.
private struct FingerprintMixer {
    private var lanes = SIMD8<UInt64>(
        0x9E37_79B9_7F4A_7C15, 0xBF58_476D_1CE4_E5B9, 0x94D0_49BB_1331_11EB, 0xD6E8_FEB8_6659_FD93,
        0xA076_1D64_78BD_642F, 0xE703_7ED1_A0B4_28DB, 0x8EBC_6AF0_9C88_C6E3, 0x5899_65CC_7537_4CC3)
    /// Bytes so far. Without it, adding no bytes would not change the result.
    private var length: UInt64 = 0

    private static let factor = SIMD8<UInt64>(repeating: 0x9FB2_1C65_1E98_DF25)

    @inline(__always)
    private static func step(_ lanes: SIMD8<UInt64>, _ words: SIMD8<UInt64>) -> SIMD8<UInt64> {
        let turned = (lanes &<< 23) | (lanes &>> 41)
        return (turned ^ words) &* factor
    }

    mutating func add(_ name: String, _ tensor: Tensor) {
        add(Array(name.utf8))
        add(UInt64(tensor.shape.rank))
        for extent in tensor.shape.dimensions { add(UInt64(extent)) }
        tensor.withUnsafeBufferPointer { add(UnsafeRawBufferPointer($0)) }
    }

    mutating func add(_ word: UInt64) { withUnsafeBytes(of: word.littleEndian) { add($0) } }

    mutating func add(_ bytes: [UInt8]) { bytes.withUnsafeBytes { add($0) } }

    /// The bytes, padded with zeros to whole blocks, then their number.
    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        var running = lanes
        let whole = bytes.count / 64 * 64
        for start in stride(from: 0, to: whole, by: 64) {
            running = Self.step(running, bytes.loadUnaligned(fromByteOffset: start, as: SIMD8<UInt64>.self))
        }
        if whole < bytes.count {
            var rest = SIMD8<UInt64>(repeating: 0)
            withUnsafeMutableBytes(of: &rest) { target in
                target.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[whole...]))
            }
            running = Self.step(running, rest)
        }
        length &+= UInt64(bytes.count) &+ 1
        lanes = Self.step(running, SIMD8(repeating: length))
    }

    var result: (high: UInt64, low: UInt64) {
        var (high, low) = (length, ~length)
        for lane in lanes.indices {
            high = Self.mixed(high ^ lanes[lane])
            low = Self.mixed(low &+ lanes[lane] &* 0xC2B2_AE3D_27D4_EB4F)
        }
        return (high, low)
    }

    /// The finaliser of splitmix64.
    private static func mixed(_ word: UInt64) -> UInt64 {
        var word = word &+ 0x9E37_79B9_7F4A_7C15
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
