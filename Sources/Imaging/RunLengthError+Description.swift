extension RunLengthError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .negativeRun(let index, let length):
            "run \(index) of the mask has the length \(length): runs count pixels; encode the mask again"
        case .unexpectedLength(let atLeast, let found, let size):
            "the runs of the mask cover \(atLeast ? "at least " : "")\(found) pixels, the picture of \(size) has "
                + "\(size.pixelCount): check that the mask belongs to this picture and that its size is "
                + "[height, width]"
        case .unexpectedCharacter(let byte, let offset):
            "byte \(offset) of the compressed mask is \(byte), which COCO's encoding does not use (48 to 111): "
                + "pass the text under \"counts\" unchanged"
        case .overlongRun(let index):
            "run \(index) of the compressed mask is longer than any picture: encode the mask again"
        case .cutOff(let index): "the compressed mask ends within run \(index): the text was cut off"
        }
    }
}
