public import AnomalySegmentation
public import ArgumentParser

extension MapMethod: ExpressibleByArgument {
    public init?(argument: String) { self.init(rawValue: argument.lowercased()) }
}
