// ImageCodecsTests
