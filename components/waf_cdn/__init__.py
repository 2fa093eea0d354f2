"""CloudFront and the web firewall before a site."""

from .component import WafCdn, WafCdnArgs
from .settings import EdgeSettings

__all__ = [
    "EdgeSettings",
    "WafCdn",
    "WafCdnArgs",
]
