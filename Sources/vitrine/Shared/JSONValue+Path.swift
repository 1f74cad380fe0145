import JSONText

extension JSONValue {
    /// What lies in objects within objects under these names, from the outside in; nil where nothing does.
    func value(at path: ArraySlice<String>) -> JSONValue? {
        guard let first = path.first else { return self }
        guard case .object(let members) = self else { return nil }
        return members[first]?.value(at: path.dropFirst())
    }
}
