"""What of Flowise answers without a login, and what of that a stack closes because it has no need of it.

Facts of flowise 3.1.4: WHITELIST_URLS of utils/constants, the routes, and what its UI and the embedded chat call.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

Feature = Literal["assistant_files", "custom_mcp", "oauth2_connections", "public_executions", "speech"]
# what a stack that sends mail needs besides
Need = Literal[Feature, "mail"]


@dataclass(frozen=True)
class OpenPath:
    """An entry of Flowise's list, spelled as there: DENYLIST_URLS, which takes it off (`inside`), knows no other.

    Taken off, it asks for a login or a key. `at_edge` nobody outside reaches what begins so, whatever they bring.
    """

    entry: str
    why: str
    needed_for: Need | None = None
    inside: bool = True
    at_edge: bool = True


OPEN_PATHS = (
    # the firewall has rules of their own for the first; who has logged in reads the others
    OpenPath(
        "/api/v1/account/register", "the first who registers owns everything; the setup has done so", at_edge=False
    ),
    OpenPath("/api/v1/ip", "tells how many proxies are believed", at_edge=False),
    OpenPath("/api/v1/user/test", "is for Flowise's own tests", at_edge=False),
    OpenPath("/api/v1/version", "tells which holes there are", at_edge=False),
    OpenPath("/api/v1/account/resend-verification", "is for Flowise's own cloud"),
    OpenPath("/api/v1/account/verify", "likewise"),
    OpenPath("/api/v1/pricing", "likewise"),
    OpenPath("/api/v1/chatflows/apikey/", "takes a key in its path, and so into logs; neither UI nor chat calls it"),
    OpenPath("/api/v1/verify/apikey/", "likewise, and says whether a key is one"),
    *(
        OpenPath(f"/api/v1/{provider}/{step}", "is of the Enterprise edition's sign-in")
        for provider in ("auth0", "azure", "github", "google")
        for step in ("callback", "login", "logout")
    ),
    OpenPath("/api/v1/account/confirm-email-change", "needs a mail that nobody gets", "mail"),
    OpenPath("/api/v1/account/forgot-password", "likewise, and tells whether an address has an account", "mail"),
    OpenPath("/api/v1/account/reset-password", "likewise", "mail"),
    # CVE-2026-71962: controllers/openai-assistants asks neither for a login nor whether the flow is public
    OpenPath("/api/v1/openai-assistants-file/download", "gives files of private flows", "assistant_files"),
    # CVE-2026-70636: the UI does not call it, and servers and workers do without (oauth2_refresh.cjs)
    OpenPath("/api/v1/oauth2-credential/refresh", "fetches new tokens for a credential, for whoever knows its id"),
    # CVE-2026-70474, its second half: a provider's redirect bears no header, but cookies (oauth2_callback.cjs)
    OpenPath(
        "/api/v1/oauth2-credential/callback",
        "gives a credential other tokens, for whoever knows its id",
        "oauth2_connections",
        inside=False,
    ),
    OpenPath("/api/v1/public-executions", "shows what a flow was asked and did", "public_executions"),
    # CVE-2026-41279: controllers/text-to-speech takes a credential's id from whoever asks; the UI itself has logged in
    OpenPath("/api/v1/text-to-speech/abort", "stops another's speech", "speech", at_edge=False),
    OpenPath("/api/v1/text-to-speech/generate", "spends a credential's money", "speech", at_edge=False),
)


def closed_inside(needs: Collection[Need]) -> tuple[str, ...]:
    """Return the entries that Flowise itself is to ask a login for."""
    return tuple(each.entry for each in OPEN_PATHS if each.inside and each.needed_for not in needs)


def opened(needs: Collection[Need]) -> tuple[str, ...]:
    """Return the entries that a stack needs, which answer without a login."""
    return tuple(each.entry for each in OPEN_PATHS if each.needed_for in needs)


def closed_at_edge(needs: Collection[Need]) -> tuple[str, ...]:
    """Return the beginnings of paths that the firewall is to refuse."""
    return tuple(each.entry for each in OPEN_PATHS if each.at_edge and each.needed_for not in needs)
