from typing import Any

import pytest

from components.waf_cdn import EdgeSettings
from tests.samples import SIGN_IN

DOMAIN = {"name": "flowise.example.com", "hosted_zone_id": "Z0123456789ABCDEFGHIJ"}


def test_people_sign_in_where_there_is_a_domain() -> None:
    assert EdgeSettings.model_validate({"domain": DOMAIN, "sign_in": SIGN_IN}).sign_in is not None


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"sign_in": SIGN_IN}, "so a domain"),
        ({"static_site": {"path": "/oauth2/portal"}}, "not be one of the CDN's own"),
        ({"static_site": {"path": "/Portal"}}, "in lower case"),
        ({"static_site": {"path": "/portal/"}}, "end in no /"),
        ({"embed_origins": ["http://shop.example.com"]}, "embed_origins"),
        ({"embed_origins": ["*"]}, "embed_origins"),
    ],
)
def test_what_would_not_work_is_refused_early(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        EdgeSettings.model_validate(settings)


def test_the_least_is_the_default() -> None:
    edge = EdgeSettings()
    assert (edge.domain, edge.sign_in, edge.static_site, edge.failover) == (None, None, None, None)
    assert (edge.outside_health_check, edge.shield_advanced) == (False, False)
    assert (edge.firewall.anti_ddos, edge.firewall.bot_control) == (False, False)
