import Foundation
import KernelInterface

/// e^x divided by the sum of all.
final class SoftmaxRow: RawKernel {
    override func run(_ kernels: any KernelSet.Type, _ out: Target, _ row: Source) {
        kernels.softmaxRow(out, row, count: count)
    }
    override func expected(_ row: [Double], _ index: Int) -> Double { exp(row[index]) / row.map(exp).reduce(0, +) }
}
