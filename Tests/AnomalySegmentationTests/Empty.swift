// AnomalySegmentationTests
