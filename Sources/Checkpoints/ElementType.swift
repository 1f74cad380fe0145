/// How one element of a stored tensor is laid out on disk. The raw value is the name that safetensors uses.
public enum ElementType: String, Hashable, Sendable, CaseIterable {
    case boolean = "BOOL"
    case unsigned8 = "U8"
    case signed8 = "I8"
    case unsigned16 = "U16"
    case signed16 = "I16"
    case unsigned32 = "U32"
    case signed32 = "I32"
    case unsigned64 = "U64"
    case signed64 = "I64"
    case brain16 = "BF16"
    case float16 = "F16"
    case float32 = "F32"
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
