"""The headers that CloudFront adds to every answer, as browsers get them (docs/decisions/0010)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from ..shared.edge_profile import BrowserFeature, EdgeProfile

TWO_YEARS_SECONDS = 63_072_000
# What every site has; an application's own directives come behind these, or in their place.
POLICY: Mapping[str, tuple[str, ...]] = {
    "default-src": ("'self'",),
    "base-uri": ("'self'",),
    "object-src": ("'none'",),
    "form-action": ("'self'",),
    "frame-ancestors": ("'self'",),
}
# An application may say by this, or by a policy of its own, who may frame it, and knows nothing of embed_origins: ours
# stand instead.
FRAME_OPTIONS = "x-frame-options"


@dataclass(frozen=True)
class ResponseHeader:
    """One header; `override`: in place of the origin's own, else only where the origin sends none."""

    name: str
    value: str
    override: bool = True


def response_headers(profile: EdgeProfile, embed_origins: Sequence[str]) -> tuple[ResponseHeader, ...]:
    """Return the headers of a site that the origins may show in a frame, beside the site itself."""
    framed = () if embed_origins else (ResponseHeader(FRAME_OPTIONS, "SAMEORIGIN"),)
    return (
        ResponseHeader("strict-transport-security", f"max-age={TWO_YEARS_SECONDS}; includeSubDomains; preload"),
        ResponseHeader("x-content-type-options", "nosniff"),
        ResponseHeader("referrer-policy", "strict-origin-when-cross-origin"),
        *framed,
        ResponseHeader("content-security-policy", content_security_policy(profile, embed_origins)),
        ResponseHeader("permissions-policy", _permissions(profile)),
        # without one, as APIs answer, browsers would make up how long an answer lasts
        ResponseHeader("cache-control", "no-store", override=False),
    )


def removed_headers(embed_origins: Sequence[str]) -> tuple[str, ...]:
    """Return the origin's headers that CloudFront takes away."""
    return ("x-powered-by", FRAME_OPTIONS) if embed_origins else ("x-powered-by",)


def content_security_policy(profile: EdgeProfile, embed_origins: Sequence[str]) -> str:
    """Write the policy; no directive but `frame-ancestors` depends on the stack."""
    directives = {**POLICY, **profile.content_security_policy}
    directives["frame-ancestors"] = (*directives["frame-ancestors"], *embed_origins)
    return "; ".join(" ".join((name, *sources)) for name, sources in directives.items())


def _permissions(profile: EdgeProfile) -> str:
    used = profile.browser_features
    return ", ".join(f"{each}=({'self' if each in used else ''})" for each in get_args(BrowserFeature))
