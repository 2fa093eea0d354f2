"""CloudFront and the web firewall before a site."""

from typing import TYPE_CHECKING

from ..shared.on_demand import on_demand

if TYPE_CHECKING:
    from .component import WafCdn, WafCdnArgs
    from .settings import EdgeSettings
else:
    __getattr__ = on_demand(__name__)

__all__ = [
    "EdgeSettings",
    "WafCdn",
    "WafCdnArgs",
]
