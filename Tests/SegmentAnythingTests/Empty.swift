// SegmentAnythingTests
