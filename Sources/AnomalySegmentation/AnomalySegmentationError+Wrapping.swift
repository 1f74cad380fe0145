import CLIP
import NeuralNetwork
import SegmentAnything

// The models throw errors of their own; what this module throws is of one type.
extension AnomalySegmentationError {
    static func wrapping<Value>(_ body: () throws(CLIPError) -> Value) throws(AnomalySegmentationError) -> Value {
        do { return try body() } catch { throw .clip(error) }
    }

    static func wrapping<Value>(_ body: () throws(SAMError) -> Value) throws(AnomalySegmentationError) -> Value {
        do { return try body() } catch { throw .sam(error) }
    }

    static func wrapping<Value>(_ body: () throws(PromptError) -> Value) throws(AnomalySegmentationError) -> Value {
        do { return try body() } catch { throw .prompt(error) }
    }
}
