"""What packs find, as code hosts read it."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from platform_policies import RULE_SETS

from sandbox.plans import Finding, Plan
from tools.report import __main__ as command
from tools.report.build import not_judged
from tools.report.code_hosts import junit, sarif

URN = "urn:pulumi:prod::any::aws:rds/instance:Instance::db"
REFUSED = Finding(
    "all: rules", True, URN, "rds-private (critical) db: a database is private; do it. docs/policies.md#x"
)
ADVISED = Finding(
    "all: advice", False, "", "scan-coverage (low): all is judged (two are not); look. docs/policies.md#y"
)
OF_OTHERS = Finding("own: rules", True, URN, "own-rule (high) db: it is ours; mend it. docs/policies.md#z")
OFF = Finding("all: advice", False, "", "off: 2 rules (k8s-cpu-limit, sec-rotation); docs/policies.md#w")
STANDS = Finding("all: advice", False, "", "exceptions: 1 in force, the next ends on 2027-02-28")
PLAN = Plan((), {}, ["all: rules: rds-private (critical) db: a database"], [REFUSED, ADVISED, OF_OTHERS, STANDS, OFF])

# of SARIF 2.1.0 what is used here: no object may have fields that the standard does not name
_TEXT = {
    "type": "object",
    "required": ["text"],
    "properties": {"text": {"type": "string"}},
    "additionalProperties": False,
}


def _object(required: str = "", **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required.split(), "properties": properties, "additionalProperties": False}


def _many(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


_STRING, _LEVEL = {"type": "string"}, {"enum": ["none", "note", "warning", "error"]}
_ABOUT_RULE = {**_object(tags={"type": "array", "uniqueItems": True}), "additionalProperties": True}
_RULE = _object(
    # what GitHub requires beside the standard
    "id shortDescription fullDescription help",
    id=_STRING,
    shortDescription=_TEXT,
    fullDescription=_TEXT,
    help=_TEXT,
    helpUri=_STRING,
    properties=_ABOUT_RULE,
)
_AT_LEAST_1 = {"type": "integer", "minimum": 1}
_REGION = _object(
    "startLine startColumn endLine endColumn",
    **dict.fromkeys(("startLine", "startColumn", "endLine", "endColumn"), _AT_LEAST_1),
)
_IN_FILE = _object(artifactLocation=_object(uri=_STRING), region=_REGION)
_PLACE = _object(physicalLocation=_IN_FILE, logicalLocations=_many(_object(fullyQualifiedName=_STRING, kind=_STRING)))
_RESULT = _object(
    "message",
    ruleId=_STRING,
    ruleIndex={"type": "integer"},
    level=_LEVEL,
    message=_TEXT,
    locations=_many(_PLACE),
    partialFingerprints={"type": "object", "additionalProperties": _STRING},
)
_INVOCATION = _object(
    "executionSuccessful",
    executionSuccessful={"type": "boolean"},
    toolExecutionNotifications=_many(_object("message", level=_LEVEL, message=_TEXT)),
)
_RUN = _object(
    "tool",
    tool=_object("driver", driver=_object("name", name=_STRING, rules=_many(_RULE))),
    automationDetails=_object(id=_STRING),
    results=_many(_RESULT),
    invocations=_many(_INVOCATION),
)
_LOG = {
    **_object("version runs", version={"const": "2.1.0"}, runs=_many(_RUN)),
    "additionalProperties": {"type": "string"},
}


def told(plan: Plan = PLAN) -> Any:
    log = json.loads(sarif(plan, "prod"))
    jsonschema.validate(log, _LOG)
    return log["runs"][0]


def test_a_finding_is_a_result_with_its_rule_its_level_and_its_resource() -> None:
    run = told()
    rules = run["tool"]["driver"]["rules"]
    assert [(one["ruleId"], rules[one["ruleIndex"]]["id"], one["level"]) for one in run["results"]] == [
        ("rds-private", "rds-private", "error"),
        ("scan-coverage", "scan-coverage", "warning"),
        ("own-rule", "own-rule", "error"),
    ]
    first = run["results"][0]
    assert first["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == URN
    assert first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "Pulumi.prod.yaml"
    assert first["partialFingerprints"]["ruleAndResource/v1"] == f"rds-private:{URN}"
    known = next(rule for rule in rules if rule["id"] == "rds-private")
    assert known["properties"]["security-severity"] == "9.5"
    assert "security" in known["properties"]["tags"]
    assert [each["shortDescription"]["text"] for each in rules if each["id"] == "own-rule"] == ["own-rule"]
    assert run["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def test_github_takes_and_shows_every_rule() -> None:
    """A file with a rule of more than 20 tags is refused, and texts of more than 1024 characters are cut."""
    every = tuple(
        Finding("all: rules", True, URN, f"{rule.id} ({rule.severity}) db: a; b. docs/policies.md#c")
        for rule_set in RULE_SETS.values()
        for rule in rule_set.every
    )
    described = {each["id"]: each for each in told(Plan((), {}, [], every))["tool"]["driver"]["rules"]}
    assert len(described) == len(every) > 400
    for each in described.values():
        said, tags = each["properties"], each["properties"]["tags"]
        assert 0 < len(tags) <= 10
        assert all(0 < len(each[text]["text"]) <= 1024 for text in ("shortDescription", "fullDescription"))
        # whatever has the first is shown as a hole, and its tag says so
        assert ("security-severity" in said) == ("security" in tags) != ("problem.severity" in said)
    assert described["k8s-privileged"]["properties"]["security-severity"] == "9.5"
    assert described["cost-size"]["properties"]["problem.severity"] in ("error", "warning", "recommendation")


def test_github_tells_stacks_and_findings_apart() -> None:
    """By what its documentation of SARIF reads: the category before the last slash, and one fingerprint alone."""
    logs = {stack: json.loads(sarif(PLAN, stack))["runs"][0] for stack in ("dev", "prod")}
    categories = {stack: run["automationDetails"]["id"].rpartition("/")[0] for stack, run in logs.items()}
    assert categories == {"dev": "policies/dev", "prod": "policies/prod"}
    prints = [each["partialFingerprints"]["primaryLocationLineHash"] for each in logs["prod"]["results"]]
    assert len(set(prints)) == len(prints) == 3
    again = [each["partialFingerprints"]["primaryLocationLineHash"] for each in told()["results"]]
    assert again == prints


def test_a_finding_is_a_test_that_fails_and_advice_one_that_is_skipped() -> None:
    suite = ElementTree.fromstring(junit(PLAN, "prod"))[0]
    failed = [case.get("name") for case in suite if case.find("failure") is not None]
    assert failed == ["own-rule: db", "rds-private: db"]
    assert [case.get("name") for case in suite if case.find("skipped") is not None] == ["scan-coverage: prod"]
    assert (suite.get("failures"), suite.get("skipped"), suite.get("errors")) == ("2", "1", "0")
    assert suite.get("tests") == str(len(suite))
    passed = {case.get("name") for case in suite if len(case) == 0}
    assert "k8s-privileged" in passed
    assert not passed & {"rds-private", "scan-coverage", "k8s-cpu-limit", "sec-rotation"}


def test_a_preview_that_fails_otherwise_passes_nothing() -> None:
    plan = Plan((), {}, ["error: no such key"], [REFUSED])
    run = told(plan)
    assert run["invocations"][0]["executionSuccessful"] is False
    assert [each["message"]["text"] for each in run["invocations"][0]["toolExecutionNotifications"]] == [
        "error: no such key"
    ]
    suite = ElementTree.fromstring(junit(plan, "prod"))[0]
    assert [case.get("name") for case in suite] == ["rds-private: db", "the preview ends"]
    assert suite.get("errors") == "1"


def test_the_files_are_of_a_preview(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["--sarif", str(tmp_path / "a.sarif")])
    assert "end the command with -- PREVIEW" in capsys.readouterr().err


def test_a_preview_writes_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "logged", lambda _: (1, "events"))
    monkeypatch.setattr(command, "read", lambda _: PLAN)
    monkeypatch.setattr(command, "report", lambda judged: not_judged(judged.stack, ["refused"]))
    files = ["--sarif", str(tmp_path / "out" / "a.sarif"), "--junit", str(tmp_path / "out" / "a.xml")]
    assert command.main(["--stack", "prod", *files, "--", "pulumi", "preview"]) == 1
    assert json.loads((tmp_path / "out" / "a.sarif").read_text())["version"] == "2.1.0"
    assert ElementTree.parse(tmp_path / "out" / "a.xml").getroot().tag == "testsuites"
