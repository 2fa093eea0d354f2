import base64
import hashlib
import re

from components.flowise_service.edge import edge_profile
from components.shared.edge_profile import EdgeProfile
from components.waf_cdn.response_headers import content_security_policy, removed_headers, response_headers

FLOWISE = edge_profile(())
SHOP = ("https://shop.example.com", "https://a.example.org")


def headers(*origins: str) -> dict[str, str]:
    return {each.name: each.value for each in response_headers(FLOWISE, origins)}


def directives(*origins: str) -> dict[str, list[str]]:
    written = (each.split(" ") for each in content_security_policy(FLOWISE, origins).split("; "))
    return {name: sources for name, *sources in written}


def test_a_site_that_nobody_embeds() -> None:
    assert {name: value for name, value in headers().items() if name != "content-security-policy"} == {
        "strict-transport-security": "max-age=63072000; includeSubDomains; preload",
        "x-content-type-options": "nosniff",
        "referrer-policy": "strict-origin-when-cross-origin",
        "x-frame-options": "SAMEORIGIN",
        "permissions-policy": "camera=(), geolocation=(), microphone=(self), payment=(), usb=()",
        "cache-control": "no-store",
    }
    assert directives()["frame-ancestors"] == ["'self'"]


def test_listed_sites_may_embed_it_and_nothing_says_otherwise() -> None:
    assert directives(*SHOP)["frame-ancestors"] == ["'self'", "https://shop.example.com", "https://a.example.org"]
    # this header knows no list of sites: were it there, it would contradict the policy
    assert "x-frame-options" not in headers(*SHOP)
    assert "x-frame-options" in removed_headers(SHOP)


def test_embedding_changes_nothing_else() -> None:
    without, with_shop = directives(), directives(*SHOP)
    assert {name for name in without if without[name] != with_shop[name]} == {"frame-ancestors"}


def test_scripts_run_by_name_or_hash_alone() -> None:
    sources = directives()["script-src"]
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "data:"} & set(sources)
    hashes = [each for each in sources if each.startswith("'sha256-")]
    assert len(hashes) == 2
    assert all(len(base64.b64decode(each[8:-1])) == 32 for each in hashes)


def test_the_hash_of_the_pages_last_script_is_that_of_its_text() -> None:
    # as it stands in flowise-ui 3.1.4, with the line ends that a browser makes of it
    text = "\n            if (global === undefined) {\n                var global = window\n            }\n        "
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in directives()["script-src"]


def test_nothing_but_https_is_asked_for() -> None:
    policy = content_security_policy(FLOWISE, SHOP)
    assert not re.search(r"\bhttp:|\bws:|(?<=\s)\*(?=[\s;])", policy)
    assert directives()["object-src"] == ["'none'"]
    assert directives()["base-uri"] == ["'self'"]


def test_an_application_that_says_nothing_of_itself_gets_what_every_site_has() -> None:
    written = {each.name: each.value for each in response_headers(EdgeProfile(), SHOP[:1])}
    assert written["content-security-policy"] == (
        "default-src 'self'; base-uri 'self'; object-src 'none'; form-action 'self'; "
        "frame-ancestors 'self' https://shop.example.com"
    )
    assert written["permissions-policy"] == "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def test_an_applications_own_directive_stands_in_place_of_the_common_one() -> None:
    profile = EdgeProfile(content_security_policy={"form-action": ("'self'", "https://pay.example.com")})
    policy = content_security_policy(profile, ())
    assert policy.count("form-action") == 1
    assert "form-action 'self' https://pay.example.com" in policy
