/// What the kernels of all products have in common whose operands are narrower than their sums.
///
/// They stand beside ``KernelSet``, because processors with the same vectors differ in which of these products they have
/// instructions for.
package protocol NarrowKernelSet: SendableMetatype {
    typealias Source = UnsafePointer<Float>
    typealias Target = UnsafeMutablePointer<Float>

    /// Rows of the register tile, and columns of a panel.
    static var tileRows: Int { get }
    static var tileColumns: Int { get }
    /// Numbers along the depth that lie side by side in a column of a panel. The depth is filled up to a multiple of it.
    static var groupDepth: Int { get }
    /// Bytes of each number of a row, and of a panel.
    static var numberBytes: Int { get }
    static var weightBytes: Int { get }
}
