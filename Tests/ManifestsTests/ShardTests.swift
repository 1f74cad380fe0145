import Manifests
import Testing

@Suite("shards")
struct ShardTests {
    private static let ids = (0..<40).map { "parts/\($0 * 37).png" }

    @Test("shards of 1 to 64 parts cover the ids, each once", arguments: 1...64)
    func covering(count: Int) throws {
        for ids in [Self.ids, Array(Self.ids.prefix(5))] {
            let shards = try (1...count).map { try #require(Shard(number: $0, of: count)) }
            for id in ids { #expect(shards.count { $0.contains(id) } == 1) }
        }
    }

    @Test("parts are of about the same size, and a picture more moves no other")
    func balance() throws {
        let ids = (0..<2000).map { "\($0).png" }
        let sizes = Dictionary(grouping: ids) { Shard.number(of: $0, count: 8) }.mapValues(\.count)
        #expect(sizes.count == 8)
        #expect(sizes.values.allSatisfy { (190...310).contains($0) }, "\(sizes)")
    }

    @Test("the part of an id never changes: hashlib.sha256 says the same")
    func pinned() {
        // python3 -c "import hashlib; print(int.from_bytes(hashlib.sha256(b'parts/b.jpg').digest()[:8], 'big') % 8 + 1)"
        #expect(Shard.number(of: "parts/b.jpg", count: 8) == 5)
        #expect(Shard.number(of: "a.png", count: 64) == 25)
        #expect(Shard.number(of: "\u{E9}.png", count: 1000) == 4)
        #expect(Shard.number(of: "e\u{301}.png", count: 1000) == 772)
    }

    @Test(
        "a shard is two whole numbers",
        arguments: ["", "1", "0/2", "3/2", "1/0", "-1/2", "1/2/3", "a/b", "1/ 2", "+1/2", "1/1000001"])
    func refused(text: String) { #expect(Shard(text) == nil) }

    @Test("a shard reads back")
    func text() throws {
        let shard = try #require(Shard("2/8"))
        #expect((shard.number, shard.count) == (2, 8))
        #expect(shard.description == "2/8")
    }

    private func slurm(_ id: Int, _ first: Int, _ last: Int, _ step: Int?, _ count: Int) throws -> String {
        var environment = [
            "SLURM_ARRAY_TASK_ID": "\(id)", "SLURM_ARRAY_TASK_MIN": "\(first)", "SLURM_ARRAY_TASK_MAX": "\(last)",
            "SLURM_ARRAY_TASK_COUNT": "\(count)",
        ]
        environment["SLURM_ARRAY_TASK_STEP"] = step.map(String.init)
        return try SlurmArray.shard(environment).description
    }

    @Test("a task of a Slurm array knows its part")
    func slurmRange() throws {
        #expect(try slurm(0, 0, 7, 1, 8) == "1/8")
        #expect(try slurm(7, 0, 7, nil, 8) == "8/8")
        #expect(try slurm(3, 1, 5, 2, 3) == "2/3")
        #expect(try slurm(4, 4, 4, 1, 1) == "1/1")
    }

    @Test("an array that is no range, and a process outside of one, are refused in a sentence")
    func slurmFaults() throws {
        #expect(throws: SlurmArray.Fault.notARange(indices: 3, first: 1, last: 7, step: 1)) { try slurm(2, 1, 7, 1, 3) }
        #expect(throws: SlurmArray.Fault.self) { try slurm(2, 1, 3, 2, 2) }
        #expect(throws: SlurmArray.Fault.self) { try slurm(2, 1, 3, 0, 3) }
        #expect(throws: SlurmArray.Fault.self) { try slurm(3, 1, 4, 2, 2) }
        #expect(throws: SlurmArray.Fault.missing(variable: "SLURM_ARRAY_TASK_ID")) { try SlurmArray.shard([:]) }
        #expect(
            SlurmArray.Fault.missing(variable: "SLURM_ARRAY_TASK_ID").description
                == "SLURM_ARRAY_TASK_ID is not set to a whole number; this works in a task of a Slurm job array, elsewhere "
                + "name the shard")
        #expect(
            SlurmArray.Fault.notARange(indices: 3, first: 1, last: 7, step: 1).description
                == "the 3 indices of this Slurm array are not all from 1 to 7 in steps of 1, as after a rerun of some tasks; "
                + "name the shard")
    }
}
