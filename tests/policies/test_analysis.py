"""What stands, or is planned, judged without an engine."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from platform_policies import RULE_SETS
from platform_policies.analysis import InputError, Reported, judge, levels, resources
from platform_policies.commands import main

from tests.engine.states import state

from .programs import bad, innocent

EVERY = [rule for rule_set in RULE_SETS.values() for rule in rule_set.every]
ALL = {"levels": {rule.id: "mandatory" for rule in EVERY if rule.id != "scan-coverage"}}
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:..."}
# of a program in TypeScript: `pulumi stack export` says nothing of its language
TYPESCRIPT = """
{"version": 3, "deployment": {"resources": [
  {"urn": "urn:pulumi:dev::web::pulumi:pulumi:Stack::web-dev", "custom": false, "type": "pulumi:pulumi:Stack"},
  {"urn": "urn:pulumi:dev::web::pulumi:providers:aws::default_7_0_0", "custom": true, "id": "4f0c",
   "type": "pulumi:providers:aws", "inputs": {"region": "eu-west-1"}},
  {"urn": "urn:pulumi:dev::web::aws:s3/bucket:Bucket::assets", "custom": true, "id": "assets-1a2b",
   "type": "aws:s3/bucket:Bucket", "inputs": {"forceDestroy": true}, "outputs": {"bucket": "assets-1a2b"},
   "provider": "urn:pulumi:dev::web::pulumi:providers:aws::default_7_0_0::4f0c"},
  {"urn": "urn:pulumi:dev::web::aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock::closed", "custom": true,
   "id": "assets-1a2b", "type": "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
   "inputs": {"bucket": "assets-1a2b", "blockPublicAcls": true, "blockPublicPolicy": true, "ignorePublicAcls": true,
              "restrictPublicBuckets": true},
   "propertyDependencies": {"bucket": ["urn:pulumi:dev::web::aws:s3/bucket:Bucket::assets"]}}
]}}
"""


def found(text: str, config: Mapping[str, Any] | None = None) -> list[Reported]:
    return judge(resources(text), list(RULE_SETS.values()), config or {}, RULE_SETS.values())


def rules(reported: list[Reported]) -> set[tuple[str, str]]:
    return {(each.urn.rpartition("::")[2], each.message.split(" ")[0]) for each in reported}


def test_a_state_is_judged_as_the_engine_judges_the_program() -> None:
    told = rules(found(json.dumps(state(bad.RESOURCES, ())), {**ALL, "today": "2026-12-31"}))
    assert [fault for fault in bad.FAULTS if (fault.resource, fault.rule) not in told] == []


def test_an_innocent_program_s_state_draws_no_mandatory_finding() -> None:
    told = found(json.dumps(state(innocent.RESOURCES, innocent.PROTECTED)))
    assert [each for each in told if each.level == "mandatory"] == []


def test_a_program_in_typescript_is_judged_by_what_it_made() -> None:
    told = rules(found(TYPESCRIPT))
    assert ("assets", "s3-force-destroy") in told
    assert ("assets", "s3-pab") not in told  # what stands beside it is seen
    assert not any(name.startswith(("default", "web")) for name, _ in told)


def plan(*steps: Mapping[str, Any], **more: Any) -> str:
    return json.dumps({"steps": steps, "changeSummary": {"create": 1}, **more})


BUCKET = {"urn": "urn:pulumi:dev::web::aws:s3/bucket:Bucket::assets", "type": "aws:s3/bucket:Bucket", "custom": True}


def test_a_plan_is_judged_by_what_will_stand() -> None:
    made = {**BUCKET, "inputs": {"forceDestroy": True}}
    assert ("assets", "s3-force-destroy") in rules(
        found(plan({"op": "create", "urn": BUCKET["urn"], "newState": made}))
    )
    with pytest.raises(InputError, match="there is no resource"):
        found(plan({"op": "delete", "urn": BUCKET["urn"], "oldState": made}))


def test_what_is_secret_is_unknown_unless_it_stands_there() -> None:
    def said(value: Any) -> set[tuple[str, str]]:
        made = {**BUCKET, "inputs": {"forceDestroy": value}}
        return rules(found(plan({"op": "create", "urn": BUCKET["urn"], "newState": made})))

    broken = ("assets", "s3-force-destroy")
    assert broken not in said(SECRET)
    assert broken not in said("[secret]")
    assert broken in said({**SECRET, "plaintext": "true"})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no JSON"),
        ("{}", "neither a state nor a plan"),
        ("[1]", "neither a state nor a plan"),
        ('{"deployment": {}}', "there is no resource"),
        (plan(diagnostics=[{"severity": "error", "message": "no such class\n"}]), "the preview failed.*no such class"),
    ],
)
def test_what_cannot_be_judged_is_no_all_clear(text: str, says: str, tmp_path: Path, capsys: Any) -> None:
    with pytest.raises(InputError, match=says):
        resources(text)
    (tmp_path / "given").write_text(text)
    assert main(["analyze", str(tmp_path / "given")]) == 2
    assert "nothing was judged" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"off": {"rds-privat": "a slip"}}, r"rds-privat: no rule is called so; did you mean rds-private\?"),
        ({"off": {"zzz": "a slip"}}, "zzz: no rule is called so$"),
        ({"exceptions": [{"rule": "rds-privat"}]}, "rds-privat: no rule is called so"),
        ({"parameters": {"kms-window": {"least_day": 7}}}, "kms-window.least_day: the rule has least_days"),
        ({"of": {}}, "of: no such field"),
    ],
)
def test_a_misspelt_levels_file_is_refused(wrong: Any, says: str, tmp_path: Path) -> None:
    file = tmp_path / "levels.json"
    file.write_text(json.dumps({"rules": wrong}))
    with pytest.raises(InputError, match=says):
        levels(file, EVERY)


def test_the_command_ends_as_a_pipeline_needs_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, config = tmp_path / "state.json", tmp_path / "levels.json"
    file.write_text(TYPESCRIPT)
    assert main(["analyze", str(file)]) == 1
    said = capsys.readouterr().out
    assert "mandatory: aws:s3/bucket:Bucket::assets: s3-force-destroy (high)" in said
    assert "2 resources: " in said
    config.write_text(json.dumps({"rules": {"levels": {rule.id: "advisory" for rule in EVERY}}}))
    assert main(["analyze", "--config", str(config), str(file)]) == 0
    assert main(["analyze", "--config", str(config), "--fail-on", "advisory", str(file)]) == 1
    capsys.readouterr()
    assert main(["analyze", "--pack", "cost", "--format", "json", str(file)]) == 0
    assert {each["level"] for each in json.loads(capsys.readouterr().out)} <= {"advisory"}


def test_findings_are_told_to_code_hosts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "state.json"
    file.write_text(TYPESCRIPT)
    assert main(["analyze", "--format", "sarif", str(file)]) == 1
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    found = {each["ruleId"]: each for each in run["results"]}
    assert found["s3-force-destroy"]["level"] == "error"
    assert run["tool"]["driver"]["rules"][found["s3-force-destroy"]["ruleIndex"]]["id"] == "s3-force-destroy"


def test_a_rule_is_explained_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "s3-pab", "kms-window"]) == 0
    said = capsys.readouterr().out
    assert "s3-pab (critical): every bucket has a public access block" in said
    assert 'parameters: {"least_days"' in said
    with pytest.raises(SystemExit):
        main(["explain", "s3-pub"])
