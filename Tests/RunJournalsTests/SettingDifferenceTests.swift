import JSONText
import RunJournals
import Testing

@Suite("differences of settings")
struct SettingDifferenceTests {
    @Test("each is named by its path, and says what was and what is")
    func differences() throws {
        let before = try JSONValue.members(of: Array(#"{"a":{"b":1,"c":[1,2],"d":true},"e":"x"}"#.utf8))
        let now = try JSONValue.members(of: Array(#"{"a":{"b":2,"c":[1,3],"d":true},"f":{"g":null}}"#.utf8))
        #expect(
            SettingDifference.all(.object(before), .object(now)).map(\.description) == [
                "a.b was 1 and is 2", "a.c was [1,2] and is [1,3]", "e was \"x\" and is not there",
                #"f was not there and is {"g":null}"#,
            ])
        #expect(SettingDifference.all(.object(now), .object(now)) == [])
    }
}
