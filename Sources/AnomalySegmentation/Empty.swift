// AnomalySegmentation
