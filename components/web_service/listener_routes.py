"""What the load balancer does with a request: whom it lets on to Flowise, and who must sign in first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

# ELB quotas: a rule compares with five values, the host's name and a header's value among them.
MOST_VALUES = 5
SignIn = Literal["none", "refuse", "send"]
# What an embedded chat, a program or a health check calls, none of which can sign in (the no-login list of flowise
# 3.1.4, without what only its own UI asks for). A key, where a flow has one, is Flowise's to judge.
OPEN_PATHS: Mapping[str, Sequence[str]] = {
    "static": ("/assets/*", "/api/v1/node-icon/*", "/api/v1/ping"),
    "chat": (
        "/api/v1/chatmessage/abort/*",
        "/api/v1/prediction/*",
        "/api/v1/public-chatbotConfig/*",
        "/api/v1/public-chatflows/*",
    ),
    "chat-parts": (
        "/api/v1/chatflows-streaming/*",
        "/api/v1/chatflows-uploads/*",
        "/api/v1/feedback*",
        "/api/v1/leads*",
    ),
    "chat-files": (
        "/api/v1/attachments/*",
        "/api/v1/get-upload-file*",
        "/api/v1/openai-assistants-file/download*",
        "/api/v1/text-to-speech/*",
    ),
    "callers": ("/api/v1/mcp/*", "/api/v1/webhook/*"),
}
ACCOUNT_PATHS = ("/api/v1/account/*", "/api/v1/auth/*")
PRIORITIES: Mapping[str, int] = {
    "static": 10,
    "chat": 20,
    "chat-parts": 21,
    "chat-files": 22,
    "callers": 30,
    "account": 100,
    "api-by-key": 110,
    "api": 120,
    "site": 900,
}


@dataclass(frozen=True)
class Route:
    """One rule of the listener, for the site's host and one of the paths, or any path where there are none.

    `by_key`: only for requests with a key in the Authorization header. `sign_in`: nobody need have signed in, who has
    not is refused (401), or is sent to sign in.
    """

    role: str
    sign_in: SignIn
    paths: Sequence[str] = ()
    by_key: bool = False

    @property
    def priority(self) -> int:
        """Give the rule's place, which is its own for good."""
        return PRIORITIES[self.role]


def routes(*, signs_in: bool) -> tuple[Route, ...]:
    """Plan the rules in the order in which they are asked; what meets none is for another host."""
    if not signs_in:
        return (Route("site", "none"),)
    return (
        *(Route(role, "none", paths) for role, paths in OPEN_PATHS.items()),
        # a page of the UI is sent to sign in; its scripts cannot follow there
        Route("account", "refuse", ACCOUNT_PATHS),
        Route("api-by-key", "none", ("/api/*",), by_key=True),
        Route("api", "refuse", ("/api/*",)),
        Route("site", "send"),
    )
