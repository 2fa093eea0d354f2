"""The cases notice every rule that is broken as a whole."""

import pytest
from platform_policies import RULE_SETS

from .mutations import every_rule, operators, survivors
from .packs import NAMES


@pytest.mark.parametrize("pack", NAMES)
def test_every_broken_rule_is_noticed(pack: str) -> None:
    total, alive = survivors(pack)
    assert total == 3 * len(every_rule(pack)) + len(RULE_SETS[pack].remediations)
    assert alive == []


def test_an_operator_is_turned_around_one_at_a_time() -> None:
    turned = list(operators("x = not a == b and any(c)"))
    assert [name for _, name, _ in turned] == ["And", "Not", "any", "Eq"]
