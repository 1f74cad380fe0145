/// Why a setting cannot be tried.
enum SettingError: Error, Hashable {
    /// Not `NAME=VALUE,...`.
    case malformed(String)
    /// No setting has the name; the nearest ones that there are.
    case unknown(String, nearest: [String])
    /// Named twice.
    case repeated(String)
    /// The setting does not take the value.
    case unusable(String, value: String, reason: String)
    /// More combinations than are tried one by one.
    case tooMany(Int, limit: Int)
}
