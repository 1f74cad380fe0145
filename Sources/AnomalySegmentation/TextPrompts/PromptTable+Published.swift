// The published tables. Data only: the words and their order are part of the published methods.
extension PromptTable {
    /// The states and templates of WinCLIP: 147 normal and 84 abnormal sentences.
    ///
    /// One template stands twice, as in the code that the published numbers come from; it therefore weighs double.
    public static let winCLIP = PromptTable(
        name: "WinCLIP",
        normalStates: normalWords,
        abnormalStates: ["damaged {}", "{} with flaw", "{} with defect", "{} with damage"],
        templates: [
            "a cropped photo of the {}.",
            "a close-up photo of a {}.",
            "a close-up photo of the {}.",
            "a bright photo of a {}.",
            "a bright photo of the {}.",
            "a dark photo of the {}.",
            "a dark photo of a {}.",
            "a jpeg corrupted photo of the {}.",
            "a jpeg corrupted photo of the {}.",
            "a blurry photo of the {}.",
            "a blurry photo of a {}.",
            "a photo of a {}.",
            "a photo of the {}.",
            "a photo of a small {}.",
            "a photo of the small {}.",
            "a photo of a large {}.",
            "a photo of the large {}.",
            "a photo of the {} for visual inspection.",
            "a photo of a {} for visual inspection.",
            "a photo of the {} for anomaly detection.",
            "a photo of a {} for anomaly detection.",
        ])

    /// The states and templates of APRIL-GAN: 245 normal and 175 abnormal sentences.
    public static let aprilGAN = PromptTable(
        name: "APRIL-GAN",
        normalStates: normalWords,
        abnormalStates: ["damaged {}", "broken {}", "{} with flaw", "{} with defect", "{} with damage"],
        templates: [
            "a bad photo of a {}.",
            "a low resolution photo of the {}.",
            "a bad photo of the {}.",
            "a cropped photo of the {}.",
            "a bright photo of a {}.",
            "a dark photo of the {}.",
            "a photo of my {}.",
            "a photo of the cool {}.",
            "a close-up photo of a {}.",
            "a black and white photo of the {}.",
            "a bright photo of the {}.",
            "a cropped photo of a {}.",
            "a jpeg corrupted photo of a {}.",
            "a blurry photo of the {}.",
            "a photo of the {}.",
            "a good photo of the {}.",
            "a photo of one {}.",
            "a close-up photo of the {}.",
            "a photo of a {}.",
            "a low resolution photo of a {}.",
            "a photo of a large {}.",
            "a blurry photo of a {}.",
            "a jpeg corrupted photo of the {}.",
            "a good photo of a {}.",
            "a photo of the small {}.",
            "a photo of the large {}.",
            "a black and white photo of a {}.",
            "a dark photo of a {}.",
            "a photo of a cool {}.",
            "a photo of a small {}.",
            "there is a {} in the scene.",
            "there is the {} in the scene.",
            "this is a {} in the scene.",
            "this is the {} in the scene.",
            "this is one {} in the scene.",
        ])

    private static let normalWords = [
        "{}", "flawless {}", "perfect {}", "unblemished {}", "{} without flaw", "{} without defect",
        "{} without damage",
    ]
}
