"""What Flowise's paths are to the CDN, its firewall and the load balancer.

Facts of flowise 3.1.4. Who may call what is Flowise's own decision, but for the paths that nobody outside needs.
"""

from collections.abc import Collection, Mapping

from ..shared.edge_profile import EdgeProfile, PathRule
from .open_paths import Need, closed_at_edge, opened

# Says "pong" to whoever asks; on any path that it does not know, Flowise answers 200 with its page.
PING = "/api/v1/ping"
PREDICTION = "/api/v1/prediction/"
# What no visitor needs. Whoever registers first owns an empty Flowise, without asking anyone: the owner registers from
# inside the cluster, where the queue board and the metrics are read as well.
CLOSED_PATHS = (
    PathRule("closes-queue-board", 30, ("/admin/queues",)),
    PathRule("closes-metrics", 31, ("/api/v1/metrics",)),
    PathRule("closes-registration", 32, ("/api/v1/account/register",)),
)
# CVE-2025-59528, CVE-2025-8943 and CVE-2026-56274 all ran commands through it; without it flows use no custom MCP.
CUSTOM_MCP = PathRule("closes-custom-mcp", 33, ("/api/v1/node-load-method/custommcp",))
# Chat and UI only give feedback; anybody may read it all (routes/feedback).
FEEDBACK = "/api/v1/feedback"
# Where a body is a flow, code, a document or a prompt: HTML, SQL, paths and URLs, and far above the 8 KB that AWS's
# core rule set admits (the routes that take such bodies).
CONTENT_PATHS = (
    "/api/v1/agentflowv2-generator",
    "/api/v1/assistants",
    "/api/v1/attachments",
    "/api/v1/chatflows",
    "/api/v1/chatmessage",
    "/api/v1/datasets",
    "/api/v1/document-store",
    "/api/v1/evaluations",
    "/api/v1/evaluators",
    "/api/v1/export-import",
    "/api/v1/internal-chatmessage",
    "/api/v1/internal-prediction",
    "/api/v1/marketplaces",
    "/api/v1/mcp",
    "/api/v1/node-custom-function",
    "/api/v1/node-load-method",
    "/api/v1/openai-assistants",
    "/api/v1/prediction",
    "/api/v1/text-to-speech",
    "/api/v1/tools",
    "/api/v1/vector",
    "/api/v1/webhook",
)
MACHINE_PATHS = (
    PING,
    "/api/v1/attachments",
    "/api/v1/document-store/upsert",
    "/api/v1/mcp",
    "/api/v1/prediction",
    "/api/v1/vector/upsert",
    "/api/v1/webhook",
)
# With it Flowise asks for a login, without it for any key, whatever that key may do (index.js of flowise 3.1.4). Its UI
# sends it with every call but those of PROGRAM_PATHS.
PAGE_HEADER = ("x-request-from", "internal")
# A key is whatever follows the last "Bearer " (utils/validateKey.js of flowise 3.1.4), so that it could be spelled in
# any number of ways.
KEY_HEADER = ("authorization", r"^Bearer [A-Za-z0-9._~+/=-]+$")
# Of the API, what is called without that header: the no-login list, without what a stack has no need of, and what
# programs and embedded chats call with a key. Whoever manages flows by key names more (edge.firewall.program_paths).
PROGRAM_PATHS = (
    PING,
    PREDICTION,
    FEEDBACK,
    "/api/v1/account/logout",
    "/api/v1/attachments",
    "/api/v1/auth/login",
    "/api/v1/auth/refreshToken",
    "/api/v1/auth/resolve",
    "/api/v1/chatflows-streaming",
    "/api/v1/chatflows-uploads",
    "/api/v1/chatmessage/abort",
    "/api/v1/components-credentials-icon/",
    "/api/v1/document-store/refresh",
    "/api/v1/document-store/upsert",
    "/api/v1/get-upload-file",
    "/api/v1/leads",
    "/api/v1/loginmethod/default",
    "/api/v1/mcp/",
    "/api/v1/node-icon/",
    "/api/v1/public-chatbotConfig",
    "/api/v1/public-chatflows",
    "/api/v1/settings",
    "/api/v1/vector/upsert",
    "/api/v1/webhook/",
)
# What an embedded chat, a program or a health check calls, none of which can sign in (the no-login list, without what
# only its own UI asks for). A key, where a flow has one, is Flowise's to judge.
OPEN_PATHS = (
    PathRule("static", 10, ("/assets/*", "/api/v1/node-icon/*", PING)),
    PathRule(
        "chat",
        20,
        (
            "/api/v1/chatmessage/abort/*",
            "/api/v1/prediction/*",
            "/api/v1/public-chatbotConfig/*",
            "/api/v1/public-chatflows/*",
        ),
    ),
    PathRule(
        "chat-parts",
        21,
        ("/api/v1/chatflows-streaming/*", "/api/v1/chatflows-uploads/*", "/api/v1/feedback*", "/api/v1/leads*"),
    ),
    PathRule("chat-files", 22, ("/api/v1/attachments/*", "/api/v1/get-upload-file*")),
    PathRule("callers", 30, ("/api/v1/mcp/*", "/api/v1/webhook/*")),
)
# likewise of a stack that asks for them
OPEN_BY_NEED: Mapping[Need, PathRule] = {
    "assistant_files": PathRule("chat-assistants", 23, ("/api/v1/openai-assistants-file/download*",)),
    "speech": PathRule("chat-speech", 24, ("/api/v1/text-to-speech/*",)),
}
# The two inline scripts of the UI's page, by the hash that a browser computes of them (index.html of flowise-ui 3.1.4).
# A version that changes them needs theirs: the browser's console names the hash it wants.
INLINE_SCRIPTS = (
    "'sha256-Yee8UbIeAYVaiSQ7OA+Wq6Zepbso932dGJ6J3XJvodg='",
    "'sha256-JIiWZd0+/E8gnC+xHrWGxk1G96GaFw8XJKyFzOdcDvI='",
)
# what the page asks for beside the site itself: fonts, counts of stars, sounds of the chat, a script of its maker's
_FONT_STYLES, _FONTS = "https://fonts.googleapis.com", "https://fonts.gstatic.com"
_STARS, _SOUNDS, _REFERRALS = "https://api.github.com", "https://cdn.jsdelivr.net", "https://r.wdfl.co"
# Under it Chromium's console shows no violation on sign-in, lists, canvas and chat pages: `make live` looks
# (docs/decisions/0010).
CONTENT_SECURITY_POLICY: Mapping[str, tuple[str, ...]] = {
    "script-src": ("'self'", *INLINE_SCRIPTS, _REFERRALS),
    # emotion and CodeMirror write their styles into the page as it runs
    "style-src": ("'self'", "'unsafe-inline'", _FONT_STYLES),
    "font-src": ("'self'", "data:", _FONTS),
    # avatars and icons are whatever address a flow's author wrote
    "img-src": ("'self'", "data:", "blob:", "https:"),
    "media-src": ("'self'", "data:", "blob:", _SOUNDS),
    "connect-src": ("'self'", _STARS, _REFERRALS),
    "worker-src": ("'self'", "blob:"),
    "frame-src": ("'self'", "blob:"),
}


def edge_profile(needs: Collection[Need]) -> EdgeProfile:
    """Return what Flowise's paths are on a stack that needs some of what is closed otherwise."""
    return EdgeProfile(
        health_path=PING,
        health_answer="pong",
        closed_paths=CLOSED_PATHS if "custom_mcp" in needs else (*CLOSED_PATHS, CUSTOM_MCP),
        unused_paths=closed_at_edge(needs),
        write_only_paths=(FEEDBACK,),
        login_paths=("/api/v1/auth/login", "/api/v1/account/"),
        costly_paths=("/api/v1/internal-prediction/", "/api/v1/mcp/", PREDICTION, "/api/v1/webhook/"),
        content_paths=CONTENT_PATHS,
        machine_paths=MACHINE_PATHS,
        api_paths=("/api/",),
        page_header=PAGE_HEADER,
        program_paths=(*PROGRAM_PATHS, *opened(needs)),
        key_header=KEY_HEADER,
        # a page of the UI is sent to sign in; its scripts cannot follow there
        account_paths=("/api/v1/account/", "/api/v1/auth/"),
        open_paths=(*OPEN_PATHS, *(rule for need, rule in OPEN_BY_NEED.items() if need in needs)),
        cached_paths=("/assets/",),
        reserved_paths=("/api", "/assets", "/admin"),
        # XSS.sanitizeMiddleware
        strips_markup=True,
        content_security_policy=CONTENT_SECURITY_POLICY,
        # the chat records speech
        browser_features=("microphone",),
    )
