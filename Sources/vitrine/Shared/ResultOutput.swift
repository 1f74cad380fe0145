import ResultFolders

/// The folder that a command writes its results to. It is locked, and the places of all results are looked at, before any
/// model is loaded.
struct ResultOutput: Sendable {
    private let folder: OutputFolder

    /// - Parameters:
    ///   - path: the folder, which is made where it is missing.
    ///   - names: of the results to come, for example `parts/b.jpg`.
    /// - Throws: A ``CommandFailure`` with status `outputFailed`, where the folder cannot be written to, another process
    ///   writes to it, or something that is no result stands in the place of one.
    init(_ path: String, for names: [String]) throws {
        do throws(OutputFolderError) {
            folder = try OutputFolder(path)
            for name in names {
                do throws(OutputFolderError) {
                    try folder.check(name)
                } catch {
                    // What is of one result fails alone, when its turn comes.
                    if !error.isOfOneResult { throw error }
                }
            }
        } catch {
            throw CommandFailure.output("\(error) (--output)")
        }
    }

    /// Why a name from outside cannot be that of a result; nil where it can.
    func refusal(of name: String) -> String? {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let isBelow = parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && $0.utf8.count <= 200 }
        guard isBelow, !name.hasPrefix(".vitrine") else {
            return "the \"id\" \(name.prefix(60)) is no path below the output folder; write one such as parts/a.png"
        }
        do throws(OutputFolderError) { try folder.check(name) } catch { return "\(error)" }
        return nil
    }

    /// Lets `fill` write the files of a result, then shows them in place of an earlier result of that name. On any failure
    /// the earlier one stays as it was.
    ///
    /// - Throws: A ``CommandFailure`` with status `outputFailed`; an `OutputFolderError` where only this result cannot be
    ///   written, and others can.
    func write(_ name: String, _ fill: (_ folder: String) throws -> Void) throws {
        do {
            try StopRequest.whileInHand { try folder.write(name, fill) }
        } catch let error as OutputFolderError {
            if error.isOfOneResult { throw error }
            throw CommandFailure.output("\(error)")
        } catch {
            throw CommandFailure.output("cannot write \(folder.path)/\(name): \(error)")
        }
    }

    /// Removes the results in a folder of this one that do not belong to it any more.
    func removeResults(in folder: String, besides names: Set<String>) throws(OutputFolderError) {
        try self.folder.removeResults(in: folder, besides: names)
    }
}
