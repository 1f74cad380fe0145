import AnomalyDatasets
import ImageCodecs
import Imaging
import Testing

/// What is wrong with a data set is told in full.
@Suite struct DatasetFaultTests {
    private func faults(_ tree: PictureTree, _ name: String = "") -> [DatasetFault] {
        do throws(DatasetError) {
            _ = try Dataset(reading: tree.path + name)
            return []
        } catch {
            if case .faulty(_, _, let faults) = error { return faults }
            return []
        }
    }

    /// MVTec AD's layout with one sound picture.
    private func tree() throws -> PictureTree {
        let tree = try PictureTree()
        try tree.pictures("nut/test/good/0.png")
        return tree
    }

    @Test("every fault is told at once, with its files, and the pictures without one remain")
    func all() throws {
        let tree = try tree()
        try tree.pictures(
            "nut/test/bent/1.png", "nut/test/bent/2.png", "nut/test/bent/3.png", "nut/test/bent/4.png",
            "nut/test/bent/4.jpg", "nut/test/bent/5.png")
        try tree.masks(
            "nut/ground_truth/bent/2_mask.png", "nut/ground_truth/bent/5_mask.png", "nut/ground_truth/bent/9_mask.png",
            "nut/ground_truth/good/0_mask.png", "nut/ground_truth/cut/7_mask.png")
        try tree.masks("nut/ground_truth/bent/3_mask.png", width: 8)
        try tree.text("no picture", "nut/test/good/8.png")
        try tree.text("no picture", "nut/test/good/9.bmp")
        try tree.folder("bolt/test/good")
        let found = faults(tree)
        let bent = "nut/test/bent", truth = "nut/ground_truth"
        let expected: [DatasetFault] = [
            .emptyClass(name: "bolt"), .missingMask(picture: "\(bent)/1.png"),
            .sizesDiffer(
                picture: "\(bent)/3.png", size: ImageSize(width: 6, height: 4), mask: "\(truth)/bent/3_mask.png",
                maskSize: ImageSize(width: 8, height: 4)),
            .sameStem(files: ["\(bent)/4.jpg", "\(bent)/4.png"]), .maskWithoutPicture(mask: "\(truth)/bent/9_mask.png"),
            .maskWithoutPicture(mask: "\(truth)/cut/7_mask.png"),
            .maskOfNormal(picture: "nut/test/good/0.png", mask: "\(truth)/good/0_mask.png"),
            .unreadable(
                file: "nut/test/good/8.png", .notAPicture(file: "\(tree.path)/nut/test/good/8.png", found: "text")),
            .unreadable(
                file: "nut/test/good/9.bmp", .notAPicture(file: "\(tree.path)/nut/test/good/9.bmp", found: "text")),
        ]
        #expect(Set(found) == Set(expected) && found.count == expected.count)
        let rest = try Dataset(reading: tree.path, leavesOutFaulty: true)
        #expect(rest.items.map(\.id) == ["\(bent)/2.png", "\(bent)/5.png"])
        #expect(rest.faults == found)
        #expect(
            rest.leftOut.map(\.item.id) == [
                "\(bent)/1.png", "\(bent)/3.png", "nut/test/good/0.png", "nut/test/good/8.png", "nut/test/good/9.bmp",
            ])
        #expect(rest.leftOut.first?.fault == .missingMask(picture: "\(bent)/1.png"))
    }

    @Test("masks that mark the wrong thing are found when they are read")
    func masks() throws {
        let tree = try tree()
        try tree.pictures("nut/test/bent/1.png", "nut/test/bent/2.png", "nut/test/bent/3.png")
        try tree.masks("nut/ground_truth/bent/1_mask.png", marked: 0)
        try tree.masks("nut/ground_truth/bent/2_mask.png", "nut/ground_truth/bent/3_mask.png")
        let dataset = try Dataset(reading: tree.path)
        let empty = DatasetFault.emptyMask(picture: "nut/test/bent/1.png", mask: "nut/ground_truth/bent/1_mask.png")
        #expect(throws: DatasetError.faulty(root: tree.path, layout: .mvtecAD, [empty])) { try dataset.examined() }
        let rest = try dataset.examined(leavesOutFaulty: true)
        #expect(
            rest.items.count == 3 && rest.faults == [empty] && rest.leftOut.map(\.fault) == [empty]
                && rest.maskRules == [.grey(above: 127): 3])
        let tiles = try PictureTree()
        try tiles.pictures("MT_Free/Imgs/a.jpg")
        try tiles.masks("MT_Free/Imgs/a.png")
        let marked = DatasetFault.markedNormal(picture: "MT_Free/Imgs/a.jpg", mask: "MT_Free/Imgs/a.png")
        #expect(throws: DatasetError.faulty(root: tiles.path, layout: .magneticTile, [marked])) {
            try Dataset(reading: tiles.path).examined()
        }
        #expect(throws: DatasetError.nothingLeft(root: tiles.path, layout: .magneticTile, [marked])) {
            try Dataset(reading: tiles.path).examined(leavesOutFaulty: true)
        }
    }

    @Test("pictures without a place in the layout are named")
    func unused() throws {
        let tree = try tree()
        try tree.pictures("nut/preview.png", "nut/test/stray.png", "other.JPG")
        #expect(try Dataset(reading: tree.path).unused == ["nut/preview.png", "nut/test/stray.png", "other.JPG"])
    }

    @Test("a list tells files that are not there, and pictures that it names twice")
    func lists() throws {
        let tree = try PictureTree()
        try tree.pictures("1.png")
        try tree.masks("m.png")
        try tree.text("path,mask,label\n1.png,,\n1.png,,\n2.png,m.png,bent\n1b.png,,bent\n", "list.csv")
        #expect(
            faults(tree, "/list.csv")
                == [
                    .missingMask(picture: "1b.png"), .listedTwice(picture: "1.png"), .missingFile(file: "1b.png"),
                    .missingFile(file: "2.png"),
                ].sorted { "\($0)" < "\($1)" })
        try tree.text("path\n\"1.png\n", "open.csv")
        #expect(throws: DatasetError.self) { try Dataset(reading: "\(tree.path)/open.csv") }
    }

    @Test("what is no data set is refused with what was found, and another layout than named with what it needs")
    func unknown() throws {
        let tree = try PictureTree()
        #expect(throws: DatasetError.notFound(root: "\(tree.path)/x")) { try Dataset(reading: "\(tree.path)/x") }
        try tree.pictures("some/1.png")
        #expect(throws: DatasetError.unknownLayout(root: tree.path, folders: ["some"])) {
            try Dataset(reading: tree.path)
        }
        for layout in DatasetLayout.allCases {
            #expect(throws: DatasetError.otherLayout(root: tree.path, layout: layout)) {
                try Dataset(reading: tree.path, as: layout)
            }
        }
        #expect(throws: DatasetError.otherLayout(root: "\(tree.path)/some/1.png", layout: .list)) {
            try Dataset(reading: "\(tree.path)/some/1.png")
        }
    }

    @Test("sentences of faults and errors")
    func sentences() {
        let size = ImageSize(width: 2, height: 3)
        let faults: [(DatasetFault, String)] = [
            (.missingMask(picture: "a.png"), "a.png: a picture of a defect without a mask"),
            (
                .maskOfNormal(picture: "a.png", mask: "b.png"),
                "b.png: a mask of a.png, which is in a folder of pictures without defect"
            ), (.maskWithoutPicture(mask: "b.png"), "b.png: a mask without a picture"),
            (
                .sizesDiffer(picture: "a.png", size: size, mask: "b.png", maskSize: ImageSize(width: 1, height: 1)),
                "b.png: the mask is 1 x 1, its picture a.png 2 x 3"
            ), (.sameStem(files: ["a.png", "a.jpg"]), "a.png, a.jpg: the same name but for the ending"),
            (.listedTwice(picture: "a.png"), "a.png: listed more than once"),
            (
                .unreadable(file: "a.png", .emptyFile(file: "d/a.png")),
                "\(ImageCodecError.emptyFile(file: "d/a.png"))"
            ), (.missingFile(file: "a.png"), "a.png: listed, but not there"),
            (.emptyClass(name: "nut"), "nut: a class without a picture"),
            (.closedFolder(folder: "d", reason: "no"), "d: cannot be listed: no"),
            (.unreadableName(file: "%FF"), "%FF: a name that is no text in UTF-8"),
            (
                .emptyMask(picture: "a.png", mask: "b.png"),
                "b.png: marks nothing, but a.png is a picture of a defect"
            ),
            (
                .markedNormal(picture: "a.png", mask: "b.png"),
                "b.png: marks something, but a.png is a picture without defect"
            ),
        ]
        for (fault, sentence) in faults { #expect(fault.description == sentence) }
        let errors: [(DatasetError, String)] = [
            (.notFound(root: "d"), "d is not there; name the folder of the data set, or its list"),
            (.unreadable(root: "d", reason: "no"), "cannot read d: no"),
            (
                .unknownLayout(root: "d", folders: ["a", "b"]),
                "d has the layout of no known data set; it holds a, b; name the layout, or write a list of pictures and masks"
            ),
            (
                .otherLayout(root: "d", layout: .deepCrack),
                "d is not laid out as deep-crack: it needs test_img and test_lab"
            ), (.unreadableList(reason: "no"), "no"),
            (
                .noObjectName(className: "01", layout: .btad),
                "the class 01 of a data set read as btad does not say what its pictures show; name it in plain English"
            ),
            (
                .faulty(root: "d", layout: .btad, [.emptyClass(name: "01")]),
                "d, read as btad, has 1 fault, the first: 01: a class without a picture; mend them, or leave these "
                    + "pictures out"
            ),
            (
                .nothingLeft(root: "d", layout: .btad, [.emptyClass(name: "01")]),
                "d, read as btad, has no picture without a fault, the first: 01: a class without a picture; mend them"
            ),
        ]
        for (error, sentence) in errors { #expect(error.description == sentence) }
    }
}
