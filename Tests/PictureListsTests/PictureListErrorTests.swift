import PictureLists
import SystemPackage
import Testing

@Suite("sentences of a list of pictures")
struct PictureListErrorTests {
    @Test(
        "each says what is wrong and what to do",
        arguments: [
            (
                .notFound(["a", "b\u{202E}"], count: 12),
                "no such picture, folder or match: a, b\\u{202e} and 10 more; check the spelling"
            ),
            (
                .noPictures(folder: "in", PassedOver()),
                "the folder in holds no picture; looked for files that end in .bmp, .jpeg, .jpg, .png"
            ),
            (.unreadableList(name: "l", reason: "Is a directory"), "l: the list cannot be read (Is a directory)"),
            (.emptyList(name: "l"), "l: the list holds no name; write a path on each line"),
            (
                .zeroByteInList(name: "l", line: 3),
                "l: line 3 holds a zero byte; say that zero bytes end the names of this list"
            ),
        ] as [(PictureListError, String)])
    func sentences(_ error: PictureListError, _ sentence: String) {
        #expect("\(error)" == sentence)
    }
}
