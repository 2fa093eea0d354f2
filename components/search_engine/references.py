"""What a search engine hands to who asks it."""

from dataclasses import dataclass

from pulumi import Input

from ..shared.external_secrets import SecretField
from ..shared.network_policies import PodServer


@dataclass(frozen=True, kw_only=True)
class SearchRef:
    """Where an application finds the engine, with which key, and the pods that answer.

    The key is for the application's own indexes, and can administer nothing.
    """

    url: Input[str]
    key: SecretField
    server: PodServer
