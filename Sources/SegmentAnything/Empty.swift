// SegmentAnything
