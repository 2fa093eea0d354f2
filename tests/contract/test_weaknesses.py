"""What the table of weaknesses names is there: each cure, and each test that shows it."""

import ast
import json
import re
from pathlib import Path

import pytest

from components.config.types import ExtraVariable
from components.flowise_service.edge import edge_profile
from components.flowise_service.open_paths import closed_inside
from components.flowise_service.settings import ServiceSettings
from components.flowise_service.weaknesses import WEAKNESSES, Cure, Weakness
from components.waf_cdn.firewall_rules import waf_rules
from components.waf_cdn.firewall_settings import FirewallSettings
from tests.components.flowise_service.test_environment import table
from tools.weakness_reference import PAGE, reference

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "components" / "flowise_service" / "assets"


def is_there(cure: Cure) -> bool:
    """Return whether a stack as it comes has a cure."""
    match cure.kind:
        case "denylist":
            return cure.name in closed_inside(())
        case "edge":
            return cure.name in {rule.name for rule in waf_rules(FirewallSettings(), edge_profile(()))}
        case "preload":
            loading = [(ASSETS / name).read_text(encoding="utf-8") for name in ("preload.cjs", "patches.cjs")]
            loaded = any(f"require('./{cure.name}')" in text for text in loading)
            return loaded and (ASSETS / cure.name).is_file()
        case "variable":
            return cure.name in table()
        case "refused":
            given = ServiceSettings.model_construct(environment={cure.name: ExtraVariable(value="true")})
            return any(problem.key == f"environment.{cure.name}" for problem in given.problems())
        case "override":
            return cure.name in json.loads((ROOT / "image" / "package.json").read_text(encoding="utf-8"))["overrides"]


def of(weakness: Weakness) -> str:
    return weakness.ids[0]


@pytest.mark.usefixtures("cloud")
@pytest.mark.parametrize("weakness", WEAKNESSES, ids=of)
def test_each_cure_that_the_table_names_is_there(weakness: Weakness) -> None:
    assert [cure for cure in weakness.cures if not is_there(cure)] == []


@pytest.mark.parametrize("weakness", WEAKNESSES, ids=of)
def test_each_cure_is_shown_by_a_test_that_is_there(weakness: Weakness) -> None:
    assert bool(weakness.tests) == bool(weakness.cures)
    for each in weakness.tests:
        path, _, name = each.partition("::")
        functions = {
            node.name
            for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef)
        }
        assert name in functions, each


@pytest.mark.parametrize("weakness", WEAKNESSES, ids=of)
def test_what_has_no_cure_says_what_to_do(weakness: Weakness) -> None:
    assert weakness.cures or weakness.left


def test_an_advisory_has_one_row() -> None:
    ids = [each for weakness in WEAKNESSES for each in weakness.ids]
    assert len(set(ids)) == len(ids)
    assert [each for each in ids if not re.fullmatch(r"CVE-20\d\d-\d{4,}|GHSA(-[0-9a-z]{4}){3}", each)] == []


def test_the_committed_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), "run python -m tools.weakness_reference"
