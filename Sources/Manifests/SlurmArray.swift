/// The part that a task of a Slurm job array has to do, by the variables that Slurm sets for it.
package enum SlurmArray {
    package enum Fault: Error, Hashable, Sendable {
        /// A variable is missing or holds no whole number.
        case missing(variable: String)
        /// The indices of the array are no range with one step, so that an index does not tell its place.
        case notARange(indices: Int, first: Int, last: Int, step: Int)
    }

    /// - Parameter environment: the variables of the process.
    package static func shard(_ environment: [String: String]) throws(Fault) -> Shard {
        func value(_ name: String, or standard: Int? = nil) throws(Fault) -> Int {
            let variable = "SLURM_ARRAY_TASK_\(name)"
            guard let text = environment[variable] ?? standard.map(String.init), let value = Int(text) else {
                throw .missing(variable: variable)
            }
            return value
        }
        let index = try value("ID")
        let (first, last, step) = (try value("MIN"), try value("MAX"), try value("STEP", or: 1))
        let count = try value("COUNT")
        let range =
            step > 0 && first <= last ? Array(stride(from: first, through: last, by: step).prefix(count + 1)) : []
        guard range.count == count, range.last == last, let place = range.firstIndex(of: index),
            let shard = Shard(number: place + 1, of: count)
        else { throw .notARange(indices: count, first: first, last: last, step: step) }
        return shard
    }
}

extension SlurmArray.Fault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missing(let variable):
            "\(variable) is not set to a whole number; this works in a task of a Slurm job array, elsewhere name the shard"
        case .notARange(let indices, let first, let last, let step):
            "the \(indices) indices of this Slurm array are not all from \(first) to \(last) in steps of \(step), as after "
                + "a rerun of some tasks; name the shard"
        }
    }
}
