/// A measure, or why there is none.
public enum Measured<Value> {
    /// What was measured.
    case defined(Value)
    /// Why it has no value.
    case undefined(UndefinedMeasure)

    /// Nil where the measure is undefined.
    public var value: Value? {
        if case .defined(let value) = self { value } else { nil }
    }

    /// The value through `transform`, or the same reason.
    public func map<Result>(_ transform: (Value) -> Result) -> Measured<Result> {
        switch self {
        case .defined(let value): .defined(transform(value))
        case .undefined(let reason): .undefined(reason)
        }
    }

    /// Nil where the measure is defined.
    public var reason: UndefinedMeasure? {
        if case .undefined(let reason) = self { reason } else { nil }
    }
}

extension Measured: Equatable where Value: Equatable {}
extension Measured: Hashable where Value: Hashable {}
extension Measured: Sendable where Value: Sendable {}

/// A measure of one number.
public typealias Measure = Measured<Double>

extension Measured<Double> {
    /// The mean over classes. Every class counts alike; one whose measure is undefined is left out. Where all are, the
    /// reason is that of the first.
    public static func mean(of classes: some Sequence<Measure>) -> Measure {
        var (sum, count) = (0.0, 0)
        var reason: UndefinedMeasure?
        for measure in classes {
            switch measure {
            case .defined(let value): (sum, count) = (sum + value, count + 1)
            case .undefined(let why): reason = reason ?? why
            }
        }
        return count > 0 ? .defined(sum / Double(count)) : .undefined(reason ?? .empty)
    }
}

/// Why a measure has no value.
public enum UndefinedMeasure: String, Hashable, Sendable, Codable, CaseIterable {
    /// Nothing was added.
    case empty
    /// No pixel, or no picture, is anomalous.
    case noPositives
    /// Every pixel, or every picture, is anomalous.
    case noNegatives
    /// False regions were not counted, as the accumulator was told.
    case notCounted
    /// The thresholds of the coarse form of region overlap leave no two points with different false positive rates.
    case tooFewPoints
    /// Nothing is marked, neither found nor true.
    case nothingMarked

    /// Why positives and negatives cannot be told apart; nil where there are both.
    init?(positives: Int, negatives: Int) {
        switch (positives, negatives) {
        case (0, 0): self = .empty
        case (0, _): self = .noPositives
        case (_, 0): self = .noNegatives
        default: return nil
        }
    }
}

extension UndefinedMeasure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .empty: "nothing was measured"
        case .noPositives: "nothing is anomalous"
        case .noNegatives: "everything is anomalous"
        case .notCounted: "false regions were not counted"
        case .tooFewPoints: "too few coarse thresholds lie below the limit of the false positive rate"
        case .nothingMarked: "neither the mask nor the truth marks anything"
        }
    }
}
