import HTTPTypes
import Hummingbird
import HummingbirdCore

/// The page to try the server in a browser. Its files are part of the program.
enum PageFile: CaseIterable {
    case page, style, script

    var route: RouterPath {
        switch self {
        case .page: "/"
        case .style: "/page.css"
        case .script: "/page.js"
        }
    }

    /// The page loads nothing from elsewhere and asks nobody but this server.
    var response: Response {
        Response(
            status: .ok,
            headers: [
                .contentType: contentType, .cacheControl: "no-cache", .contentSecurityPolicy: Self.policy,
                .xContentTypeOptions: "nosniff",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    private static let policy = "default-src 'self'; img-src 'self' blob: data:; frame-ancestors 'none'"

    private var contentType: String {
        switch self {
        case .page: "text/html; charset=utf-8"
        case .style: "text/css; charset=utf-8"
        case .script: "text/javascript; charset=utf-8"
        }
    }

    private var bytes: [UInt8] {
        switch self {
        case .page: PackageResources.page_html
        case .style: PackageResources.page_css
        case .script: PackageResources.page_js
        }
    }
}
