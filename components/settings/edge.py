"""Settings of the CDN and its firewall."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from .firewall import FirewallSettings
from .section import InProd, Section


class DomainSettings(Section):
    """The site's own name."""

    name: Annotated[str, StringConstraints(pattern=r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$")] = Field(
        description="fully qualified name of the site", examples=["flowise.example.com"]
    )
    hosted_zone_id: Annotated[str, StringConstraints(pattern=r"^Z[A-Z0-9]{1,31}$")] = Field(
        description="Route 53 hosted zone in which the name lies", examples=["Z0123456789ABCDEFGHIJ"]
    )


class EdgeSettings(Section):
    """CloudFront and the web firewall before the site."""

    # without one the load balancer can have no certificate, sees plain HTTP, and Flowise's login does not hold
    domain: Annotated[DomainSettings | None, InProd(given=True)] = Field(
        default=None, description="the site's own name; without it CloudFront's"
    )
    price_class: Literal["PriceClass_100", "PriceClass_200", "PriceClass_All"] = Field(
        default="PriceClass_100", description="CloudFront locations that serve the site"
    )
    firewall: FirewallSettings = Field(default_factory=FirewallSettings, description="the web firewall")
