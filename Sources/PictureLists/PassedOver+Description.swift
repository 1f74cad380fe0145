import TerminalText

extension PassedOver {
    /// One line for each reason: how many, and the first names.
    package var notes: [String] {
        Reason.allCases.compactMap { reason in
            guard let group = groups[reason] else { return nil }
            let names = listed(group.first, of: group.count)
            return "passed over \(group.count) \(reason.noun(isOne: group.count == 1)): \(names)\(reason.advice)"
        }
    }
}

extension PassedOver.Reason {
    fileprivate func noun(isOne: Bool) -> String {
        switch self {
        case .results: isOne ? "folder that holds results of Vitrine" : "folders that hold results of Vitrine"
        case .danglingLink: isOne ? "link that leads nowhere" : "links that lead nowhere"
        case .loop: isOne ? "link to a folder around it" : "links to folders around them"
        case .unreadable: isOne ? "place that cannot be read" : "places that cannot be read"
        case .special: isOne ? "pipe, socket or device" : "pipes, sockets or devices"
        case .otherFormat: isOne ? "file in a format that is not read" : "files in formats that are not read"
        }
    }

    fileprivate var advice: String {
        switch self {
        case .otherFormat: "; convert them to PNG or JPEG"
        case .unreadable: "; check owners and modes"
        case .results, .danglingLink, .loop, .special: ""
        }
    }
}

/// Some names, and how many more there are.
func listed(_ names: [String], of count: Int) -> String {
    let shown = names.map { printable($0) }.joined(separator: ", ")
    return count > names.count ? "\(shown) and \(count - names.count) more" : shown
}
