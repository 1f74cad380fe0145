public import AnomalyDatasets
public import ArgumentParser

extension DatasetLayout: ExpressibleByArgument {}

/// Which pictures with known defects are measured, and how they are pooled.
struct DatasetOptions: ParsableArguments {
    @Argument(help: "The data set's folder, or a list that ends in .csv, .jsonl or .ndjson.")
    var folder: String

    @Option(help: "The layout; recognised unless named.")
    var dataset: DatasetLayout?

    @Flag(help: "Name what is broken in the data set, and measure the rest.")
    var skipBroken = false

    @Option(
        help: """
            What the pictures show, for example "magnetic tile". Without it the names of the classes say it, where a data \
            set's folders are named after objects: metal_nut is "metal nut".
            """)
    var object: String?

    @Flag(help: "Pool the pictures of classes without defect into every class.")
    var withNormal = false

    @Option(help: "At most this many pictures of each class, evenly chosen.")
    var limit: Int?

    func validate() throws {
        if let object, object.allSatisfy(\.isWhitespace) {
            throw ValidationError("--object is empty; name what the pictures show")
        }
        if let limit, limit < 1 { throw ValidationError("--limit takes a positive number, not \(limit)") }
    }

    /// - Throws: A ``CommandFailure`` with status `badInput`, after all faults were told.
    func pictures() throws -> LabelledPictures {
        try LabelledPictures(in: folder, layout: dataset, skipsBroken: skipBroken, limit: limit, object: object)
    }
}
