extension CLIPModel {
    /// The same model, sharing all weights, with another rule for pictures of another size than the trained one.
    public func resamplingPositions(_ rule: PositionResampling) -> CLIPModel {
        var model = self
        model.configuration.positionResampling = rule
        model.imageTower.positions.resampling = rule
        return model
    }
}
