/// A case of an enumeration: its name, and the number that goes with it where there is one.
struct CaseRecord: Encodable {
    var kind: String
    var value: Float?

    init(_ kind: String, _ value: Float? = nil) { (self.kind, self.value) = (kind, value) }
}
