"""What is offered for a mistyped size is one that AWS has."""

import pytest

from components.config import sizes
from components.config.problems import Near
from tests.tools.test_costs import offered


@pytest.mark.parametrize(
    ("kind", "near"),
    [
        ("instances", sizes.INSTANCE_TYPES),
        ("databases", sizes.DATABASE_CLASSES),
        ("caches", sizes.CACHE_NODE_TYPES),
    ],
)
def test_a_size_that_is_offered_is_awss_own(kind: str, near: Near) -> None:
    assert set(near.values) <= offered(kind)
