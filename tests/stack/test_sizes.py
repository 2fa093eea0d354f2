"""A size fills in what a stack's file leaves out, and nothing that it says."""

import json
from typing import Any

import pytest

from components.config.judged import Judged
from composition.sizes import SIZES, beneath
from stack import StackSettings
from tests.samples import DEV, PROD

SIZED = ("cluster", "database", "cache")


def judged(values: dict[str, Any]) -> Judged[StackSettings]:
    texts = {
        f"flowise:{key}": value if isinstance(value, str) else json.dumps(value)
        for key, value in values.items()
        if key != "region"
    }
    return Judged(StackSettings, "flowise", texts, values["region"])


def without_sizes(values: dict[str, Any]) -> dict[str, Any]:
    """Leave out of a stack's values all that a size could fill in."""
    left = {**values}
    for name in SIZED:
        keys = {key for preset in SIZES.values() for key in preset[name]}
        left[name] = {key: value for key, value in values.get(name, {}).items() if key not in keys}
    return left


@pytest.mark.parametrize(("size", "base"), [("small", DEV), ("medium", DEV), ("large", DEV), ("large", PROD)])
def test_a_file_that_says_only_its_size_is_sound(size: str, base: dict[str, Any]) -> None:
    told = judged({**without_sizes(base), "size": size})
    assert [str(fault) for fault in told.faults] == []
    assert told.settings is not None
    for name in SIZED:
        shown = json.loads(getattr(told.settings, name).model_dump_json())
        assert beneath(shown, SIZES[size][name]) == shown
        assert beneath(SIZES[size][name], shown) == shown


def test_what_a_file_says_counts_key_by_key() -> None:
    values = {**without_sizes(DEV), "size": "large", "database": {"multi_az": False}}
    values["cluster"] = {**values["cluster"], "app_nodes": {"max_size": 9, "instance_types": ["m6g.large"]}}
    settings = judged(values).settings
    assert settings is not None
    assert (settings.database.multi_az, settings.database.instance_class) == (False, "db.m7g.large")
    nodes = settings.cluster.app_nodes
    assert (nodes.max_size, nodes.instance_types, nodes.desired_size) == (9, ("m6g.large",), 3)
    assert settings.cache.node_type == "cache.m7g.large"


def test_prod_is_not_small() -> None:
    told = judged({**without_sizes(PROD), "size": "small"})
    assert {fault.key for fault in told.faults} >= {"flowise:database.multi_az", "flowise:cache.replicas"}


def test_a_server_that_stood_before_is_as_it_is() -> None:
    existing = {"existing": {"instance_identifier": "orders"}}
    assert beneath({"database": existing}, SIZES["large"])["database"] == existing


@pytest.mark.parametrize("wrong", ["tiny", 7])
def test_a_size_that_there_is_not_is_refused_with_those_there_are(wrong: Any) -> None:
    (fault,) = judged({**DEV, "size": wrong}).faults
    assert fault.key == "flowise:size"
    assert "'small', 'medium' or 'large'" in str(fault)


def test_a_section_that_is_none_is_told_as_such() -> None:
    assert "flowise:database" in {fault.key for fault in judged({**DEV, "size": "small", "database": "big"}).faults}
