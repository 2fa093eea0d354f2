"""Settings of the CDN and its firewall."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ..planning.config_faults import Truth
from ..planning.countries import COUNTRIES
from .section import InProd, LogDays, Section

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
# A rate-based statement's Limit (WAFV2 RateBasedStatement).
WAF_LEAST_RATE, WAF_MOST_RATE = 10, 2_000_000_000


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
    requests_per_five_minutes_per_ip: int = Field(
        default=2000,
        ge=WAF_LEAST_RATE,
        le=WAF_MOST_RATE,
        description="requests from one address in five minutes, above which it is blocked",
    )
    allowed_countries: tuple[Country, ...] = Field(
        default=(), description="two-letter countries that may come in; none listed admits all", examples=["DE"]
    )
    waf_log_retention_days: LogDays = Field(default=30, description="days that the firewall's logs are kept")

    def truths(self) -> Iterator[Truth]:
        """Judge that the firewall knows each country."""
        for country in self.allowed_countries:
            if country not in COUNTRIES:
                yield Truth(
                    "allowed_countries", "is no country that AWS WAF knows", country, "write ISO 3166 codes, such as DE"
                )
