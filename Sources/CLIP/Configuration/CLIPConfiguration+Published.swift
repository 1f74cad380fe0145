extension CLIPConfiguration {
    /// ViT-B/32: 224 pixels, 7 x 7 patches. OpenAI's activation.
    public static let base32 = CLIPConfiguration(
        patch: 32, trainedGrid: 7, visionWidth: 768, visionLayers: 12, embedding: 512, textWidth: 512)

    /// ViT-B/16: 224 pixels, 14 x 14 patches. OpenAI's activation.
    public static let base16 = CLIPConfiguration(
        patch: 16, trainedGrid: 14, visionWidth: 768, visionLayers: 12, embedding: 512, textWidth: 512)

    /// ViT-B-16-plus-240: 240 pixels, 15 x 15 patches. Only LAION published it, with exact GELU.
    public static let base16Plus240 = {
        var configuration = CLIPConfiguration(
            patch: 16, trainedGrid: 15, visionWidth: 896, visionLayers: 12, embedding: 640, textWidth: 640)
        configuration.activation = .gelu
        return configuration
    }()

    /// ViT-L/14: 224 pixels, 16 x 16 patches. OpenAI's activation.
    public static let large14 = CLIPConfiguration(
        patch: 14, trainedGrid: 16, visionWidth: 1024, visionLayers: 24, embedding: 768, textWidth: 768)

    /// ViT-L/14 at 336 pixels, 24 x 24 patches. OpenAI's activation.
    public static let large14At336 = CLIPConfiguration(
        patch: 14, trainedGrid: 24, visionWidth: 1024, visionLayers: 24, embedding: 768, textWidth: 768)
}
