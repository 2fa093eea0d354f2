"""Settings of the web firewall before the site."""

import ipaddress
from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, StringConstraints

from ..config.problems import Problem
from ..config.section import LogDays, Section
from .countries import COUNTRIES
from .firewall_groups import LABELS

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
AddressRange = Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f.:]+/\d{1,3}$")]
# WAFV2 ByteMatchStatement: SearchString has at most 200 bytes.
PathPrefix = Annotated[str, StringConstraints(pattern=r"^/[A-Za-z0-9/_.-]{0,199}$")]
ClosedPath = Annotated[str, StringConstraints(pattern=r"^/[A-Za-z0-9/_.-]{1,199}$")]
# A rate-based statement's Limit (WAFV2 RateBasedStatement).
WAF_LEAST_RATE, WAF_MOST_RATE = 10, 2_000_000_000
# WAFV2 IPSet: Addresses takes 10,000 ranges.
MOST_RANGES = 10_000


class FirewallSettings(Section):
    """The web firewall before the site."""

    requests_per_five_minutes_per_ip: int = Field(
        default=2000,
        ge=WAF_LEAST_RATE,
        le=WAF_MOST_RATE,
        description="requests from one address in five minutes, above which it is answered 429",
    )
    logins_per_five_minutes_per_ip: int = Field(
        default=50,
        ge=WAF_LEAST_RATE,
        le=WAF_MOST_RATE,
        description="likewise of logins, password resets and the like",
    )
    costly_requests_per_five_minutes_per_ip: int = Field(
        default=300, ge=WAF_LEAST_RATE, le=WAF_MOST_RATE, description="likewise of what costs most to answer"
    )
    requests_per_five_minutes_per_key: int | None = Field(
        default=None,
        ge=WAF_LEAST_RATE,
        le=WAF_MOST_RATE,
        description="likewise of requests with one API key, from whatever addresses; no limit without",
    )
    allowed_countries: tuple[Country, ...] = Field(
        default=(), description="two-letter countries that may come in; none listed admits all", examples=["DE"]
    )
    allowed_cidrs: tuple[AddressRange, ...] = Field(
        default=(),
        max_length=MOST_RANGES,
        description="addresses that may come in, IPv4 or IPv6; none listed admits all",
        examples=["198.51.100.0/24"],
    )
    denied_cidrs: tuple[AddressRange, ...] = Field(
        default=(), max_length=MOST_RANGES, description="addresses that may not come in", examples=["203.0.113.0/24"]
    )
    closed_paths: tuple[ClosedPath, ...] = Field(
        default=(),
        description="beginnings of further paths that nobody outside may call",
        examples=["/internal"],
    )
    program_paths: tuple[ClosedPath, ...] = Field(
        default=(),
        description="beginnings of further paths of the application's API that programs may call with a key, spelled "
        "as it spells them, where it tells its own pages from programs",
        examples=["/api/v1/chatflows"],
    )
    largest_request_mib: int = Field(
        default=50, ge=1, le=1024, description="largest body of a request, MiB; the application may take less"
    )
    exemptions: dict[str, tuple[PathPrefix, ...]] = Field(
        default_factory=dict,
        description="labels of AWS's rules, as the firewall's log shows them, and the beginnings of paths on which "
        "these rules count instead of blocking",
        examples=["awswaf:managed:aws:sql-database:SQLi_QueryArguments"],
    )
    anti_ddos: bool = Field(
        default=False, description="AWS's rules against floods of requests, at 20 USD a month and by use"
    )
    bot_control: bool = Field(
        default=False, description="AWS's rules that tell bots apart; they count, at 10 USD a month and by use"
    )
    log_retention_days: LogDays = Field(default=30, description="days that the firewall's log is kept")
    logs_allowed_requests: bool = Field(
        default=False, description="log every request; else those that a rule blocked, challenged or counted"
    )

    def problems(self) -> Iterator[Problem]:
        """Judge that the firewall knows each country and label, and that each range is one."""
        for country in self.allowed_countries:
            if country not in COUNTRIES:
                yield Problem(
                    "allowed_countries", "is no country that AWS WAF knows", country, "write ISO 3166 codes, such as DE"
                )
        for key, ranges in (("allowed_cidrs", self.allowed_cidrs), ("denied_cidrs", self.denied_cidrs)):
            for each in ranges:
                if not _is_range(each):
                    yield Problem(key, "is no range of addresses", each, "write one such as 198.51.100.0/24")
        for label, paths in self.exemptions.items():
            if label not in LABELS:
                yield Problem(
                    "exemptions", "is no label of a rule here", label, "copy it from the firewall's log, with awswaf:"
                )
            elif not paths:
                yield Problem("exemptions", "names no path", label, "list beginnings of paths, such as /hooks")


def _is_range(text: str) -> bool:
    try:
        # AWS WAF takes every range but the one of all addresses (WAFV2 IPSet)
        return ipaddress.ip_network(text).prefixlen > 0
    except ValueError:
        return False
