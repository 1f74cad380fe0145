// SmallWeights
