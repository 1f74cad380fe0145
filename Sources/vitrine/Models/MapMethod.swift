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

    /// Replaces the map and the sentences of a configuration by those that were published with the method.
    func apply(to configuration: inout AnomalyConfiguration) {
        let published: AnomalyConfiguration
        switch self {
        case .dense:
            if case .dense = configuration.map.producer { return }
            configuration.map.producer = .dense()
            return
        case .winCLIP: published = .winCLIP
        case .clipSurgery: published = .clipSurgery
        case .aprilGAN: published = .aprilGAN
        case .anomalyCLIP: published = .anomalyCLIP
        }
        configuration.map = published.map
        configuration.text = published.text
    }
}
