import Foundation
import JSONText
import Testing

@Suite("vitrine compare-runs, and the report of evaluate")
struct CompareRunsTests {
    private let command: Command

    init() throws {
        command = try Command()
        for name in ["metal_nut", "leather"] { try SmallSet.write(class: name, holes: [5, 7], to: command) }
        try SmallSet.writeConfiguration(to: command)
        #expect(try command.run(SmallSet.evaluate + ["--output", "first"]).status == 0)
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
        try SmallSet.write(class: "cloth", holes: [6], to: command)
        #expect(
            try command.run(SmallSet.evaluate + ["--stages", "1", "--limit", "2", "--output", "second"]).status == 0)
        let other = try JSONValue(try command.run(["compare-runs", "first", "second", "--json"]).output)
        #expect(other["onlyInFirst"]?.asList?.count == 2 && other["onlyInSecond"]?.asList?.count == 2)
        #expect(other["pictures"]?.asNumber == 4)
        for picture in other["changedPictures"]?.asList ?? [] {
            let change = (picture["second"]?.asNumber ?? 0) - (picture["first"]?.asNumber ?? 0)
            #expect(abs((picture["change"]?.asNumber ?? 9) - change) < 1e-12 && change != 0)
        }
        let table = try command.run(["compare-runs", "first", "second", "--top", "1"])
        #expect(table.output.contains("| all together | F1-max |") && table.output.contains("95 % interval"))
        #expect(table.output.contains("Left out, only in the second: 2"))
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
        #expect(try command.run(SmallSet.evaluate + ["--no-report", "--output", "bare"]).status == 0)
        #expect(!command.files(under: "bare").contains { $0.hasSuffix("report.html") || $0.hasSuffix("gallery") })
        if let folder = ProcessInfo.processInfo.environment["VITRINE_REPORT_PAGE"] {
            try command.data("first/report.html").write(to: URL(fileURLWithPath: "\(folder)/plates.html"))
        }
    }
}
