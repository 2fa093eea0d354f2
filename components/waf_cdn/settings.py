"""Settings of the CDN, and of the load balancer behind it."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ..config.problems import Problem
from ..config.section import InProd, Section
from ..config.types import DomainSettings, SignInSettings
from .firewall_settings import ClosedPath, FirewallSettings

Origin = Annotated[str, StringConstraints(pattern=r"^https://([a-z0-9-]+\.)+[a-z]{2,}(:\d{2,5})?$")]
# What CloudFront and the load balancer answer themselves.
TAKEN_PATHS = ("/maintenance.html", "/oauth2")


class StaticSiteSettings(Section):
    """Files that are served beside the application: the build of a single-page one."""

    path: ClosedPath = Field(description="where they are served; their keys begin with it", examples=["/portal"])

    def problems(self) -> Iterator[Problem]:
        """Judge that the path is one of its own; which of them are the application's, its profile says."""
        if self.path.lower().startswith(TAKEN_PATHS) or self.path.endswith("/") or self.path != self.path.lower():
            wrong = "must be in lower case, end in no /, and not be one of the CDN's own"
            yield Problem("path", wrong, self.path, "choose /portal")


class FailoverSettings(Section):
    """The load balancer of the same site in another region."""

    load_balancer_arn: Annotated[
        str,
        StringConstraints(
            pattern=r"^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:loadbalancer/app/[\w-]+/\w+$"
        ),
    ] = Field(
        description="ARN of the internal load balancer there",
        examples=["arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/orders/0123456789abcdef"],
    )
    load_balancer_dns_name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]+\.elb\.amazonaws\.com$")] = Field(
        description="its DNS name", examples=["internal-orders-1234567890.eu-central-1.elb.amazonaws.com"]
    )
    active: bool = Field(default=False, description="serve everything from there")


class EdgeSettings(Section):
    """CloudFront, the web firewall before it, and the load balancer behind it."""

    # without one the load balancer can have no certificate, sees plain HTTP, and a login by secure cookie does not hold
    domain: Annotated[DomainSettings | None, InProd(given=True)] = Field(
        default=None,
        description="the site's own name; without it CloudFront's, under a certificate that admits TLS 1.0",
    )
    price_class: Literal["PriceClass_100", "PriceClass_200", "PriceClass_All"] = Field(
        default="PriceClass_100", description="CloudFront locations that serve the site"
    )
    embed_origins: tuple[Origin, ...] = Field(
        default=(),
        description="other sites that may show this one in a frame, and whose pages may call it",
        examples=["https://shop.example.com"],
    )
    sign_in: SignInSettings | None = Field(default=None, description="people sign in before they reach the UI")
    api_key_paths: tuple[ClosedPath, ...] = Field(
        default=(),
        description="beginnings of paths that are answered only with a known x-api-key, kept in a CloudFront key value "
        "store",
        examples=["/api/orders"],
    )
    static_site: StaticSiteSettings | None = Field(default=None, description="files served beside the application")
    outside_health_check: Annotated[bool, InProd(equals=True)] = Field(
        default=False, description="Route 53 asks the site from all over the world whether it is well, with an alarm"
    )
    shield_advanced: bool = Field(
        default=False,
        description="protect the distribution by Shield Advanced, to which the account must be subscribed",
    )
    failover: FailoverSettings | None = Field(default=None, description="a load balancer in another region")
    firewall: FirewallSettings = Field(default_factory=FirewallSettings, description="the web firewall")

    def problems(self) -> Iterator[Problem]:
        """Judge that people sign in over TLS alone."""
        if self.sign_in and not self.domain:
            yield Problem(
                "sign_in", "needs the load balancer to speak HTTPS, and so a domain", "no domain", "set edge.domain"
            )
