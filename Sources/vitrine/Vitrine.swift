@main enum Vitrine { static func main() {} }
