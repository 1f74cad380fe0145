import TerminalText

extension ComparisonRecord {
    /// Tables as Markdown has them.
    ///
    /// - Parameter top: how many gains, and how many losses, are listed at most.
    func tables(top: Int) -> String {
        var lines = [
            "\(pictures) pictures in both: \(printable(first.folder)) (\(first.variant)) and then "
                + "\(printable(second.folder)) (\(second.variant))"
        ]
        for (names, words) in [
            (onlyInFirst, "only in the first"), (onlyInSecond, "only in the second"),
            (otherTruth, "with another truth"),
        ] where !names.isEmpty {
            lines.append("Left out, \(words): \(names.count)")
        }
        lines += [
            "", "| pixels | measure | first | second | difference | \(percent) interval |", "|---|---|---|---|---|---|",
        ]
        for (words, differences) in [("all together", pooled), ("mean of classes", mean)] {
            guard let differences else {
                lines.append("| \(words) | - | - | - | - | nothing to measure |")
                continue
            }
            for (name, found) in [
                ("AUROC", differences.auroc), ("AP", differences.averagePrecision), ("F1-max", differences.f1Maximum),
            ] {
                lines.append(
                    "| \(words) | \(name) | \(fixed(found.first, 3)) | \(fixed(found.second, 3)) | "
                        + "\(signed(found.difference)) | \(signed(found.lower)) to \(signed(found.upper)) |")
            }
        }
        let ofPictures = changedPictures.map { picture in
            (picture.change, [printable(picture.name), fixed(picture.first, 3), fixed(picture.second, 3)])
        }
        lines += list("picture", "IoU", ofPictures, top, "\(pictures) pictures")
        let ofRegions = changedRegions.map { region in
            (
                region.change,
                [
                    "\(printable(region.picture)), \(region.region)", fixed(region.first, 3), fixed(region.second, 3),
                ]
            )
        }
        lines += list("defect", "found share", ofRegions, top, "defects")
        return lines.joined(separator: "\n")
    }

    private var percent: String { "\(fixed(100 * bootstrap.confidence, 0)) %" }

    private func signed(_ value: Double) -> String { (value < 0 ? "" : "+") + fixed(value, 4) }

    /// Gains from the largest on, then losses from the largest on.
    private func list(
        _ thing: String, _ measure: String, _ changes: [(change: Double, cells: [String])], _ top: Int, _ all: String
    ) -> [String] {
        let better = changes.filter { $0.change > 0 }
        let worse = changes.filter { $0.change < 0 }
        var lines = ["", "\(all): \(better.count) better, \(worse.count) worse by their \(measure)"]
        let shown = better.prefix(top) + worse.reversed().prefix(top)
        if shown.isEmpty { return lines }
        lines += ["", "| \(thing) | first | second | change |", "|---|---|---|---|"]
        return lines + shown.map { "| \($0.cells.joined(separator: " | ")) | \(signed($0.change)) |" }
    }
}
