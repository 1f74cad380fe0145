// AnomalyMetricsTests
