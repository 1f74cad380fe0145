/// An owner of borrowed memory that can have its pages again from where they came, such as a mapped file.
public protocol PageOwner: AnyObject {
    /// Lets the system take back the pages that lie wholly inside a range. Reading them again brings them back, the same.
    func discardPages(_ range: UnsafeRawBufferPointer)
}

extension Tensor {
    /// Lets the system take back the memory behind a borrowed tensor whose owner can bring it back; otherwise nothing.
    ///
    /// For a tensor that was copied into another form and will hardly be read again.
    package func discardCachedPages() {
        guard let owner = pageOwner else { return }
        withUnsafeBufferPointer { owner.discardPages(UnsafeRawBufferPointer($0)) }
    }
}
