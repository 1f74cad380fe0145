import AnomalyDatasets
import ImageCodecs
import Imaging
import Testing

/// Each published layout as a small tree.
@Suite struct DatasetLayoutTests {
    /// One line for each picture: class, kind, label, part, picture and masks.
    private func lines(_ dataset: Dataset) -> [String] {
        dataset.items.map { item in
            let masks = item.masks.map { String($0.dropFirst(dataset.root.utf8.count + 1)) }
            return ([item.className, item.kind ?? "-", item.label.rawValue, item.split.rawValue, item.id] + masks)
                .joined(separator: " ")
        }
    }

    private func check(
        _ tree: PictureTree, _ layout: DatasetLayout, _ expected: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        for named in [nil, layout] {
            let dataset = try Dataset(reading: tree.path, as: named)
            #expect(dataset.layout == layout, sourceLocation: sourceLocation)
            #expect(lines(dataset) == expected, sourceLocation: sourceLocation)
            #expect(dataset.faults.isEmpty && dataset.unused.isEmpty, sourceLocation: sourceLocation)
        }
    }

    @Test("MVTec AD: kinds of defects, endings in any case, what is hidden is passed over")
    func mvtecAD() throws {
        let tree = try PictureTree()
        try tree.pictures(
            "nut/train/good/000.png", "nut/test/good/000.PNG", "nut/test/bent/000.png", "bolt/test/good/1.png",
            "bolt/test/cut/7.JPG")
        try tree.masks("nut/ground_truth/bent/000_mask.png", "bolt/ground_truth/cut/7_mask.PNG")
        try tree.text("x", "nut/test/bent/._000.png")
        try tree.text("x", ".hidden/test/good/1.png")
        try tree.text("x", "readme.txt")
        try check(
            tree, .mvtecAD,
            [
                "bolt cut defective test bolt/test/cut/7.JPG bolt/ground_truth/cut/7_mask.PNG",
                "bolt - normal test bolt/test/good/1.png",
                "nut bent defective test nut/test/bent/000.png nut/ground_truth/bent/000_mask.png",
                "nut - normal test nut/test/good/000.PNG", "nut - normal train nut/train/good/000.png",
            ])
        // A class by itself.
        let one = try Dataset(reading: "\(tree.path)/nut")
        #expect(one.layout == .mvtecAD && one.classes == ["nut"] && one.items.count == 3)
    }

    @Test("MVTec AD 2: the public test")
    func mvtecAD2() throws {
        let tree = try PictureTree()
        try tree.pictures(
            "can/train/good/1_regular.png", "can/validation/good/2_regular.png", "can/test_public/good/3_regular.png",
            "can/test_public/bad/4_regular.png")
        try tree.masks("can/test_public/ground_truth/bad/4_regular_mask.png")
        try check(
            tree, .mvtecAD2,
            [
                "can bad defective test can/test_public/bad/4_regular.png "
                    + "can/test_public/ground_truth/bad/4_regular_mask.png",
                "can - normal test can/test_public/good/3_regular.png",
                "can - normal train can/train/good/1_regular.png",
                "can - normal validation can/validation/good/2_regular.png",
            ])
    }

    @Test("BTAD: ok and ko, masks with the pictures' names")
    func btad() throws {
        let tree = try PictureTree()
        try tree.pictures("01/train/ok/1.png", "01/test/ok/2.png", "01/test/ko/3.png")
        try tree.masks("01/ground_truth/ko/3.png")
        try check(
            tree, .btad,
            [
                "01 ko defective test 01/test/ko/3.png 01/ground_truth/ko/3.png", "01 - normal test 01/test/ok/2.png",
                "01 - normal train 01/train/ok/1.png",
            ])
    }

    @Test("MPDD: by the names of its classes")
    func mpdd() throws {
        let tree = try PictureTree()
        try tree.pictures("tubes/test/good/1.png", "tubes/test/anomalous/2.png")
        try tree.masks("tubes/ground_truth/anomalous/2_mask.png")
        try check(
            tree, .mpdd,
            [
                "tubes anomalous defective test tubes/test/anomalous/2.png tubes/ground_truth/anomalous/2_mask.png",
                "tubes - normal test tubes/test/good/1.png",
            ])
    }

    @Test("VisA as published, with its list and without")
    func visa() throws {
        let tree = try PictureTree()
        try tree.pictures(
            "pcb1/Data/Images/Normal/0.JPG", "pcb1/Data/Images/Normal/1.JPG", "pcb1/Data/Images/Anomaly/0.JPG")
        try tree.masks("pcb1/Data/Masks/Anomaly/0.png", value: 2)
        try tree.text("image,label,mask\n", "pcb1/image_anno.csv")
        try check(
            tree, .visa,
            [
                "pcb1 anomaly defective test pcb1/Data/Images/Anomaly/0.JPG pcb1/Data/Masks/Anomaly/0.png",
                "pcb1 - normal test pcb1/Data/Images/Normal/0.JPG", "pcb1 - normal test pcb1/Data/Images/Normal/1.JPG",
            ])
        try tree.text(
            "object,split,label,image,mask\r\npcb1,train,normal,pcb1/Data/Images/Normal/0.JPG,\r\n"
                + "pcb1,test,normal,pcb1/Data/Images/Normal/1.JPG,\r\n"
                + "pcb1,test,anomaly,pcb1/Data/Images/Anomaly/0.JPG,pcb1/Data/Masks/Anomaly/0.png\r\n",
            "split_csv/1cls.csv")
        try check(
            tree, .visa,
            [
                "pcb1 anomaly defective test pcb1/Data/Images/Anomaly/0.JPG pcb1/Data/Masks/Anomaly/0.png",
                "pcb1 - normal train pcb1/Data/Images/Normal/0.JPG", "pcb1 - normal test pcb1/Data/Images/Normal/1.JPG",
            ])
        let examined = try Dataset(reading: tree.path).examined()
        #expect(examined.maskRules == [.classes(largest: 2): 1])
    }

    @Test("VisA reorganised: the one kind bad")
    func visaReorganised() throws {
        let tree = try PictureTree()
        try tree.pictures("fryum/train/good/1.JPG", "fryum/test/good/2.JPG", "fryum/test/bad/3.JPG")
        try tree.masks("fryum/ground_truth/bad/3.png")
        try check(
            tree, .visaReorganised,
            [
                "fryum bad defective test fryum/test/bad/3.JPG fryum/ground_truth/bad/3.png",
                "fryum - normal test fryum/test/good/2.JPG", "fryum - normal train fryum/train/good/1.JPG",
            ])
    }

    @Test("KolektorSDD and KolektorSDD2: the masks decide")
    func kolektor() throws {
        let first = try PictureTree()
        try first.pictures("kos01/Part0.jpg", "kos02/Part1.jpg")
        try first.bitmapMasks("kos01/Part0_label.bmp")
        try first.bitmapMasks("kos02/Part1_label.bmp", marked: 0)
        try check(
            first, .kolektorSDD,
            [
                "data - byMask test kos01/Part0.jpg kos01/Part0_label.bmp",
                "data - byMask test kos02/Part1.jpg kos02/Part1_label.bmp",
            ])
        let examined = try Dataset(reading: first.path).examined()
        #expect(examined.items.map(\.label) == [.defective, .normal])
        #expect(try examined.items[0].truth()?.mask.values.firstIndex(of: false) == 3)
        #expect(examined.maskRules == [.grey(above: 127): 2])
        let second = try PictureTree()
        try second.pictures("train/10000.png", "test/20000.png")
        try second.masks("train/10000_GT.png", "test/20000_GT.png")
        try check(
            second, .kolektorSDD2,
            [
                "data - byMask test test/20000.png test/20000_GT.png",
                "data - byMask train train/10000.png train/10000_GT.png",
            ])
    }

    @Test("DAGM: a picture with a label has a defect")
    func dagm() throws {
        let tree = try PictureTree()
        try tree.pictures("Class1/Train/0001.PNG", "Class1/Test/0002.PNG", "Class10/Test/0003.PNG")
        try tree.masks("Class1/Test/Label/0002_label.PNG", "Class1/Train/Label/0001_label.PNG")
        try check(
            tree, .dagm,
            [
                "Class1 - defective test Class1/Test/0002.PNG Class1/Test/Label/0002_label.PNG",
                "Class1 - defective train Class1/Train/0001.PNG Class1/Train/Label/0001_label.PNG",
                "Class10 - normal test Class10/Test/0003.PNG",
            ])
    }

    @Test("magnetic tiles: masks beside the pictures, flawless ones too")
    func magneticTile() throws {
        let tree = try PictureTree("tiles")
        try tree.pictures("MT_Break/Imgs/a.jpg", "MT_Free/Imgs/b.JPG", "MT_Crack/Imgs/c.jpg")
        try tree.masks("MT_Break/Imgs/a.png")
        try tree.masks("MT_Free/Imgs/b.png", "MT_Crack/Imgs/c.png", marked: 0)
        try check(
            tree, .magneticTile,
            [
                "tiles MT_Break byMask test MT_Break/Imgs/a.jpg MT_Break/Imgs/a.png",
                "tiles MT_Crack byMask test MT_Crack/Imgs/c.jpg MT_Crack/Imgs/c.png",
                "tiles - normal test MT_Free/Imgs/b.JPG MT_Free/Imgs/b.png",
            ])
        #expect(try Dataset(reading: tree.path).examined().items.map(\.label) == [.defective, .normal, .normal])
    }

    @Test("NEU-Seg, DeepCrack, and pictures beside masks")
    func folderPairs() throws {
        let steel = try PictureTree("steel")
        try steel.pictures("images/training/1.jpg", "images/test/2.jpg")
        try steel.masks("annotations/training/1.png", "annotations/test/2.png", value: 3)
        try check(
            steel, .neuSeg,
            [
                "steel - byMask test images/test/2.jpg annotations/test/2.png",
                "steel - byMask train images/training/1.jpg annotations/training/1.png",
            ])
        #expect(try Dataset(reading: steel.path).examined().maskRules == [.classes(largest: 3): 2])
        let cracks = try PictureTree("cracks")
        try cracks.pictures("train_img/1.jpg", "test_img/2.jpg")
        try cracks.masks("train_lab/1.png", "test_lab/2.png")
        try check(
            cracks, .deepCrack,
            [
                "cracks - byMask test test_img/2.jpg test_lab/2.png",
                "cracks - byMask train train_img/1.jpg train_lab/1.png",
            ])
        let forest = try PictureTree("forest")
        try forest.pictures("image/1.jpg")
        try forest.masks("groundTruth/1.png")
        try check(forest, .folders, ["forest - byMask test image/1.jpg groundTruth/1.png"])
        let plates = try PictureTree("plates")
        try plates.pictures("metal/train/images/1.png", "metal/val/images/2.png", "wood/Test Image/images2/3.png")
        try plates.masks("metal/train/masks/1_mask.png", "metal/val/masks/2.png", "wood/Test Image/masks2/3.png")
        try check(
            plates, .folders,
            [
                "metal - byMask train metal/train/images/1.png metal/train/masks/1_mask.png",
                "metal - byMask validation metal/val/images/2.png metal/val/masks/2.png",
                "wood - byMask test wood/Test Image/images2/3.png wood/Test Image/masks2/3.png",
            ])
    }

    @Test("AITEX: several masks of one wide picture count together")
    func aitex() throws {
        let tree = try PictureTree("fabric")
        try tree.pictures("Defect_images/0001_002_00.png", "Defect_images/0044_019_04.png", width: 64)
        try tree.pictures("NODefect_images/2306881-210020u/0100_000_05.png", width: 64)
        try tree.masks("Mask_images/0001_002_00_mask.png", "Mask_images/0044_019_04_mask1.png", width: 64)
        try tree.masks("Mask_images/0044_019_04_mask2.png", from: 10, marked: 70, width: 64)
        try check(
            tree, .aitex,
            [
                "fabric 002 defective test Defect_images/0001_002_00.png Mask_images/0001_002_00_mask.png",
                "fabric 019 defective test Defect_images/0044_019_04.png Mask_images/0044_019_04_mask1.png "
                    + "Mask_images/0044_019_04_mask2.png",
                "fabric - normal test NODefect_images/2306881-210020u/0100_000_05.png",
            ])
        let item = try #require(try Dataset(reading: tree.path).items.first { $0.kind == "019" })
        #expect(try item.truth()?.mask.area == 73)
    }

    @Test("a list names pictures, masks, classes, labels and parts")
    func lists() throws {
        let tree = try PictureTree()
        try tree.pictures("a/1.png", "a/2.png", "3.png")
        try tree.masks("m/1.png", "m/3.png")
        try tree.text(
            "path,mask,class,label,split\na/1.png,m/1.png,nut,bent,test\na/2.png,,nut,good,train\n3.png,m/3.png,bolt,,\n",
            "list.csv")
        try tree.text(
            #"{"path":"a/1.png","mask":"m/1.png","class":"nut","label":"bent","split":"test"}"# + "\n"
                + #"{"path":"a/2.png","class":"nut","label":"good","split":"train"}"# + "\n"
                + #"{"path":"3.png","mask":"m/3.png","class":"bolt"}"# + "\n", "list.jsonl")
        for name in ["list.csv", "list.jsonl"] {
            let dataset = try Dataset(reading: "\(tree.path)/\(name)")
            #expect(dataset.layout == .list && dataset.classes == ["bolt", "nut"])
            #expect(dataset.items.map(\.id) == ["3.png", "a/1.png", "a/2.png"])
            #expect(dataset.items.map(\.label) == [.byMask, .defective, .normal])
            #expect(dataset.items.map(\.kind) == [nil, "bent", nil])
            #expect(dataset.items.map(\.split) == [.test, .test, .train])
            #expect(dataset.items.map(\.masks) == [["\(tree.path)/m/3.png"], ["\(tree.path)/m/1.png"], []])
            #expect(try dataset.examined().items.map(\.label) == [.defective, .defective, .normal])
        }
    }
}
