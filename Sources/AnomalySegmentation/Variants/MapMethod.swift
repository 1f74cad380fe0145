/// The ways to make CLIP's map, by the names that people know.
public enum MapMethod: String, Hashable, Sendable, Codable, CaseIterable {
    /// Patches against sentences, with the attention that suits the weights.
    case dense
    /// Patches against sentences, with CLIP's attention as it was trained: where every training-free method starts.
    case vanilla
    /// WinCLIP: ``AnomalyConfiguration/winCLIP``.
    case winCLIP = "winclip"
    /// CLIP Surgery: ``AnomalyConfiguration/clipSurgery``.
    case clipSurgery = "clip-surgery"
    /// APRIL-GAN, with trained adapters: ``AnomalyConfiguration/aprilGAN``.
    case aprilGAN = "april-gan"
    /// AnomalyCLIP, with trained prompts: ``AnomalyConfiguration/anomalyCLIP``.
    case anomalyCLIP = "anomalyclip"

    /// Replaces the map of a configuration by the method's, and the sentences by those that were published with it.
    public func apply(to configuration: inout AnomalyConfiguration) {
        let published: AnomalyConfiguration
        switch self {
        case .dense:
            if case .dense = configuration.map.producer { return }
            configuration.map.producer = .dense()
            return
        case .vanilla:
            configuration.map.producer = .dense(patches: PatchComparison(attention: .ordinary))
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
