extension DatasetLayout {
    /// Whether the names of its classes say what their pictures show. Elsewhere they are numbers, or the name of the folder
    /// that somebody put the data set into.
    var namesObjects: Bool {
        switch self {
        case .mvtecAD, .mvtecAD2, .mpdd, .visa, .visaReorganised, .list: true
        case .btad, .kolektorSDD, .kolektorSDD2, .dagm, .magneticTile, .neuSeg, .aitex, .deepCrack, .folders: false
        }
    }
}

extension Dataset {
    /// What the pictures of a class show, in plain English, by the name of the class: "metal nut" for `metal_nut`.
    ///
    /// - Throws: ``DatasetError/noObjectName(className:layout:)`` where the name does not say it.
    public func objectName(ofClass className: String) throws(DatasetError) -> String {
        let words = className.split { "_-/ ".contains($0) }.joined(separator: " ")
        let isUnnamed = layout == .list && classes.count == 1 && className == Self.stem(of: root)
        guard layout.namesObjects, !isUnnamed, words.contains(where: \.isLetter) else {
            throw .noObjectName(className: className, layout: layout)
        }
        return words
    }
}
