"""The packs as they are handed out: alone, complete, and told of by their levels files."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from policies.together.combined import PACK
from tools.policy_kit import PACKS, SOURCE, STACKS, TOGETHER, kits, levels

from .packs import NAMES, ROOT, kit, rules, stack_rules


def every(pack: str) -> dict[str, Any]:
    return {**rules(pack), **stack_rules(pack)}


def test_every_pack_carries_the_same_kit() -> None:
    assert {path.name for path in PACKS} == {*NAMES}
    for copy in kits():
        for file in sorted(SOURCE.glob("*.py")):
            assert (copy / file.name).read_bytes() == file.read_bytes(), "run python -m tools.policy_kit"
        assert {file.name for file in copy.glob("*.py")} == {file.name for file in SOURCE.glob("*.py")}


def test_the_packs_together_are_the_packs() -> None:
    ids = [rule for pack in NAMES for rule in (*rules(pack), *stack_rules(pack))]
    assert [rule.id for rule in (*PACK.rules, *PACK.stack_rules)] == [
        *(rule for pack in NAMES for rule in rules(pack)),
        *(rule for pack in NAMES for rule in stack_rules(pack)),
    ]
    assert len(ids) == len(set(ids))
    # one object stands for what is unknown
    unknown = {id(sys.modules[f"together_{pack}.kit.reading"].__dict__["UNKNOWN"]) for pack in NAMES}
    assert len(unknown) == 1


@pytest.mark.parametrize("stack", STACKS)
def test_the_levels_together_are_current(stack: str) -> None:
    written = (TOGETHER / f"levels.{stack}.json").read_text(encoding="utf-8")
    assert written == levels(stack), "run python -m tools.policy_kit"


def test_an_id_stands_for_one_rule() -> None:
    ids = [rule for pack in NAMES for rule in (*rules(pack), *stack_rules(pack))]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("pack", NAMES)
def test_every_rule_says_what_a_reader_needs(pack: str) -> None:
    for rule in every(pack).values():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.id)
        assert rule.sentence, rule.id
        assert rule.advice, rule.id
        assert rule.url.startswith("https://"), rule.id
        assert rule.frameworks or rule.concern == "cost", rule.id
        assert rule.severity in rule.message()
        assert rule.url in rule.message()


@pytest.mark.parametrize("pack", NAMES)
def test_a_pack_has_a_version(pack: str) -> None:
    project = yaml.safe_load((ROOT / pack / "PulumiPolicy.yaml").read_text(encoding="utf-8"))
    assert re.fullmatch(r"\d+\.\d+\.\d+", project["version"])
    assert project["description"]


@pytest.mark.parametrize("pack", NAMES)
@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_a_levels_file_is_what_the_pack_takes(pack: str, stack: str) -> None:
    """The engine lets a misspelt policy pass in silence, so the file is checked here."""
    levels = json.loads((ROOT / pack / f"levels.{stack}.json").read_text(encoding="utf-8"))
    assert levels.keys() == {"rules"}
    schema = kit(pack, "settings").schema(list(every(pack).values()))
    jsonschema.validate(levels["rules"], {"type": "object", "additionalProperties": False, "properties": schema})


@pytest.mark.parametrize(
    "wrong",
    [
        {"levels": {"rds-privat": "advisory"}},
        {"levels": {"rds-private": "disabled"}},
        {"off": {"rds-private": ""}},
        {"parameters": {"kms-window": {"least_day": 7}}},
        {"parameters": {"kms-window": {"least_days": "7"}}},
        {"exceptions": [{"rule": "rds-private", "resource": "r", "reason": "why", "owner": "jo"}]},
        {
            "exceptions": [
                {"rule": "rds-privat", "resource": "r", "reason": "why", "owner": "jo", "expires": "2026-12-31"}
            ]
        },
        {
            "exceptions": [
                {"rule": "rds-private", "resource": "r", "reason": "", "owner": "jo", "expires": "2026-12-31"}
            ]
        },
        {"exceptions": [{"rule": "rds-private", "resource": "r", "reason": "why", "owner": "jo", "expires": "soon"}]},
        {"today": "yesterday"},
    ],
)
def test_a_wrong_levels_file_is_refused(wrong: dict[str, Any]) -> None:
    schema = {"type": "object", "properties": kit("security", "settings").schema(list(every("security").values()))}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema)


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_exceptions_are_few(stack: str) -> None:
    assert len(list(exceptions(stack))) <= 5


def exceptions(stack: str) -> Iterator[dict[str, Any]]:
    for pack in NAMES:
        levels = json.loads((ROOT / pack / f"levels.{stack}.json").read_text(encoding="utf-8"))
        yield from levels["rules"].get("exceptions", [])


@pytest.mark.parametrize("pack", NAMES)
def test_a_pack_starts_without_the_rest_of_the_repository(pack: str, tmp_path: Path) -> None:
    alone = shutil.copytree(ROOT / pack, tmp_path / pack, ignore=shutil.ignore_patterns("__pycache__"))
    program = (
        "import sys; sys.path[0] = sys.argv[1]\n"
        "from rules import PACK, TOPICS\n"
        "print(len(PACK.policies()), sorted(name for name in sys.modules if name.split('.')[0] in sys.argv[2:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(alone), "policies", "components", "sandbox", "tests", "tools"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.stdout.strip(), done.stderr) == ("3 []", "")
