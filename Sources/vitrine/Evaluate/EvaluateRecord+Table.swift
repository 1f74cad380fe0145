import AnomalyDatasets

extension EvaluateRecord {
    private typealias Column = (title: String, measure: MeasureName)

    private static let pixelColumns: [Column] = [
        ("AUROC", .auroc), ("AP", .averagePrecision), ("F1-max", .f1Maximum), ("AUPRO", .aupro),
    ]

    /// Tables of `table.md` besides the one that is printed.
    private static let furtherTables: [(title: String, columns: [Column])] = [
        (
            "Pixels at the threshold of F1-max, and regions",
            [
                ("threshold", .f1Threshold), ("precision", .f1Precision), ("recall", .f1Recall),
                ("IoU", .f1IntersectionOverUnion), ("AUPRO 0.05", .aupro005), ("AUPRO, 200 steps", .auproCompatible),
                ("regions found at 0.1 false a picture", .regionRecallAtTenth), ("at 1", .regionRecallAtOne),
            ]
        ),
        (
            "Final masks",
            [
                ("IoU", .maskIntersectionOverUnion), ("F1", .maskF1), ("precision", .maskPrecision),
                ("recall", .maskRecall), ("boundary F1", .boundaryF1),
            ]
        ),
        (
            "Pictures by their scores",
            [("AUROC", .imageAUROC), ("AP", .imageAveragePrecision), ("F1-max", .imageF1Maximum)]
        ),
    ]

    /// Tables in Markdown: a line for each class and variant, then the means over the classes and all pictures together.
    ///
    /// - Parameter isWhole: whether all measures are shown, or those that papers print.
    func markdown(_ variants: [String], isWhole: Bool) -> String {
        var lines = table(variants, Self.pixelColumns)
        lines += ["", "Picture level, all classes together: AUROC \(pictureAUROC.map { fixed($0, 3) } ?? "undefined")"]
        if isWhole {
            for further in Self.furtherTables {
                lines += ["", further.title + ":", ""] + table(variants, further.columns)
            }
            lines.append("")
        }
        lines += publishedTable
        for rule in maskRules { lines.append("Masks, \(rule.masks) of them: \(rule.rule)") }
        if let failures { lines += ["", "Pictures that failed and are in no figure: \(failures.count)"] }
        return lines.joined(separator: "\n")
    }

    /// What was published, beside which our means stand.
    private var publishedTable: [String] {
        guard let published, let dataset = published.first?.dataset else { return [] }
        func cell(_ value: Double?) -> String { value.map { fixed($0 / 100, 3) } ?? "-" }
        let heads = ["method", "AUROC", "AP", "F1-max", "AUPRO, 200 steps", "read in"]
        var lines = [
            "", "Published for \(dataset.rawValue), means over all of its classes:", "",
            "| " + heads.joined(separator: " | ") + " |", "|" + heads.map { _ in "---|" }.joined(),
        ]
        for figures in published {
            let source = figures.source + (figures.sureness == .secondHand ? ", quoted by another text" : "")
            let cells = [figures.auroc, figures.averagePrecision, figures.f1Maximum, figures.aupro].map(cell)
            lines.append("| " + ([figures.method] + cells + [source]).joined(separator: " | ") + " |")
        }
        return lines + [""]
    }

    private func table(_ variants: [String], _ columns: [Column]) -> [String] {
        func line(_ name: String, _ variant: String, _ measures: [MeasureName: Double], _ pictures: String) -> String {
            let numbers = columns.map { column in measures[column.measure].map { fixed($0, 3) } ?? "-" }
            return "| " + ([name, titles[variant] ?? variant] + numbers + [pictures]).joined(separator: " | ") + " |"
        }
        let heads = ["class", "variant"] + columns.map(\.title) + ["pictures"]
        var lines = ["| " + heads.joined(separator: " | ") + " |", "|" + heads.map { _ in "---|" }.joined()]
        for row in rows { lines.append(line(row.className ?? "", row.variant, row.measures, "\(row.pictures)")) }
        for mean in means { lines.append(line("**mean**", mean.variant, mean.measures, "")) }
        for row in pooled { lines.append(line("**all pictures**", row.variant, row.measures, "\(row.pictures)")) }
        return lines
    }
}
