"""The packs as they are handed out: alone, complete, and told of by their levels files."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from platform_policies import RULE_SETS
from platform_policies.kit.pack import Pack
from platform_policies.kit.rule import RuleMetadata

from .packs import NAMES, ROOT, STACKS, Server, levels, rules, stack_rules


def every(pack: str) -> tuple[RuleMetadata, ...]:
    return RULE_SETS[pack].every


def refusing(pack: str) -> dict[str, Any]:
    """Return the schema by which the engine takes or refuses a pack's configuration."""
    schema = Pack(RULE_SETS[pack], known=RULE_SETS.values()).schema()
    return {"type": "object", "additionalProperties": False, "properties": schema}


def test_an_id_stands_for_one_rule() -> None:
    ids = [rule for pack in NAMES for rule in (*rules(pack), *stack_rules(pack))]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("pack", NAMES)
def test_every_rule_says_what_a_reader_needs(pack: str) -> None:
    for rule in every(pack):
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.id)
        assert rule.sentence, rule.id
        assert rule.advice, rule.id
        assert rule.url.startswith("https://"), rule.id
        assert rule.frameworks or rule.concern == "cost", rule.id
        assert rule.severity in rule.message()
        assert rule.message("why", "it").endswith(f" docs/policies.md#{rule.id}")
        assert "\n" not in rule.message()


@pytest.mark.parametrize("pack", [*NAMES, "all"])
def test_a_pack_has_a_version(pack: str) -> None:
    project = yaml.safe_load((ROOT / pack / "PulumiPolicy.yaml").read_text(encoding="utf-8"))
    assert re.fullmatch(r"\d+\.\d+\.\d+", project["version"])
    assert project["description"]


@pytest.mark.parametrize("pack", NAMES)
@pytest.mark.parametrize("stack", STACKS)
def test_every_pack_takes_a_stack_s_levels(pack: str, stack: str) -> None:
    """The engine lets a misspelt policy pass in silence, so the file is checked here."""
    assert levels(stack).keys() == {"rules"}
    jsonschema.validate(levels(stack)["rules"], refusing(pack))


def test_a_pack_passes_over_what_a_file_says_of_others() -> None:
    ended = {"resource": "a:b:C::it", "reason": "why", "owner": "jo", "expires": "2026-01-01"}
    server = Server(
        "cost",
        {
            "today": "2026-11-21",
            "off": {"rds-private": "of another", "cost-size": "its own", "cost-budget": "its own"},
            "exceptions": [{"rule": "rds-private", **ended}, {"rule": "cost-graviton", **ended}],
        },
    )
    said = [found.message for found in server.judge_stack([])]
    assert said == [
        "cost-graviton: the exception for a:b:C::it expired on 2026-01-01 (owner: jo)",
        "off: 2 rules (cost-budget, cost-size); docs/policies.md#exceptions-and-what-is-off",
    ]


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
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, refusing("security"))


@pytest.mark.parametrize("stack", STACKS)
def test_exceptions_are_few(stack: str) -> None:
    # several rules speak of one boundary
    assert len({each["resource"] for each in levels(stack)["rules"]["exceptions"]}) <= 4


@pytest.mark.parametrize("pack", [*NAMES, "all"])
def test_a_copy_of_a_pack_s_folder_serves_its_rules_alone(pack: str, tmp_path: Path) -> None:
    """The engine's own way to run it, with nothing of this repository but the installed package."""
    copied = shutil.copytree(ROOT / pack, tmp_path / pack, ignore=shutil.ignore_patterns("__pycache__"))
    program = (
        "import json, runpy, sys\n"
        "from platform_policies.kit import serving\n"
        "served = []\n"
        "def serve(name, pack):\n"
        "    names = [one.name for one in (*pack.policies, *pack.remediations)]\n"
        "    served.extend([name, names, pack.policies[0].description])\n"
        "serving.serve_forever = serve\n"
        "runpy.run_path(sys.argv[1], run_name='__main__')\n"
        "served.append(sorted({name.split('.')[0] for name in sys.modules} & set(sys.argv[2:])))\n"
        "print(json.dumps(served))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(copied), "policies", "components", "sandbox", "tests", "tools"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    sets = [RULE_SETS[one] for one in (NAMES if pack == "all" else [pack])]
    count = sum(len(one.rules) for one in sets)
    assert json.loads(done.stdout) == [
        pack,
        ["rules", "stack", "advice", *(each.name for one in sets for each in one.remediations)],
        f"{count} rules over each resource",
        [],
    ]
