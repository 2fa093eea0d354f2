"""What an application's paths are to those who stand before it: the CDN, its firewall, the load balancer."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

BrowserFeature = Literal["camera", "geolocation", "microphone", "payment", "usb"]
# The places that the firewall and the load balancer keep for rules of the application's own.
CLOSED_PRIORITIES, OPEN_PRIORITIES = range(30, 34), range(1, 100)
# what a regular expression of AWS WAF may hold of a path without a sign being read as more than itself
_BEGINNING = re.compile(r"/[A-Za-z0-9/_.-]{0,199}")
_PATTERN = re.compile(r"/[A-Za-z0-9/_.*-]{0,127}")


@dataclass(frozen=True)
class PathRule:
    """A rule for some paths: its name, in metrics and in the console, and its place; both are its own for good."""

    name: str
    priority: int
    paths: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class EdgeProfile:
    """What an application's paths are. An empty profile names no path: nothing is closed by name, and nothing exempt.

    Paths are beginnings of paths, in lower or upper case, but for `open_paths`, which are the load balancer's patterns.
    """

    # answers anybody, cheaply; health checks from outside may come from anywhere
    health_path: str = ""
    # what its answer contains; an error page would do for a check of the status alone
    health_answer: str = ""
    # nobody outside may call them; each rule has a place of CLOSED_PRIORITIES
    closed_paths: tuple[PathRule, ...] = ()
    # anybody could call them, and nobody needs them as the stack is set: one rule for all
    unused_paths: tuple[str, ...] = ()
    # likewise where something is read
    write_only_paths: tuple[str, ...] = ()
    # where passwords are guessed
    login_paths: tuple[str, ...] = ()
    # where an answer costs most
    costly_paths: tuple[str, ...] = ()
    # where a body is code, a document or a prompt: AWS's rules on bodies count there, and block elsewhere
    content_paths: tuple[str, ...] = ()
    # where programs call, from clouds, and not always with a User-Agent: AWS's rules on both count there
    machine_paths: tuple[str, ...] = ()
    # called by scripts and programs: they can neither solve a challenge nor follow to where people sign in
    api_paths: tuple[str, ...] = ()
    # a header, and its value, that the application's own pages send with each call of these, and for which it asks for
    # a session, whatever key comes along; whoever calls without it reaches `program_paths` alone
    page_header: tuple[str, str] | None = None
    # of these, what others than its own pages call, as the application spells it
    program_paths: tuple[str, ...] = ()
    # the header in which programs bring a key, and its spelling as a regular expression: of one that had several, a key
    # would be as many keys to whoever counts its requests
    key_header: tuple[str, str] | None = None
    # of these, what nobody calls who has not signed in, whatever key they have
    account_paths: tuple[str, ...] = ()
    # who calls them need not have signed in; each rule has a place of OPEN_PRIORITIES
    open_paths: tuple[PathRule, ...] = ()
    # files that never change under their names, such as those named by a hash of what is in them
    cached_paths: tuple[str, ...] = ()
    # how long browsers keep them, and CloudFront at most
    cached_days: int = 365
    # where a front end's files are served at "/": what the service itself answers; without any it answers everything
    service_paths: tuple[str, ...] = ()
    # the application's own, where nothing else may be served
    reserved_paths: tuple[str, ...] = ()
    # it takes tags and entities out of a path before it looks for the route: a path with one would evade every rule
    strips_markup: bool = False
    # directives of the content security policy beside those that every site has, or in their place
    content_security_policy: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # what its pages use of a browser, and is denied otherwise
    browser_features: tuple[BrowserFeature, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what the firewall or the load balancer could not have."""
        for kind, rules, places in (
            ("closed_paths", self.closed_paths, CLOSED_PRIORITIES),
            ("open_paths", self.open_paths, OPEN_PRIORITIES),
        ):
            wanted = f"{places.start} to {places.stop - 1}, each taken once"
            taken = [rule.priority for rule in rules]
            if len(set(taken)) < len(taken) or not set(taken) <= set(places):
                raise ValueError(f"{kind}: priorities must be {wanted}, got {taken}")
        if self.cached_days < 1:
            raise ValueError(f"cached_days: must be 1 or more, got {self.cached_days}")
        asked = (self.health_path, *self.cached_paths) if self.service_paths else ()
        lost = sorted(path for path in asked if not path.startswith(self.service_paths))
        if lost:
            raise ValueError(f"service_paths: must hold the health path and the cached paths as well, lacks {lost}")
        if self.program_paths and not (self.page_header and self.api_paths):
            raise ValueError("program_paths: all may be called by programs without page_header and api_paths")
        beginnings = {
            *([self.health_path] if self.health_path else []),
            *(path for rule in self.closed_paths for path in rule.paths),
            *self.unused_paths,
            *self.write_only_paths,
            *self.login_paths,
            *self.costly_paths,
            *self.content_paths,
            *self.machine_paths,
            *self.api_paths,
            *self.account_paths,
            *self.program_paths,
            *self.cached_paths,
            *self.service_paths,
            *self.reserved_paths,
        }
        patterns = {path for rule in self.open_paths for path in rule.paths}
        wrong = sorted(
            [path for path in beginnings if not _BEGINNING.fullmatch(path)]
            + [path for path in patterns if not _PATTERN.fullmatch(path)]
        )
        if wrong:
            raise ValueError(f"paths must begin with / and hold letters, digits, /, _, . and - alone, got {wrong}")
