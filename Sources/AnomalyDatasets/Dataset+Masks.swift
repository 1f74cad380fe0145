import ImageCodecs
import Imaging

extension Dataset {
    /// Reads all masks, and says of each picture whether it is flawless.
    ///
    /// The result has no label ``DatasetLabel/byMask`` left, and tells in ``maskRules`` how the numbers of the mask files were
    /// understood. This takes as long as decoding the masks does.
    ///
    /// - Parameter leavesOutFaulty: as for reading the data set.
    /// - Throws: ``DatasetError/faulty(root:layout:_:)`` with all masks that cannot be read, that mark nothing of a defect, or
    ///   that mark something of a picture without one.
    public func examined(leavesOutFaulty: Bool = false) throws(DatasetError) -> Dataset {
        var kept: [DatasetItem] = []
        var left = leftOut
        var rules = maskRules
        for item in items {
            var labelled = item
            guard let mask = item.masks.first else {
                if labelled.label == .byMask { labelled.label = .normal }
                kept.append(labelled)
                continue
            }
            do throws(ImageCodecError) {
                let truth = try item.truth()
                for rule in truth?.rules ?? [] { rules[rule, default: 0] += 1 }
                let isEmpty = truth?.mask.isEmpty ?? true
                switch (item.label, isEmpty) {
                case (.byMask, _): labelled.label = isEmpty ? .normal : .defective
                case (.normal, false):
                    left.append(
                        LeftOutPicture(item: item, fault: .markedNormal(picture: item.id, mask: relative(mask))))
                    continue
                case (.defective, true):
                    left.append(LeftOutPicture(item: item, fault: .emptyMask(picture: item.id, mask: relative(mask))))
                    continue
                case (.normal, true), (.defective, false): break
                }
                kept.append(labelled)
            } catch {
                left.append(LeftOutPicture(item: item, fault: .unreadable(file: relative(mask), error)))
            }
        }
        let found = left.dropFirst(leftOut.count).map(\.fault)
        if !found.isEmpty && !leavesOutFaulty { throw .faulty(root: root, layout: layout, found) }
        if kept.isEmpty { throw .nothingLeft(root: root, layout: layout, found) }
        return Dataset(
            root: root, layout: layout, items: kept, faults: faults + found, leftOut: left,
            unused: unused, maskRules: rules)
    }

    /// A file of the data set by its path below the root, wherever that is.
    package func relative(_ file: String) -> String {
        file.hasPrefix("\(root)/") ? String(file.dropFirst(root.count + 1)) : file
    }
}
