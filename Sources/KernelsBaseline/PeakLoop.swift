// What the processor can do at most: multiply-adds on registers alone.

extension Kernels {
    static var peakRoundOperations: Int { 12 * laneCount }

    /// `rounds` times twelve independent vector multiply-adds, enough to hide their latency; nothing is loaded or
    /// stored but the result, which is there so that the loop is not left out.
    static func peakLoop(rounds: Int) -> Float {
        let x = Lanes(repeating: 0.999)
        let y = Lanes(repeating: 0.001)
        var a = Lanes(repeating: 0.1)
        var b = Lanes(repeating: 0.2)
        var c = Lanes(repeating: 0.3)
        var d = Lanes(repeating: 0.4)
        var e = Lanes(repeating: 0.5)
        var f = Lanes(repeating: 0.6)
        var g = Lanes(repeating: 0.7)
        var h = Lanes(repeating: 0.8)
        var i = Lanes(repeating: 0.9)
        var j = Lanes(repeating: 1.0)
        var k = Lanes(repeating: 1.1)
        var l = Lanes(repeating: 1.2)
        for _ in 0..<rounds {
            a = multiplyAdd(a, x, y)
            b = multiplyAdd(b, x, y)
            c = multiplyAdd(c, x, y)
            d = multiplyAdd(d, x, y)
            e = multiplyAdd(e, x, y)
            f = multiplyAdd(f, x, y)
            g = multiplyAdd(g, x, y)
            h = multiplyAdd(h, x, y)
            i = multiplyAdd(i, x, y)
            j = multiplyAdd(j, x, y)
            k = multiplyAdd(k, x, y)
            l = multiplyAdd(l, x, y)
        }
        return horizontalSum(((a + b) + (c + d)) + ((e + f) + (g + h)) + ((i + j) + (k + l)))
    }
}
