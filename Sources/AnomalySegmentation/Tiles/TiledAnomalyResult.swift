public import Imaging

/// What was found in one tile of a picture, in the tile's own pixels.
public struct AnomalyTile: Sendable {
    /// Where the tile lies in the picture.
    public let box: ImageBox
    /// What was found there, on the scale and with the cut that all tiles share. Without a region above the cut,
    /// ``AnomalyResult/omission`` is `noGroups`, and the final map is that of a picture whose masks lie elsewhere.
    public let result: AnomalyResult
}

/// What was found in a picture that was cut into tiles.
public struct TiledAnomalyResult: Sendable {
    /// The picture's score, 0...1: ``clipScore`` and the largest value of the final map, weighed.
    public let score: Float
    /// The largest of the tiles' CLIP scores, 0...1: a picture is as abnormal as its most abnormal part.
    public let clipScore: Float
    /// The final map at the picture's own size: the weighed mean of the tiles' final maps.
    public let fusedMap: ScoreMap
    /// At the picture's own size; holds where tiles with half of the weight or more have a mask.
    public let mask: Mask
    /// Why SAM did not run on any tile.
    public let omission: AnomalyResult.Omission?
    /// Seconds by stage, all tiles together.
    public let timings: StageTimings

    /// How it came about, tile by tile.
    package let trace: AnomalyTrace

    /// The cut that all tiles share; nil where the map is flat or below the gate.
    public var threshold: ThresholdReport? { trace.threshold }
    /// The largest value of the final map.
    public var fusedPeak: Float { fusedMap.range?.upperBound ?? 0 }
}
