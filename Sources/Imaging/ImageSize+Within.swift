extension ImageSize {
    /// The same shape with no side longer than `most`, for pictures to look at.
    package func within(_ most: Int) -> ImageSize {
        let longer = max(width, height)
        if longer <= most { return self }
        return ImageSize(width: max(1, width * most / longer), height: max(1, height * most / longer))
    }
}
