public import ImageCodecs
public import Imaging

/// One picture of a data set, and what is known about it.
public struct DatasetItem: Hashable, Sendable {
    /// Below the root, such as `bottle/test/crack/000.png`. No two pictures of a data set share one.
    public var id: String
    /// Where the picture is.
    public var picture: String
    /// What it shows, as the data set's folders say.
    public var className: String
    /// What is wrong with it, as the data set's folders say; nil where they do not.
    public var kind: String?
    /// Whether it is flawless.
    public var label: DatasetLabel
    /// The files that mark its defects, mostly one.
    public var masks: [String]
    /// Which part it belongs to.
    public var split: DatasetSplit
}

/// A picture that cannot be used, and the first reason.
public struct LeftOutPicture: Hashable, Sendable {
    /// What its folder says about it.
    public let item: DatasetItem
    /// What is wrong.
    public let fault: DatasetFault
}

/// Whether a picture is flawless.
public enum DatasetLabel: String, Hashable, Sendable, Codable, CaseIterable {
    /// There is no defect.
    case normal
    /// There is a defect.
    case defective
    /// The mask decides: the picture is defective where it marks anything. ``Dataset/examined(leavesOutFaulty:)`` looks.
    case byMask
}

/// Part of a data set.
public enum DatasetSplit: String, Hashable, Sendable, Codable, CaseIterable {
    /// For learning.
    case train
    /// For choosing settings.
    case validation
    /// For measuring; all pictures of a data set without parts.
    case test
}

extension DatasetItem {
    /// The pixels that any of its masks marks, and the rules by which they were told; nil without a mask.
    ///
    /// - Throws: `ImageCodecError` for the first mask that cannot be read.
    public func truth(
        options: DecodingOptions = DecodingOptions()
    ) throws(ImageCodecError) -> (mask: Mask, rules: [MaskRule])? {
        var joined: Mask?
        var rules: [MaskRule] = []
        for file in masks {
            let decoded = try ImageFile.decodeMask(file, options: options)
            rules.append(decoded.rule)
            if let other = joined, other.size == decoded.mask.size {
                joined = other.union(decoded.mask)
            } else {
                joined = decoded.mask
            }
        }
        return joined.map { ($0, rules) }
    }
}
