import ArgumentParser
import Checkpoints
import Foundation
import ImageCodecs
import NeuralNetwork
import Tensors
import TerminalText

/// `NAME=zero|mean|FILE` or `NAME[0,3]=...`: what replaces an activation, or a part of it.
struct ActivationEditArgument: ExpressibleByArgument {
    enum Replacement {
        case zero
        /// The mean along the last axis but one; of fewer than three axes the mean of all.
        case mean
        /// A .npy file, or a .safetensors file with a tensor of the activation's name.
        case file(String)

        /// As it was written.
        var text: String {
            switch self {
            case .zero: "zero"
            case .mean: "mean"
            case .file(let path): path
            }
        }
    }

    /// A name or a pattern.
    let pattern: String
    /// Places along the first axes, which choose a part; empty for all of it.
    let part: [Int]
    let replacement: Replacement

    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else { return nil }
        var name = argument[..<equals]
        let text = String(argument[argument.index(after: equals)...])
        if name.last == "]", let open = name.lastIndex(of: "[") {
            let fields = name[name.index(after: open)...].dropLast().split(
                separator: ",", omittingEmptySubsequences: false)
            let places = fields.compactMap { Int($0) }
            guard places.count == fields.count, places.allSatisfy({ $0 >= 0 }), open != name.startIndex else {
                return nil
            }
            part = places
            name = name[..<open]
        } else {
            part = []
        }
        pattern = String(name)
        switch text {
        case "": return nil
        case "zero": replacement = .zero
        case "mean": replacement = .mean
        default: replacement = .file(text)
        }
    }

    /// The edits by whole names, with all that does not fit refused before anything is computed.
    ///
    /// - Parameters:
    ///   - edits: as they were given.
    ///   - listed: all activations that there are.
    /// - Throws: A ``CommandFailure``.
    static func resolved(
        _ edits: [ActivationEditArgument], among listed: [NamedShape]
    ) throws -> [String: ActivationEdit] {
        var found: [String: ActivationEdit] = [:]
        for edit in edits {
            for entry in try edit.activations(among: listed) {
                let next = try edit.edit(of: entry)
                // Parts of one activation are changed one after the other.
                if let before = found[entry.name] {
                    found[entry.name] = { next(before($0)) }
                } else {
                    found[entry.name] = next
                }
            }
        }
        return found
    }

    private func activations(among listed: [NamedShape]) throws -> [NamedShape] {
        do throws(ActivationError) { return try listed.named(pattern) } catch {
            throw CommandFailure.usage("--edit: \(error)")
        }
    }

    private func edit(of entry: NamedShape) throws -> ActivationEdit {
        let extents = entry.shape.dimensions
        guard part.count <= extents.count, zip(part, extents).allSatisfy({ $0 < $1 }) else {
            throw CommandFailure.usage(
                "--edit: there is no part \(part) of '\(entry.name)', whose shape is \(entry.shape); parts count from 0"
            )
        }
        let shape = Shape(Array(extents[part.count...]))
        let part = part
        switch replacement {
        case .zero: return { $0.replacing(part) { Tensor(zeros: $0.shape) } }
        case .mean: return { $0.replacing(part, by: \.evenedOut) }
        case .file(let path):
            let tensor = try Self.tensor(path, of: entry.name)
            // A part may be kept in a file of the whole activation.
            guard tensor.shape == shape || tensor.shape == entry.shape else {
                throw CommandFailure.usage(
                    "--edit: \(path) has the shape \(tensor.shape) for '\(entry.name)', which takes \(shape)")
            }
            let given = tensor.shape == shape ? tensor : tensor.part(part)
            return { $0.replacing(part) { _ in given } }
        }
    }

    private static func tensor(_ path: String, of name: String) throws -> Tensor {
        if path.lowercased().hasSuffix(".npy") {
            let array: (shape: [Int], values: [Float])
            do { array = try NPYReader.read(path) } catch { throw CommandFailure.badInput("\(error)") }
            return Tensor(array.values, shape: Shape(array.shape))
        }
        return try reading(path) { try Checkpoint.open(path).load(name) }
    }
}

extension Tensor {
    /// The tensor at these places of the first axes.
    fileprivate func part(_ places: [Int]) -> Tensor { places.reduce(self) { $0.element($1) } }

    /// With one part replaced.
    fileprivate func replacing(_ places: [Int], by edit: (Tensor) -> Tensor) -> Tensor {
        if places.isEmpty { return edit(self) }
        let old = part(places)
        let start = zip(places, shape.dimensions).reduce(0) { $0 * $1.1 + $1.0 } * old.count
        let new = edit(old).values
        var result = self
        result.withUnsafeMutableBufferPointer { _ = $0[start..<start + new.count].update(fromContentsOf: new) }
        return result
    }

    /// Each value replaced by the mean along the last axis but one, or with fewer than three axes by the mean of all.
    fileprivate var evenedOut: Tensor {
        guard count > 0 else { return self }
        if shape.rank < 3 {
            return Tensor(repeating: flattened().mean(axis: 0).values[0], shape: shape)
        }
        return Tensor(zeros: shape) + mean(axis: -2, keepsAxis: true)
    }
}
