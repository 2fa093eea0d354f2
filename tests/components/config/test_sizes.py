"""What is offered for a mistyped size is one that AWS has."""

import re

import pytest

from components.config import sizes
from components.config.problems import Near
from components.config.section import FAMILY
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


@pytest.mark.parametrize("kind", ["databases", "caches"])
def test_a_family_is_refused_that_aws_does_not_have_and_none_that_it_has(kind: str) -> None:
    """A letter is soon left out: t4 for t4g."""
    families = {size.split(".")[1] for size in offered(kind)}
    assert {family for family in families if not re.fullmatch(FAMILY, family)} == set()
    shortened = {re.sub(r"(?<=\d)[a-z]+$", "", family) for family in families} - families
    assert {"t4", "m6", "m7", "r6", "r7"} <= shortened
    taken = {family for family in shortened if re.fullmatch(FAMILY, family)}
    assert taken <= ({"x2", "z1"} if kind == "databases" else set())
