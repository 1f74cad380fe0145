import AnomalySegmentation
import Foundation
import JSONText
import Testing

@Suite("vitrine compare-runs, and the report of evaluate")
struct CompareRunsTests {
    private let command: Command

    /// The files of two classes and of the run `first` over them, which are made once for all tests.
    private static let files = Result<[String: Data], any Error> {
        let command = try Command()
        for name in ["metal_nut", "leather"] { try SmallSet.write(class: name, holes: [5, 7], to: command) }
        try SmallSet.writeConfiguration(to: command)
        try #require(try command.run(SmallSet.evaluate + ["--output", "first"]).status == 0)
        return Dictionary(uniqueKeysWithValues: try command.files(under: "").map { ($0, try command.data($0)) })
    }

    init() throws {
        command = try Command()
        for (name, data) in try Self.files.get() { try command.write(data, to: name) }
    }

    @Test("a run against itself differs by nothing, another by what its lines say")
    func differences() throws {
        let same = try command.run(["compare-runs", "first", "first", "--json", "--resamples", "50"])
        #expect(same.status == 0 && same.errors.isEmpty, "\(same.errors)")
        let record = try JSONValue(same.output)
        #expect(record["pictures"]?.asNumber == 6 && record["changedPictures"]?.asList?.isEmpty == true)
        for scope in ["pooled", "mean"] {
            for measure in ["auroc", "averagePrecision", "f1Maximum"] {
                let found = try #require(record[scope]?[measure])
                #expect(["difference", "lower", "upper"].allSatisfy { found[$0]?.asNumber == 0 }, "\(found)")
            }
        }

        // The map alone has no mask: only its pixels differ.
        let map = try command.run(["compare-runs", "first", "first", "--variant", "map"])
        #expect(map.status == 0 && map.output.contains("6 pictures: 0 better, 0 worse by their IoU"), "\(map.output)")
        try SmallSet.write(class: "cloth", holes: [6, 7, 8], to: command)
        try command.write(SmallSet.mask(holeRadius: 9), to: "set/leather/ground_truth/hole/0_mask.png")
        #expect(
            try command.run(SmallSet.evaluate + ["--stages", "1", "--limit", "2", "--output", "second"]).status == 0)
        let other = try JSONValue(try command.run(["compare-runs", "first", "second", "--json"]).output)
        // Evenly chosen: the first and the third of four, the first and the second of three.
        #expect(
            other["onlyInSecond"] == .list(["good/0", "hole/1"].map { .text("cloth/test/\($0).png") })
                && other["onlyInFirst"]
                    == .list(["leather", "metal_nut"].map { .text("\($0)/test/hole/1.png") })
        )
        #expect(other["otherTruth"] == .list([.text("leather/test/hole/0.png")]))
        #expect(other["pictures"]?.asNumber == 3)
        let table = try command.run(["compare-runs", "first", "second", "--top", "1"])
        #expect(table.output.contains("| all together | F1-max |") && table.output.contains("95 % interval"))
        #expect(table.output.contains("Left out, only in the second: 2"))
        #expect(table.output.contains("Left out, with another truth: 1"))
    }

    /// What a run says of its pictures by their ids.
    private func lines(_ run: String) throws -> [String: JSONValue] {
        let lines = try String(decoding: command.data("\(run)/pictures.jsonl"), as: UTF8.self).split(separator: "\n")
        return Dictionary(
            uniqueKeysWithValues: try lines.map {
                let line = try JSONValue(String($0))
                return (line["picture"]?["name"]?.asText ?? "", line)
            })
    }

    /// What a record says of a thing that changed.
    private struct Change: Equatable {
        var name: String
        var first: Double
        var second: Double
        var change: Double { second - first }

        init(name: String, first: Double, second: Double) {
            (self.name, self.first, self.second) = (name, first, second)
        }

        init(_ json: JSONValue, of name: String) {
            self.init(
                name: name, first: json["first"]?.asNumber ?? -9, second: json["second"]?.asNumber ?? -9)
            #expect(json["change"]?.asNumber == change)
        }
    }

    @Test("each change is the difference of the lines of both runs, from the largest gain to the largest loss")
    func changes() throws {
        try SmallSet.write(class: "tile", holes: [5, 7], to: command, root: "tiles")
        // Of this truth a good mask finds a part.
        try command.write(SmallSet.mask(holeRadius: 9), to: "tiles/tile/ground_truth/hole/0_mask.png")
        var changed = try JSONDecoder().decode(AnomalyConfiguration.self, from: command.data("quick.json"))
        changed.points.threshold = .percentile(percent: 97)
        try command.write(JSONEncoder().encode(changed), to: "loose.json")
        changed.points.threshold = .fixed(heat: 1)
        changed.cascade.areaMaximum = 0.004
        try command.write(JSONEncoder().encode(changed), to: "strict.json")
        for name in ["loose", "strict"] {
            let flags = ["evaluate", "tiles", "--quiet", "--no-report", "--configuration", "\(name).json"]
            #expect(try command.run(flags + ["--output", name]).status == 0)
        }
        let record = try JSONValue(try command.run(["compare-runs", "loose", "strict", "--json"]).output)
        let (loose, strict) = (try lines("loose"), try lines("strict"))
        func expected(_ value: (JSONValue) -> Double?) -> [Change] {
            var changes: [Change] = []
            for (id, line) in loose.sorted(by: { $0.key < $1.key }) {
                guard let own = value(line), let other = strict[id].flatMap(value), own != other else { continue }
                changes.append(Change(name: id, first: own, second: other))
            }
            return changes.sorted { $0.change > $1.change }
        }
        let listed = record["changedPictures"]?.asList ?? []
        let pictures = listed.map { Change($0, of: $0["name"]?.asText ?? "") }
        // A flawless picture in which nothing is marked agrees with its truth.
        #expect(pictures == expected { $0["intersectionOverUnion"]?.asNumber ?? 1 })
        #expect(pictures.first?.change == 1 && pictures.last?.change ?? 0 < 0, "\(pictures)")
        let regions = record["changedRegions"]?.asList ?? []
        let found = expected { $0["regions"]?.asList?.first?["found"]?.asNumber }
        #expect(regions.map { Change($0, of: $0["picture"]?.asText ?? "") } == found && !found.isEmpty)
        #expect(regions.allSatisfy { $0["region"]?.asNumber == 1 })
        let table = try command.run(["compare-runs", "loose", "strict", "--top", "1"]).output
        let shown = table.split(separator: "\n").filter { $0.hasPrefix("| tile/") && !$0.contains(", 1 |") }
        let cells = [pictures.first, pictures.last].map { $0?.name ?? "" }
        #expect(shown.map { $0.split(separator: " ")[1] } == cells.map { Substring($0) }, "\(table)")
    }

    @Test("runs without a common picture, unknown variants and folders that are no runs are refused")
    func refused() throws {
        try FileManager.default.removeItem(at: command.folder.appendingPathComponent("set/leather"))
        try FileManager.default.removeItem(at: command.folder.appendingPathComponent("set/metal_nut"))
        try SmallSet.write(class: "cloth", holes: [6], to: command)
        #expect(try command.run(SmallSet.evaluate + ["--output", "cloth"]).status == 0)
        let apart = try command.run(["compare-runs", "first", "cloth"])
        #expect(
            apart.status == 4
                && apart.errors.contains(
                    "first and cloth have no picture in common with the same truth; compare two runs over the same data set"
                ),
            "\(apart.errors)")
        let variant = try command.run(["compare-runs", "first", "first", "--variant", "maps"])
        #expect(
            variant.status == 4
                && variant.errors.contains("first has no variant maps; it has map, points, cascade (--variant)"),
            "\(variant.errors)")
        #expect(try command.run(["compare-runs", "first", "nowhere"]).status == 4)
        #expect(try command.run(["compare-runs", "first", "first", "--resamples", "0"]).status == 2)
    }

    @Test("report.html holds every picture, its bytes do not depend on the run, and --no-report leaves it out")
    func report() throws {
        let page = String(decoding: try command.data("first/report.html"), as: UTF8.self)
        #expect(page.contains("<title>2 classes, evaluated</title>"))
        func block(_ id: String) throws -> [String: JSONValue] {
            let start = try #require(page.range(of: "id=\"\(id)\">")).upperBound
            return try JSONValue.members(of: Array(page[start...].prefix { $0 != "<" }.utf8), depthLimit: 30)
        }
        let data = try block("page-data")
        #expect(data["pictures"]?.asList?.map { $0["id"]?.asText } == SmallSet.ids(["leather", "metal_nut"]))
        #expect(data["pictures"]?.asList?.allSatisfy { $0["peaks"]?.asList?.count == 3 } == true)
        #expect(data["curves"]?.asList?.count == 9 && data["pictureCurves"]?.asList?.count == 3)
        let picture = try block("picture-1")
        #expect(picture["line"]?["label"]?.asText == "defective")
        #expect(picture["kept"]?["maps"]?.asList?.map { $0["variant"]?.asText } == ["map", "points", "cascade"])
        let groups = try #require(picture["kept"]?["method"]?["groups"]?.asList)
        for group in groups { #expect(group["masks"]?.asList?.count == group["stages"]?.asList?.count) }

        #expect(try command.run(SmallSet.evaluate + ["--output", "again"]).status == 0)
        #expect(try command.data("again/report.html") == command.data("first/report.html"))
        #expect(try command.run(SmallSet.evaluate + ["--limit", "1", "--no-report", "--output", "bare"]).status == 0)
        #expect(!command.files(under: "bare").contains { $0.hasSuffix("report.html") || $0.hasSuffix("gallery") })
        if let folder = ProcessInfo.processInfo.environment["VITRINE_REPORT_PAGE"] {
            try command.data("first/report.html").write(to: URL(fileURLWithPath: "\(folder)/plates.html"))
        }
    }
}
