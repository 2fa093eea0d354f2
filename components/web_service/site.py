"""Where people find a service."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..config.types import DomainSettings, SignInSettings


@dataclass(frozen=True, kw_only=True)
class Site:
    """The name that a service answers to, and who comes in: people may have to sign in, and other sites' pages may ask.

    Without a domain it is CloudFront's own, which is made later.
    """

    domain: DomainSettings | None = None
    sign_in: SignInSettings | None = None
    embed_origins: Sequence[str] = ()
