package import SystemPackage

/// Turns files, folders and patterns into pictures with ids that never collide.
package struct PictureList: Sendable {
    package private(set) var items: [PictureItem] = []
    /// What was seen and not taken.
    package private(set) var passedOver = PassedOver()

    /// A picture whose name was given has its file name as its id; a picture under a named folder its path below that
    /// folder. Where two ids would meet, both are led by as many of their parent folders as it takes. A picture that is
    /// named twice is there once.
    ///
    /// - Parameters:
    ///   - arguments: files, folders and patterns with `*`, `?` and `[...]`. Links are followed.
    ///   - names: files and folders, whose names are no patterns whatever is in them.
    ///   - output: where results go. It may lie inside a folder and is not walked.
    package init(of arguments: [FilePath], and names: [FilePath] = [], output: FilePath?) throws(PictureListError) {
        var finding = Finding(output: output)
        for argument in arguments { try finding.add(argument, isPattern: PictureSearch.isPattern(argument)) }
        for name in names { try finding.add(name, isPattern: false) }
        if !finding.missing.isEmpty { throw .notFound(finding.missing, count: finding.missingCount) }
        passedOver = finding.search.passedOver
        items = finding.naming.items()
        if items.isEmpty { throw .nothingLeft(passedOver) }
    }
}

/// The work in hand of a ``PictureList``.
private struct Finding {
    var search: PictureSearch
    var naming = PictureNaming()
    private(set) var missing: [FilePath] = []
    private(set) var missingCount = 0
    private let absolute = AbsolutePath()

    /// How many missing names an error holds.
    private static let namedAtMost = 10

    init(output: FilePath?) { search = PictureSearch(output: output) }

    mutating func add(_ argument: FilePath, isPattern: Bool) throws(PictureListError) {
        switch FileKind(argument) {
        case .missing where isPattern:
            let matches = search.matches(of: argument)
            if matches.isEmpty { miss(argument) }
            for match in matches {
                switch FileKind(match) {
                case .folder(let identity): if identity != search.output { addFolder(match, identity) }
                case .danglingLink: search.pass(over: match, .danglingLink)
                default: addFile(match)
                }
            }
        case .missing, .danglingLink: miss(argument)
        case .folder(let identity):
            let results = search.passedOver.count(.results)
            if addFolder(argument, identity) == 0, search.passedOver.count(.results) == results {
                throw .noPictures(folder: argument, search.passedOver)
            }
        // What cannot be read is told as the failure of one picture.
        case .file, .special, .refused: addFile(argument)
        }
    }

    private mutating func miss(_ argument: FilePath) {
        missingCount += 1
        if missing.count < Self.namedAtMost { missing.append(argument) }
    }

    private mutating func addFile(_ path: FilePath) {
        let bytes = path.bytes
        let name = bytes.lastIndex(of: slash).map { Array(bytes[($0 + 1)...]) } ?? bytes
        naming.add(path, root: absolute.of(path.removingLastComponent()), relative: name)
    }

    /// Returns how many pictures it holds.
    @discardableResult
    private mutating func addFolder(_ folder: FilePath, _ identity: FolderIdentity) -> Int {
        let root = absolute.of(folder)
        let start = folder.bytes + (folder.bytes.last == slash ? [] : [slash])
        var relatives: [[UInt8]] = []
        search.walk(folder, identity) { relatives.append($0) }
        for relative in relatives { naming.add(FilePath(bytes: start + relative), root: root, relative: relative) }
        return relatives.count
    }
}
