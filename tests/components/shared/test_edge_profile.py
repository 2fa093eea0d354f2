from dataclasses import fields
from typing import Any

import pytest

from components.shared.edge_profile import EdgeProfile, PathRule


def test_an_empty_profile_is_empty() -> None:
    profile = EdgeProfile()
    # how long what is cached is kept is no path
    assert [field.name for field in fields(profile) if getattr(profile, field.name)] == ["cached_days"]


@pytest.mark.parametrize(
    ("profile", "says"),
    [
        ({"closed_paths": (PathRule("closes-admin", 29, ("/admin",)),)}, "closed_paths: priorities must be 30 to 33"),
        ({"cached_days": 0}, "cached_days: must be 1 or more, got 0"),
        ({"open_paths": (PathRule("chat", 100, ("/chat/*",)),)}, "open_paths: priorities must be 1 to 99"),
        ({"closed_paths": (PathRule("a", 30, ("/a",)), PathRule("b", 30, ("/b",)))}, "each taken once"),
        ({"login_paths": ("login",)}, "must begin with /"),
        # to a regular expression of the firewall it would mean something else
        ({"content_paths": ("/a(b",)}, "letters, digits"),
        ({"cached_paths": ("/assets/*",)}, "letters, digits"),
        ({"open_paths": (PathRule("chat", 1, ("/chat?",)),)}, "letters, digits"),
        ({"program_paths": ("/api/orders",)}, "without page_header and api_paths"),
        ({"program_paths": ("/api/orders",), "page_header": ("x-page", "1")}, "without page_header and api_paths"),
        ({"health_path": "/health check"}, "letters, digits"),
        # the front end's page would answer in the service's place
        ({"service_paths": ("/api/",), "health_path": "/health"}, r"as well, lacks \['/health'\]"),
    ],
)
def test_what_no_firewall_or_balancer_could_have_is_refused_early(profile: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        EdgeProfile(**profile)
