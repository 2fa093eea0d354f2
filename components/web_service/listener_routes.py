"""What the load balancer does with a request: whom it lets on to the application, and who must sign in first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ..shared.edge_profile import EdgeProfile

# ELB quotas: a rule compares with five values, the host's name and a header's value among them.
MOST_VALUES = 5
SignIn = Literal["none", "refuse", "send"]
# behind the places of the application's own open paths
PRIORITIES: Mapping[str, int] = {"account": 100, "api-by-key": 110, "api": 120, "site": 900}


@dataclass(frozen=True)
class Route:
    """One rule of the listener, for the site's host and one of the paths, or any path where there are none.

    `by_key`: only for requests with a key in the Authorization header. `sign_in`: nobody need have signed in, who has
    not is refused (401), or is sent to sign in. `priority` is the rule's place, which is its own for good.
    """

    role: str
    priority: int
    sign_in: SignIn
    paths: Sequence[str] = ()
    by_key: bool = False


def routes(profile: EdgeProfile, *, signs_in: bool) -> tuple[Route, ...]:
    """Plan the rules in the order in which they are asked; what meets none is for another host."""
    if not signs_in:
        return (_route("site", "none"),)
    planned = [Route(rule.name, rule.priority, "none", rule.paths) for rule in profile.open_paths]
    if profile.account_paths:
        planned.append(_route("account", "refuse", profile.account_paths))
    if profile.api_paths:
        # a key is the application's to judge; one that knows none would take whoever brings one for somebody signed in
        if profile.key_header is not None:
            planned.append(_route("api-by-key", "none", profile.api_paths, by_key=True))
        # scripts and programs cannot follow to where people sign in
        planned.append(_route("api", "refuse", profile.api_paths))
    return (*sorted(planned, key=lambda route: route.priority), _route("site", "send"))


def _route(role: str, sign_in: SignIn, beginnings: Sequence[str] = (), *, by_key: bool = False) -> Route:
    return Route(role, PRIORITIES[role], sign_in, tuple(f"{path}*" for path in beginnings), by_key)
