import TerminalText

extension DatasetError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notFound(let root): "\(printable(root)) is not there; name the folder of the data set, or its list"
        case .unreadable(let root, let reason): "cannot read \(printable(root)): \(reason)"
        case .unknownLayout(let root, let folders):
            "\(printable(root)) has the layout of no known data set; it holds "
                + (folders.isEmpty ? "no folder" : folders.map { printable($0) }.joined(separator: ", "))
                + "; name the layout, or write a list of pictures and masks"
        case .otherLayout(let root, let layout):
            "\(printable(root)) is not laid out as \(layout.rawValue): \(layout.form)"
        case .unreadableList(let reason): reason
        case .faulty(let root, let layout, let faults):
            "\(printable(root)), read as \(layout.rawValue), has \(faults.count) fault\(faults.count == 1 ? "" : "s"), "
                + "the first: " + (faults.first.map { "\($0)" } ?? "") + "; mend them, or leave these pictures out"
        case .nothingLeft(let root, let layout, let faults):
            "\(printable(root)), read as \(layout.rawValue), has no picture without a fault"
                + (faults.first.map { ", the first: \($0)" } ?? "") + "; mend them"
        case .noObjectName(let className, let layout):
            "the class \(printable(className)) of a data set read as \(layout.rawValue) does not say what its pictures show; "
                + "name it in plain English"
        }
    }
}
