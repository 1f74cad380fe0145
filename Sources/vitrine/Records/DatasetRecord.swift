/// What `run.json` of `evaluate` says about the data set.
struct DatasetRecord: Codable {
    /// As it was named.
    var root: String
    /// By which its files were understood.
    var layout: String
    /// What is wrong with it, a sentence each.
    var faults: [String]
    /// Pictures for which the layout has no place.
    var unused: Int
}
