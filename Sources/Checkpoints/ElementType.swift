/// How one element of a stored tensor is laid out on disk. The raw value is the name that safetensors uses.
public enum ElementType: String, Hashable, Sendable, CaseIterable {
    /// One byte, 0 or 1.
    case boolean = "BOOL"
    /// 8-bit whole numbers from 0.
    case unsigned8 = "U8"
    /// 8-bit whole numbers in two's complement.
    case signed8 = "I8"
    /// 16-bit whole numbers from 0.
    case unsigned16 = "U16"
    /// 16-bit whole numbers in two's complement.
    case signed16 = "I16"
    /// 32-bit whole numbers from 0.
    case unsigned32 = "U32"
    /// 32-bit whole numbers in two's complement.
    case signed32 = "I32"
    /// 64-bit whole numbers from 0.
    case unsigned64 = "U64"
    /// 64-bit whole numbers in two's complement.
    case signed64 = "I64"
    /// bfloat16: the upper half of a Float32.
    case brain16 = "BF16"
    /// Half precision of IEEE 754.
    case float16 = "F16"
    /// Single precision of IEEE 754.
    case float32 = "F32"
    /// Double precision of IEEE 754, rounded to Float32 when it is loaded.
    case float64 = "F64"

    /// Bytes of one element.
    public var byteCount: Int {
        switch self {
        case .boolean, .unsigned8, .signed8: 1
        case .unsigned16, .signed16, .brain16, .float16: 2
        case .unsigned32, .signed32, .float32: 4
        case .unsigned64, .signed64, .float64: 8
        }
    }
}
