import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from stack import StackSettings
from tools.settings_reference import PAGE, SCHEMA, reference, schema

ROOT = Path(__file__).parents[2]


def test_the_committed_reference_is_current() -> None:
    assert PAGE.read_text() == reference(), "run python -m tools.settings_reference"


def test_every_section_has_a_table() -> None:
    page = reference()
    assert all(f"## flowise:{name}\n" in page for name in ("network", "cluster", "database", "service", "edge"))
    assert "## flowise:service.databricks\n" in page
    assert "`aws:region`" in page


def test_a_value_that_may_be_left_out_is_told_by_its_kind() -> None:
    page = reference()
    rows = {line.split("`")[1]: line.split("|")[2].strip() for line in page.splitlines() if line.startswith("| `")}
    assert rows["restore_snapshot"] == "text such as `orders-prod-final-1a2b3c4d`"
    # what is an object has keys of its own below, or keys that people choose
    objects = {key for key, kind in rows.items() if kind.startswith("object")}
    chosen = {"environment", "exemptions", "flow_budgets", "flowise:tags", "prices", "receivers", "storage_expire_days"}
    assert {key for key in objects if f".{key}\n" not in page} == chosen


def test_every_top_key_is_in_it() -> None:
    page = reference()
    assert [name for name in StackSettings.model_fields if name not in page] == []


def test_the_committed_schema_is_current() -> None:
    assert json.loads(SCHEMA.read_text()) == schema(), "run python -m tools.settings_reference"


def refusals(content: dict[str, Any]) -> list[str]:
    # the editors' regular expressions know letters by Unicode's classes, Python's do not
    readable = json.loads(SCHEMA.read_text().replace(r"\\p{L}\\p{N}\\p{Z}", r"\\w "))
    return [error.message for error in Draft7Validator(readable).iter_errors(content)]


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_editors_find_the_schema_and_it_takes_the_committed_files(stack: str) -> None:
    text = (ROOT / f"Pulumi.{stack}.yaml").read_text()
    named = text.splitlines()[0].partition("yaml-language-server: $schema=")[2]
    assert (ROOT / named).resolve() == SCHEMA
    content = yaml.safe_load(text)
    assert refusals(content) == []
    assert refusals({**content, "encryptionsalt": "v1:abc"}) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"flowise:clutser": {}}, "clutser"),
        ({"flowise:cache": {"node_typ": "cache.t4g.micro"}}, "node_typ"),
        ({"flowise:environment": "production"}, "production"),
        ({"flowise:database": {"storage_gib": 1}}, "minimum of 20"),
        ({"flowise:tags": {"Owner": 1}}, "not of type 'string'"),
        ({"aws:region": "eu-west-99"}, "eu-west-99"),
    ],
)
def test_the_schema_refuses_what_is_wrong_by_itself(change: dict[str, Any], told: str) -> None:
    content = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())
    said = refusals({"config": {**content["config"], **change}})
    assert said
    assert told in said[0]
