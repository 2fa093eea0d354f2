"""The headers that CloudFront adds to every answer, as browsers get them.

Under the content security policy Chromium's console shows no violation on sign-in, lists, canvas and chat pages of the
UI of flowise 3.1.4: `make live` looks. See docs/decisions/0010.
"""

from collections.abc import Sequence
from dataclasses import dataclass

TWO_YEARS_SECONDS = 63_072_000
# The two inline scripts of the UI's page, by the hash that a browser computes of them (index.html of flowise-ui 3.1.4).
# A version that changes them needs theirs: the browser's console names the hash it wants.
INLINE_SCRIPTS = (
    "'sha256-Yee8UbIeAYVaiSQ7OA+Wq6Zepbso932dGJ6J3XJvodg='",
    "'sha256-JIiWZd0+/E8gnC+xHrWGxk1G96GaFw8XJKyFzOdcDvI='",
)
# what the page asks for beside the site itself: fonts, counts of stars, sounds of the chat, a script of its maker's
_FONT_STYLES, _FONTS = "https://fonts.googleapis.com", "https://fonts.gstatic.com"
_STARS, _SOUNDS, _REFERRALS = "https://api.github.com", "https://cdn.jsdelivr.net", "https://r.wdfl.co"
# Flowise says by this and by its policy who may frame it, and knows nothing of edge.embed_origins: ours stand instead.
FRAME_OPTIONS = "x-frame-options"


@dataclass(frozen=True)
class ResponseHeader:
    """One header; `override`: in place of the origin's own, else only where the origin sends none."""

    name: str
    value: str
    override: bool = True


def response_headers(embed_origins: Sequence[str]) -> tuple[ResponseHeader, ...]:
    """Give the headers of a site that the origins may show in a frame, beside the site itself."""
    framed = () if embed_origins else (ResponseHeader(FRAME_OPTIONS, "SAMEORIGIN"),)
    return (
        ResponseHeader("strict-transport-security", f"max-age={TWO_YEARS_SECONDS}; includeSubDomains; preload"),
        ResponseHeader("x-content-type-options", "nosniff"),
        ResponseHeader("referrer-policy", "strict-origin-when-cross-origin"),
        *framed,
        ResponseHeader("content-security-policy", content_security_policy(embed_origins)),
        # the chat records speech; the rest is nobody's business
        ResponseHeader("permissions-policy", "camera=(), geolocation=(), microphone=(self), payment=(), usb=()"),
        # Express sends no Cache-Control with the API's answers, and browsers would make up how long they last
        ResponseHeader("cache-control", "no-store", override=False),
    )


def removed_headers(embed_origins: Sequence[str]) -> tuple[str, ...]:
    """Give the origin's headers that CloudFront takes away."""
    return ("x-powered-by", FRAME_OPTIONS) if embed_origins else ("x-powered-by",)


def content_security_policy(embed_origins: Sequence[str]) -> str:
    """Write the policy; no directive but `frame-ancestors` depends on the stack."""
    directives = {
        "default-src": ("'self'",),
        "base-uri": ("'self'",),
        "object-src": ("'none'",),
        "form-action": ("'self'",),
        "frame-ancestors": ("'self'", *embed_origins),
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
    return "; ".join(" ".join((name, *sources)) for name, sources in directives.items())
