import CLIP

// The settings of published methods for the map; PPG, CPS and fusion are the defaults in all of them.

extension AnomalyMapConfiguration {
    /// WinCLIP (Jeong et al. 2023): windows of 2 and 3 patches and the whole picture, temperature 0.07. Published for
    /// ViT-B-16-plus-240 at its own size; any ViT will do.
    public static let winCLIP = AnomalyMapConfiguration(
        producer: .windows, inputScales: [1], windowSides: [2, 3], windowsIncludePicture: true,
        logitScale: 1 / 0.07, smoothing: 0)

    /// CLIP Surgery (Li et al. 2023): V-V attention in the last six blocks, without training. `featureSurgery` is its
    /// second half; with two states that share nearly all of their words it leaves little, so it is off.
    public static let clipSurgery = AnomalyMapConfiguration(
        positionResampling: .bilinear, inputScales: [largeInput], attention: .valueValue, logitScale: 100)

    /// AnomalyCLIP (Zhou et al. 2024): V-V attention from the sixth block of 24 on, the last block's patches, temperature
    /// 0.07. For ViT-L/14@336 with OpenAI's weights and one of the published files of prompts.
    public static let anomalyCLIP = AnomalyMapConfiguration(
        producer: .learntPrompts, activation: .quickGELU, positionResampling: .bilinear, inputScales: [largeInput],
        attention: .valueValue, valueValueFirstBlock: 6, pictureToken: .raw, logitScale: 1 / 0.07)

    /// APRIL-GAN (Chen et al. 2023): adapters behind the blocks 6, 12, 18 and 24. For ViT-L/14@336 with OpenAI's weights
    /// and one of the published files of adapters, which were trained with exact GELU in the place of QuickGELU.
    public static let aprilGAN = AnomalyMapConfiguration(
        producer: .adapters, activation: .gelu, positionResampling: .bicubicAntialiased, inputScales: [largeInput],
        layers: [6, 12, 18, 24], logitScale: 100, smoothing: 0)

    /// 518 px for a model of 336 px, which makes 37 x 37 patches.
    private static let largeInput: Float = 518.0 / 336
}

extension TextPromptConfiguration {
    /// As the published numbers of WinCLIP were made: its sentences, vectors averaged as they are, names as given.
    public static let winCLIP = TextPromptConfiguration(table: .winCLIP, vectorRule: .rawMean, nameRule: .asGiven)

    /// As the published numbers of APRIL-GAN were made: its sentences, every vector of unit length, names as given.
    public static let aprilGAN = TextPromptConfiguration(
        table: .aprilGAN, vectorRule: .normalizedEach, nameRule: .asGiven)
}

extension AnomalyConfiguration {
    /// ``AnomalyMapConfiguration/winCLIP`` with WinCLIP's sentences.
    public static let winCLIP = AnomalyConfiguration(text: .winCLIP, map: .winCLIP)

    /// ``AnomalyMapConfiguration/clipSurgery`` with APRIL-GAN's sentences: CLIP Surgery has none for states.
    public static let clipSurgery = AnomalyConfiguration(text: .aprilGAN, map: .clipSurgery)

    /// ``AnomalyMapConfiguration/anomalyCLIP``; the learnt vectors stand in the place of sentences.
    public static let anomalyCLIP = AnomalyConfiguration(text: .aprilGAN, map: .anomalyCLIP)

    /// ``AnomalyMapConfiguration/aprilGAN`` with APRIL-GAN's sentences.
    public static let aprilGAN = AnomalyConfiguration(text: .aprilGAN, map: .aprilGAN)
}
