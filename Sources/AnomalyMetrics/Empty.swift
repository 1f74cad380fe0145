// AnomalyMetrics
