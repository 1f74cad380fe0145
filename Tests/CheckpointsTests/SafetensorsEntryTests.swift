import Checkpoints
import Tensors
import Testing

@Suite("safetensors entries")
struct SafetensorsEntryTests {
    typealias Bytes = SafetensorsBytes

    private func fault(_ type: String = "F32", shape: String) throws -> TensorFault? {
        try Bytes.tensorFault(Bytes.file("{\(Bytes.entry("t", type, shape, 0, 4))}", dataBytes: 4))
    }

    private func faultOfOffsets(_ offsets: String, shape: String = "[1]") throws -> TensorFault? {
        let header = "{\"t\":{\"dtype\":\"F32\",\"shape\":\(shape),\"data_offsets\":\(offsets)}}"
        return try Bytes.tensorFault(Bytes.file(header, dataBytes: 4))
    }

    @Test(
        "an element type that is not known is named when its tensor is asked for; the others can be read",
        arguments: ["f32", "F4", "F8_E4M3", "C64", ""])
    func unknownType(name: String) throws {
        let header = "{\(Bytes.entry("t", name, "[3]", 0, 2)),\(Bytes.entry("u", "U8", "[1]", 2, 3))}"
        try Bytes.open(Bytes.file(header, data: [1, 2, 3])) { (checkpoint) throws in
            #expect(checkpoint.names == ["t", "u"])
            #expect(checkpoint.shape(of: "t") == [3])
            #expect(checkpoint.elementType(of: "t") == nil)
            #expect(checkpoint.typeName(of: "t") == name)
            #expect(checkpoint.storedByteCount(of: "t") == 2)
            let error = CheckpointError.tensor(path: checkpoint.path, name: "t", fault: .unknownElementType(name))
            #expect(throws: error) { try checkpoint.load("t") }
            #expect(checkpoint.verify().problems == [error])
            #expect(try checkpoint.load("u").values == [3])
        }
    }

    @Test("fields are dtype, shape and data_offsets, all of them and no other")
    func fields() throws {
        #expect(try Bytes.tensorFault(Bytes.file("{\"t\":{}}")) == .missingField("dtype"))
        #expect(try Bytes.tensorFault(Bytes.file("{\"t\":{\"dtype\":\"U8\"}}")) == .missingField("shape"))
        #expect(
            try Bytes.tensorFault(Bytes.file("{\"t\":{\"dtype\":\"U8\",\"shape\":[]}}"))
                == .missingField("data_offsets"))
        #expect(try Bytes.tensorFault(Bytes.file("{\"t\":{\"strides\":[1]}}")) == .unknownField("strides"))
    }

    @Test(
        "dimensions are plain whole numbers",
        arguments: ["[-1]", "[1.0]", "[1e3]", "[\"3\"]", "[01]", "[+1]", "[true]", "[[1]]", "[ ,1]", "[1,]"])
    func notIntegers(shape: String) throws {
        #expect(try fault(shape: shape) == .notAnInteger(field: "shape"))
    }

    @Test("dimensions above 2^53 are refused", arguments: ["[9007199254740993]", "[99999999999999999999999999999999]"])
    func tooLarge(shape: String) throws {
        #expect(try fault(shape: shape) == .integerTooLarge(field: "shape"))
    }

    @Test("a product that wraps is refused, also when a zero hides it")
    func overflow() throws {
        #expect(try fault(shape: "[4294967296,4294967296]") == .sizeOverflows)
        #expect(try fault(shape: "[4294967296,0,4294967296]") == .sizeOverflows)
        #expect(try fault("F32", shape: "[4611686018427387904]") == .integerTooLarge(field: "shape"))
    }

    @Test("a million dimensions are refused")
    func rank() throws {
        let shape = "[" + Array(repeating: "1", count: 1_000_000).joined(separator: ",") + "]"
        #expect(try fault(shape: shape) == .rankTooLarge(limit: 32))
    }

    @Test("rank 0 and a zero dimension are accepted")
    func emptyAndScalar() throws {
        let header =
            "{\(Bytes.entry("scalar", "F32", "[]", 0, 4)),\(Bytes.entry("none", "F32", "[3,0,2]", 4, 4))}"
        try Bytes.open(Bytes.file(header, data: [0, 0, 0x80, 0x3F])) { (checkpoint) throws in
            #expect(checkpoint.shape(of: "scalar") == [])
            #expect(try checkpoint.load("scalar").values == [1])
            #expect(checkpoint.shape(of: "none") == [3, 0, 2])
            #expect(try checkpoint.load("none").values.isEmpty)
        }
    }

    @Test("offsets are two plain numbers in order inside the data")
    func offsets() throws {
        #expect(try faultOfOffsets("[4,0]") == .offsetsReversed(begin: 4, end: 0))
        #expect(try faultOfOffsets("[-4,0]") == .notAnInteger(field: "data_offsets"))
        #expect(try faultOfOffsets("[0,4,8]") == .offsetCount(3))
        #expect(try faultOfOffsets("[0]") == .offsetCount(1))
        #expect(try faultOfOffsets("[]") == .offsetCount(0))
        #expect(try faultOfOffsets("[0,8]", shape: "[2]") == .beyondFile(end: 8, available: 4))
        #expect(try faultOfOffsets("[18446744073709551612,4]") == .integerTooLarge(field: "data_offsets"))
    }

    @Test("the range has the size of shape and type")
    func sizeMismatch() throws {
        #expect(try fault("F32", shape: "[2]") == .sizeMismatch(expectedBytes: 8, foundBytes: 4))
        #expect(try fault("F16", shape: "[1]") == .sizeMismatch(expectedBytes: 2, foundBytes: 4))
        #expect(try fault("F32", shape: "[0]") == .sizeMismatch(expectedBytes: 0, foundBytes: 4))
    }

    @Test("tensors that share bytes are both named")
    func overlap() throws {
        let header = "{\(Bytes.entry("b", "U8", "[3]", 1, 4)),\(Bytes.entry("a", "U8", "[2]", 0, 2))}"
        guard case .overlap(_, "a", "b")? = try Bytes.error(Bytes.file(header, dataBytes: 4)) else {
            Issue.record("no overlap reported")
            return
        }
    }

    @Test("bytes between, before and after tensors are refused")
    func gaps() throws {
        func gap(_ ranges: [(String, Int, Int)], dataBytes: Int) throws -> CheckpointError? {
            let entries = ranges.map { Bytes.entry($0.0, "U8", "[\($0.2 - $0.1)]", $0.1, $0.2) }
            return try Bytes.error(Bytes.file("{\(entries.joined(separator: ","))}", dataBytes: dataBytes))
        }
        guard case .gap(_, "a", "b", 1)? = try gap([("a", 0, 1), ("b", 2, 3)], dataBytes: 3),
            case .gap(_, nil, "a", 2)? = try gap([("a", 2, 3)], dataBytes: 3),
            case .gap(_, "a", nil, 5)? = try gap([("a", 0, 1)], dataBytes: 6),
            case .gap(_, nil, nil, 6)? = try gap([], dataBytes: 6)
        else {
            Issue.record("a gap was not reported as it is")
            return
        }
    }

    @Test("entries may stand in another order than their data")
    func unsorted() throws {
        let header = "{\(Bytes.entry("b", "U8", "[1]", 1, 2)),\(Bytes.entry("a", "U8", "[1]", 0, 1))}"
        try Bytes.open(Bytes.file(header, data: [7, 9])) { (checkpoint) throws in
            #expect(checkpoint.names == ["a", "b"])
            #expect(try checkpoint.load("a").values == [7])
            #expect(try checkpoint.load("b").values == [9])
        }
    }
}
