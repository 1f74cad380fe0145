/// Numbers in Float32, row-major and contiguous, with value semantics.
///
/// Copies share their memory until one of them is written. Slices along the first axis share it as well. No operation of
/// this module writes to an operand; every one returns a new tensor, except those that are `mutating`.
///
/// A wrong shape is the caller's mistake: it ends the program with the operation's name and the shapes.
public struct Tensor: Sendable {
    /// The extents, outermost axis first.
    public private(set) var shape: Shape
    private var storage: TensorStorage
    /// Where this tensor starts in the storage, in elements.
    private var offset: Int

    init(storage: TensorStorage, offset: Int, shape: Shape) {
        self.storage = storage
        self.offset = offset
        self.shape = shape
    }

    /// **Preconditions**: as many values as the shape has elements.
    public init(_ values: [Float], shape: Shape) {
        require(values.count == shape.elementCount, "Tensor.init", "\(values.count) values for shape \(shape)")
        self.init(uninitialized: shape) { target in
            _ = target.initialize(from: values)
        }
    }

    /// Zeros.
    public init(zeros shape: Shape) { self.init(repeating: 0, shape: shape) }

    /// The same value everywhere.
    public init(repeating value: Float, shape: Shape) {
        self.init(uninitialized: shape) { $0.initialize(repeating: value) }
    }

    /// A single value, of shape [].
    public init(_ scalar: Float) { self.init([scalar], shape: []) }

    /// A tensor whose elements `fill` writes, all of them, before anybody reads one.
    public init(uninitialized shape: Shape, fill: (UnsafeMutableBufferPointer<Float>) throws -> Void) rethrows {
        let storage = TensorStorage(uninitialized: shape.elementCount)
        try fill(UnsafeMutableBufferPointer(start: storage.base, count: shape.elementCount))
        self.init(storage: storage, offset: 0, shape: shape)
    }

    /// A tensor over memory of somebody else, such as a mapped file of weights. It is never written: the first mutation
    /// copies. `owner` is kept alive as long as any tensor over it.
    ///
    /// **Preconditions**: `pointer` stays valid and unchanged while `owner` lives, and holds `shape.elementCount` elements.
    public init(borrowing pointer: UnsafePointer<Float>, shape: Shape, owner: AnyObject) {
        self.init(
            storage: TensorStorage(borrowing: pointer, count: shape.elementCount, owner: owner), offset: 0,
            shape: shape)
    }

    /// All of a storage as one row of numbers.
    init(wholeOf storage: TensorStorage) { self.init(storage: storage, offset: 0, shape: [storage.count]) }

    /// The memory, for a tensor that has all of it.
    var wholeStorage: TensorStorage? { offset == 0 && count == storage.count ? storage : nil }

    /// Whether the memory belongs to somebody else.
    var isBorrowed: Bool { storage.isBorrowed }

    /// Who owns the memory that this tensor borrows and can bring it back, nil for memory of its own.
    var pageOwner: (any PageOwner)? { storage.pageOwner }

    /// The number of elements.
    public var count: Int { shape.elementCount }

    /// A copy of the elements, row-major.
    public var values: [Float] { withUnsafeBufferPointer { Array($0) } }

    /// One element; one index an axis, negative ones are not allowed.
    public subscript(_ indices: Int...) -> Float {
        get {
            let place = place(of: indices)
            return withUnsafeBufferPointer { $0[place] }
        }
        set {
            let place = place(of: indices)
            withUnsafeMutableBufferPointer { $0[place] = newValue }
        }
    }

    private func place(of indices: [Int]) -> Int {
        require(indices.count == shape.rank, "Tensor.subscript", "\(indices.count) indices for shape \(shape)")
        var place = 0
        for (index, extent) in zip(indices, shape.dimensions) {
            require(index >= 0 && index < extent, "Tensor.subscript", "index \(indices) outside shape \(shape)")
            place = place * extent + index
        }
        return place
    }

    /// The elements for reading, row-major, valid during the call.
    public func withUnsafeBufferPointer<R>(_ body: (UnsafeBufferPointer<Float>) throws -> R) rethrows -> R {
        try withExtendedLifetime(storage) {
            try body(UnsafeBufferPointer(start: storage.base + offset, count: count))
        }
    }

    /// The elements for writing, row-major, valid during the call. Copies first if the memory is shared or borrowed.
    public mutating func withUnsafeMutableBufferPointer<R>(
        _ body: (UnsafeMutableBufferPointer<Float>) throws -> R
    ) rethrows -> R {
        if storage.isBorrowed || !isKnownUniquelyReferenced(&storage) {
            self = Tensor(uninitialized: shape) { target in
                withUnsafeBufferPointer { _ = target.initialize(from: $0) }
            }
        }
        return try withExtendedLifetime(storage) {
            try body(UnsafeMutableBufferPointer(start: storage.base + offset, count: count))
        }
    }

    /// The same elements under another shape of the same count, sharing the memory.
    func viewed(as shape: Shape, elementOffset: Int = 0) -> Tensor {
        Tensor(storage: storage, offset: offset + elementOffset, shape: shape)
    }
}
