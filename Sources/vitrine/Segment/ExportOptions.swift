import ArgumentParser
import RegionExports

/// Which files about the regions of all pictures are written at the top of the output folder.
struct ExportOptions: ParsableArguments {
    @Option(
        help: """
            Files about the regions of all pictures, separated by commas: coco (coco.json, with the exact pixels as \
            runs), coco-polygons (the same as polygons), csv (regions.csv, a line for each region).
            """,
        transform: chosenNames)
    var export: Set<RegionExport> = []

    @Option(help: "The side of a pixel in millimetres: regions.csv has columns in millimetres, too.")
    var pixelSize: Double?

    func validate() throws {
        guard let pixelSize else { return }
        guard pixelSize.isFinite, pixelSize > 0 else {
            throw ValidationError("--pixel-size takes millimetres above 0, not \(pixelSize)")
        }
        if !export.contains(.csv) { throw ValidationError("--pixel-size goes with --export csv") }
    }

    /// nil where nothing is asked for.
    var record: RunRecord.Exports? {
        let files = RegionExport.allCases.filter(export.contains)
        return files.isEmpty ? nil : RunRecord.Exports(files: files, pixelSizeMillimetres: pixelSize)
    }
}
