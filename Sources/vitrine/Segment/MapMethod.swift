import AnomalySegmentation
import ArgumentParser

/// The published ways to make CLIP's map, by the names that people know.
enum MapMethod: String, ExpressibleByArgument, CaseIterable {
    case dense
    case winCLIP = "winclip"
    case clipSurgery = "clip-surgery"
    case aprilGAN = "april-gan"
    case anomalyCLIP = "anomalyclip"

    init?(argument: String) { self.init(rawValue: argument.lowercased()) }

    /// Puts the method's settings and sentences in the place of those that stand.
    func apply(to settings: inout AnomalyConfiguration) {
        let published: AnomalyConfiguration
        switch self {
        case .dense:
            settings.map.producer = .dense
            return
        case .winCLIP: published = .winCLIP
        case .clipSurgery: published = .clipSurgery
        case .aprilGAN: published = .aprilGAN
        case .anomalyCLIP: published = .anomalyCLIP
        }
        settings.map = published.map
        settings.text = published.text
    }
}
