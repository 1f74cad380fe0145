// NeuralNetworkTests
