import Foundation
import PictureLists
import RunJournals

/// What is left to do in an output folder.
struct RemainingPictures<Item: RunItem> {
    private(set) var items: [Item] = []
    /// Pictures whose results are there.
    private(set) var done = 0
    /// Pictures that failed before and are not tried again.
    private(set) var failed = 0

    /// Of all pictures of the run.
    var count: Int { items.count + done + failed }

    /// One line: how many there are, and how many of them need nothing.
    var summary: String {
        var line = count == 1 ? "1 picture" : "\(count) pictures"
        if done > 0 { line += ", \(done) done before" }
        if failed > 0 { line += ", \(failed) failed before (--retry-failed tries them again)" }
        return line
    }

    /// Looks at the inputs and the results of all pictures that the journal knows.
    ///
    /// - Parameters:
    ///   - journal: nil where nothing was done before.
    ///   - retriesFailed: whether pictures that failed are tried again.
    ///   - note: told, in a sentence, why a picture that was done is done again.
    init(
        of all: [Item], in folder: String, _ layout: RunLayout, _ journal: RunJournal?, retriesFailed: Bool,
        note: (String) -> Void
    ) throws {
        for item in all {
            guard let entry = try journal?.entry(of: item.picture.id) else {
                items.append(item)
                continue
            }
            let isChanged = item.isChanged(since: entry.input)
            let place = "\(folder)/\(layout.place(ofResult: item.picture.id))"
            switch entry.outcome {
            case .failed where !retriesFailed && !isChanged: failed += 1
            case .done(let result) where !isChanged && result.isSame(asResult: place): done += 1
            case .failed: items.append(item)
            case .done:
                note(
                    "\(item.picture.pathText) \(isChanged ? "was" : "has a result that was") changed since; it is done again"
                )
                items.append(item)
            }
        }
    }
}
