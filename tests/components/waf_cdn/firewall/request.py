"""A request as the firewall sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0", "accept": "*/*"}
# the lists of addresses that the stand-ins of AWS's groups know
OFFICE, HOSTED, TOR, ILL_FAMED = "198.51.100.7", "203.0.113.10", "192.0.2.66", "192.0.2.13"


@dataclass(frozen=True)
class Request:
    """One request; header names are in lower case, the path and the query as they came."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=lambda: BROWSER)
    body: str = ""
    country: str = "DE"
    address: str = OFFICE
