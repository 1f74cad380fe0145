import Foundation
import KernelInterface

/// e^x.
final class ExponentialRow: RawKernel {
    override func run(_ kernels: any KernelSet.Type, _ out: Target, _ row: Source) {
        kernels.exponentialRow(out, row, count: count)
    }
    override func expected(_ row: [Double], _ index: Int) -> Double { exp(row[index]) }
}
