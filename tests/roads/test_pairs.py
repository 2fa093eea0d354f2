"""Each wall is found with its rule, and its neighbour without it is open: no road of either is shut besides."""

import importlib
import pkgutil

import pytest

from sandbox.roads import rules
from sandbox.roads.find import find
from sandbox.roads.model import Road, Rule
from tests.roads import pairs
from tests.roads.builder import Stack
from tests.roads.pair import Pair

ALL = [
    each
    for module in pkgutil.iter_modules(pairs.__path__)
    for each in vars(importlib.import_module(f"{pairs.__name__}.{module.name}")).values()
    if isinstance(each, Pair)
]
# what only `spare` and `--as` tell of: tests/roads/test_spare.py, test_dependent.py, test_operations.py
OPEN = {"open-to-all", "metadata-service", "group-of-nobody"}
OPEN |= {"dependent-action", "operation-action", "boundary-escape"}


def roads_of(pair: Pair, *, wall: bool) -> list[Road]:
    stack = Stack()
    pair.build(stack, wall)
    found = find(stack.inventory(), stack.times)
    return [each for each in found.roads if pair.source in each.source and pair.target in each.target]


@pytest.mark.parametrize("pair", ALL, ids=lambda pair: pair.name)
def test_the_first_wall_on_the_road_is_found(pair: Pair) -> None:
    assert pair.rule.id in [each.wall.rule.id for each in roads_of(pair, wall=True) if each.wall]


@pytest.mark.parametrize("pair", ALL, ids=lambda pair: pair.name)
def test_its_neighbour_is_open(pair: Pair) -> None:
    roads = roads_of(pair, wall=False)
    assert [each.wall for each in roads if each.wall] == []
    assert roads or pair.rule in (rules.TARGETS_UNUSED, rules.POD_IDENTITY)


def test_there_is_a_pair_for_every_rule_and_more_than_forty() -> None:
    known = {each.id for each in vars(rules).values() if isinstance(each, Rule)}
    assert known - OPEN - {pair.rule.id for pair in ALL} == set()
    assert len(ALL) > 60


@pytest.mark.parametrize("pair", ALL, ids=lambda pair: pair.name)
def test_each_says_where_its_rule_was_read(pair: Pair) -> None:
    assert pair.read_at.startswith("https://")
