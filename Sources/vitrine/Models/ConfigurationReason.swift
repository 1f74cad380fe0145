import AnomalySegmentation
import Foundation
import JSONText

/// Why a file or a flag is no configuration, in a few words.
enum ConfigurationReason {
    static func of(_ error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            "the key \(name(of: context.codingPath + [key])) is missing"
        case DecodingError.dataCorrupted(let context) where context.underlyingError is UnknownKeyError:
            "\(name(of: context.codingPath)) \(context.debugDescription)"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.dataCorrupted(let context):
            unusable(at: context.codingPath)
        case let error as JSONError: "it is not JSON from byte \(error.byteOffset) on"
        default: error.localizedDescription
        }
    }

    /// The decoder's own words name Swift's types; what the default has in that place shows what is asked for.
    private static func unusable(at path: [any CodingKey]) -> String {
        if path.isEmpty { return "it is no JSON object" }
        let keys = path.prefix { $0.intValue == nil }.map(\.stringValue)
        let there = (try? JSONValue(encoding: AnomalyConfiguration.default))?.value(at: keys[...])
        let text = there.flatMap { try? encodedJSON($0) } ?? ""
        let example = text.isEmpty || text.count > longestExample ? "" : "; the default is \(text)"
        return "\(name(of: path)) has no value that is known there" + example
    }

    /// A whole table of sentences helps nobody.
    private static let longestExample = 300

    /// With dots between, and places in lists in brackets.
    private static func name(of path: [any CodingKey]) -> String {
        path.reduce("") { name, key in
            if let index = key.intValue { return "\(name)[\(index)]" }
            return name.isEmpty ? key.stringValue : "\(name).\(key.stringValue)"
        }
    }
}
