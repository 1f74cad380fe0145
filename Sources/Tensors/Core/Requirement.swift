#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

// Swift's own `precondition` is silent in a release build: the program ends with an illegal instruction and no word. All
// modules of this package that rest on tensors ask with this one instead.

/// Goes on only where a condition holds that the calling program answers for, such as shapes that fit each other. Where
/// it does not, the sentence goes to standard error, in release builds too, and the program ends.
///
/// What comes from outside the program (a file, a picture, a number that a person chose) is no such condition: it throws.
///
/// **Complexity:** one comparison. The sentence is made where it is needed, out of line.
@inlinable @inline(__always)
package func require(_ holds: Bool, _ sentence: @autoclosure () -> String) {
    if !holds { endProgram(sentence) }
}

/// Says the sentence on standard error and ends the program.
@inlinable @inline(__always)
package func fault(_ sentence: @autoclosure () -> String) -> Never { endProgram(sentence) }

@usableFromInline @inline(never)
package func endProgram(_ sentence: () -> String) -> Never {
    let line = Array("Vitrine: \(sentence())\n".utf8)
    line.withUnsafeBytes { bytes in
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = write(STDERR_FILENO, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if written <= 0 { break }
            rest = rest.dropFirst(written)
        }
    }
    preconditionFailure()
}
