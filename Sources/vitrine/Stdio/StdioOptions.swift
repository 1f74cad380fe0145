import ArgumentParser

/// Whether a command works for another program that asks for picture after picture.
struct StdioOptions: ParsableArguments {
    @Flag(
        help: """
            Read requests from standard input and answer each on standard output, one JSON object a line: {"path": \
            "a.png"}, with "id", "object" and "seq" where they are wanted. See docs/Batch.md.
            """)
    var stdio = false

    /// - Parameter pictures: which pictures the command line names.
    func check(_ pictures: PictureOptions) throws {
        if stdio, !pictures.isEmpty {
            throw ValidationError("with --stdio the requests name the pictures; leave them out on the command line")
        }
        if !stdio, pictures.isEmpty { throw ValidationError("name a picture, a folder or a pattern") }
    }
}
