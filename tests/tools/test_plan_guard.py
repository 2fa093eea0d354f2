import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sandbox.plans import PlanError
from sandbox.stateful import LOSSES
from sandbox.stateful.table import never
from tools.plan_guard import judge, main, whole

from . import guard_plans

ROOT = Path(__file__).parents[2]

TODAY = date(2026, 11, 21)
BUCKET, DATABASE = "aws:s3/bucket:Bucket", "aws:rds/instance:Instance"
WAIVER = {
    "resource": f"{BUCKET}::files",
    "operation": "replace",
    "reason": "empty",
    "owner": "jo",
    "expires": "2026-12-31",
}


def step(operation: str, resource_type: str = BUCKET, name: str = "files", **old: Any) -> dict[str, Any]:
    urn = f"urn:pulumi:prod::flowise::a:b:C${resource_type}::{name}"
    standing = {"type": resource_type, "custom": True, **old}
    return {"op": operation, "urn": urn, "oldState": standing, "replaceReasons": ["bucket"]}


def plan(*steps: dict[str, Any], waivers: Any = None) -> str:
    config = {} if waivers is None else {"guard:waivers": json.dumps(waivers)}
    return json.dumps({"config": config, "steps": steps, "changeSummary": {"same": 1}})


def events(*steps: dict[str, Any], config: Any = None, result: str = "succeeded", **more: Any) -> str:
    """Return the log of a preview's events, as the engine writes it with --event-log."""
    happened: list[dict[str, Any]] = [{"preludeEvent": {"config": config or {}}}]
    happened += [
        {"resourcePreEvent": {"metadata": {"op": each["op"], "urn": each["urn"], "old": each["oldState"]}}}
        for each in steps
    ]
    happened += [{name: event} for name, event in more.items()]
    happened.append({"summaryEvent": {"isPreview": True, "result": result}})
    return "\n".join(json.dumps({"sequence": n, "timestamp": 1, **each}) for n, each in enumerate(happened))


def refused(text: str, today: date = TODAY) -> list[str]:
    return judge(whole(text), today)[0]


@pytest.mark.parametrize("operation", ["create", "update", "same", "read", "refresh", "import"])
def test_what_keeps_a_resource_passes(operation: str) -> None:
    assert refused(plan(step(operation))) == []


@pytest.mark.parametrize("operation", ["replace", "create-replacement", "delete-replaced", "delete"])
def test_what_loses_data_is_refused_with_what_is_lost_and_what_to_do(operation: str) -> None:
    (said,) = refused(plan(step(operation)))
    assert f"{BUCKET}::files" in said
    assert "lost: every object" in said
    assert "instead: make a second bucket" in said


def test_a_replacement_in_two_steps_is_told_once() -> None:
    assert len(refused(plan(step("create-replacement"), step("replace"), step("delete-replaced")))) == 1


@pytest.mark.parametrize("resource_type", [token for loss in LOSSES if loss.spares is never for token in loss.types])
def test_data_keys_addresses_the_network_and_the_cluster_are_guarded(resource_type: str) -> None:
    assert refused(plan(step("delete", resource_type.replace("kubernetes::", "kubernetes:core/v1:"))))


@pytest.mark.parametrize("name", guard_plans.LOSES)
def test_what_loses_is_refused(name: str) -> None:
    assert refused(guard_plans.digest(guard_plans.LOSES[name]))


@pytest.mark.parametrize("name", guard_plans.HARMLESS)
def test_what_loses_nothing_is_not(name: str) -> None:
    assert refused(guard_plans.digest(guard_plans.HARMLESS[name])) == []


def test_there_are_plans_of_either_sort() -> None:
    assert len(guard_plans.LOSES) >= 120
    assert len(guard_plans.HARMLESS) >= 60


def test_what_falls_is_named_with_what_is_lost() -> None:
    (said,) = refused(guard_plans.digest(guard_plans.LOSES["backups of a database ended"]))
    assert said.startswith("update aws:rds/instance:Instance::thing-0\n  lost: backups older than that, at once")
    assert "(`backupRetentionPeriod`)" in said
    assert "instead: leave the figure" in said


def test_a_guard_goes_with_what_it_guards_and_not_with_another() -> None:
    (deleted,) = guard_plans.HARMLESS["guards that go with a bucket that is kept"][:1]
    other: guard_plans.Row = ("delete", guard_plans.VERSIONING, {**guard_plans.ON, "bucket": "others"}, {})
    (said,) = refused(guard_plans.digest([deleted, other]))
    assert "thing-1" in said


def test_what_holds_nothing_passes_unless_it_is_protected() -> None:
    assert refused(plan(step("delete", "aws:ec2/securityGroup:SecurityGroup"))) == []
    (said,) = refused(plan(step("delete", "aws:ec2/securityGroup:SecurityGroup", protect=True)))
    assert "take `protect` off" in said


def test_what_is_only_forgotten_is_not_lost() -> None:
    assert refused(plan(step("delete", retainOnDelete=True))) == []


def test_what_is_replaced_begins_empty_though_the_old_one_is_kept() -> None:
    (said,) = refused(plan(step("replace", retainOnDelete=True)))
    assert "lost: the old one is kept, but the new one begins without every object" in said


def test_a_waiver_lets_one_operation_on_one_resource_through() -> None:
    text = plan(step("replace"), waivers=[WAIVER])
    assert judge(whole(text), TODAY) == ([], [f"replace {BUCKET}::files: empty (owner: jo, until 2026-12-31)"])
    assert len(refused(plan(step("delete"), waivers=[WAIVER]))) == 1
    assert len(refused(plan(step("replace", name="other"), waivers=[WAIVER]))) == 1
    assert len(refused(plan(step("replace", DATABASE), waivers=[WAIVER]))) == 1


def test_a_waiver_that_has_ended_is_none() -> None:
    text = plan(step("replace"), waivers=[WAIVER])
    assert refused(text, date(2026, 12, 31)) == []
    (said,) = refused(text, date(2027, 1, 1))
    assert "its waiver ended on 2026-12-31" in said


def test_a_waiver_may_last_a_year_and_is_for_changes_in_place_too() -> None:
    rows = guard_plans.LOSES["backups of a database ended"]
    waiver = {**WAIVER, "resource": f"{DATABASE}::thing-0", "operation": "update", "expires": "2027-11-21"}
    text = json.dumps({**json.loads(guard_plans.digest(rows)), "config": {"guard:waivers": json.dumps([waiver])}})
    assert refused(text) == []


def test_no_day_that_is_past_revives_a_waiver(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--today", "2020-01-01", str(tmp_path / "plan.json")])
    assert "which is past" in capsys.readouterr().err


def test_a_waiver_that_nothing_needs_is_told() -> None:
    assert judge(whole(plan(waivers=[WAIVER])), TODAY)[1] == [
        f"replace {BUCKET}::files: waived until 2026-12-31, and not planned"
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"waivers": "all"},
        {"waivers": ["all"]},
        {"waivers": [{**WAIVER, "expires": "soon"}]},
        {"waivers": [{**WAIVER, "reason": " "}]},
        {"waivers": [{**WAIVER, "operation": "same"}]},
        {"waivers": [{**WAIVER, "expires": "2027-11-23"}]},
        {"waivers": [{k: v for k, v in WAIVER.items() if k != "owner"}]},
        {"waivers": [{**WAIVER, "more": "x"}]},
    ],
)
def test_a_wrong_waiver_is_refused_by_its_key(wrong: dict[str, Any]) -> None:
    with pytest.raises(PlanError, match="guard:waivers"):
        judge(whole(plan(**wrong)), TODAY)


@pytest.mark.parametrize("text", ["", "no JSON", "[]", "{}", '{"steps": 1}'])
def test_what_is_no_plan_is_refused(text: str) -> None:
    with pytest.raises(PlanError):
        judge(whole(text), TODAY)


def test_the_log_of_events_is_read_too() -> None:
    waivers = {"guard:waivers": json.dumps([{**WAIVER, "operation": "delete"}])}
    assert len(refused(events(step("delete")))) == 1
    assert refused(events(step("delete"), config=waivers)) == []


def test_a_plan_with_errors_is_refused_in_their_words() -> None:
    digest = json.loads(plan(step("update")))
    digest["diagnostics"] = [
        {"severity": "warning", "message": "slow"},
        {"severity": "error", "urn": "urn:db", "message": "unable to replace: marked for protection\n"},
    ]
    with pytest.raises(PlanError, match=r"urn:db: unable to replace: marked for protection$") as raised:
        refused(json.dumps(digest))
    assert "slow" not in str(raised.value)


@pytest.mark.parametrize(
    ("event", "says"),
    [
        (
            {"diagnosticEvent": {"severity": "error", "message": "<{%reset%}>no such class<{%reset%}>\n"}},
            "no such class",
        ),
        (
            {
                "policyEvent": {
                    "enforcementLevel": "mandatory",
                    "policyPackName": "p",
                    "policyName": "rules",
                    "message": "m",
                }
            },
            "p: rules: m",
        ),
        ({"errorEvent": {"error": "the engine broke"}}, "the engine broke"),
        ({"result": "failed"}, "it failed"),
        ({"result": "canceled"}, "it canceled"),
    ],
)
def test_a_log_of_a_preview_that_failed_is_refused_in_its_words(event: dict[str, Any], says: str) -> None:
    with pytest.raises(PlanError, match=f"not whole:\n  {says}$"):
        refused(events(step("update"), **event))


def test_what_a_policy_only_advises_is_no_failure() -> None:
    assert refused(events(policyEvent={"enforcementLevel": "advisory", "message": "m"})) == []
    assert refused(events(diagnosticEvent={"severity": "warning", "message": "m"})) == []


def test_a_preview_that_was_cut_off_is_no_plan() -> None:
    log = events(step("update")).splitlines()
    with pytest.raises(PlanError, match="it ended before it had a summary"):
        refused("\n".join(log[:-1]))
    with pytest.raises(PlanError, match="it ended before it had a summary"):
        refused(json.dumps({"steps": [step("update")]}))


def test_the_command_ends_as_a_pipeline_needs_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "plan.json"
    file.write_text(plan(step("update")), encoding="utf-8")
    assert main([str(file)]) == 0
    assert "of 1 that stand, nothing that holds data" in capsys.readouterr().out
    file.write_text(plan(step("replace")), encoding="utf-8")
    assert main([str(file)]) == 1
    assert "1 refused" in capsys.readouterr().out
    file.write_text("{}", encoding="utf-8")
    assert main([str(file)]) == 2
    assert main([str(tmp_path / "none")]) == 2
    created = {**step("create"), "oldState": None}
    file.write_text(plan(created), encoding="utf-8")
    assert main([str(file)]) == 0
    assert "nothing stands yet" in capsys.readouterr().out


# a preview that says what it is told to, logs the events of a file, and ends with a status
PREVIEW = """
import os, sys
said, log, status, command, option = sys.argv[1:]
assert command == "preview" and os.environ["PULUMI_DEBUG_COMMANDS"] == "true"
print(said)
if log:
    open(option.removeprefix("--event-log="), "w").write(open(log).read())
sys.exit(int(status))
"""


@pytest.mark.parametrize(
    ("log", "status", "ends", "says"),
    [
        (events(step("update")), 0, 0, "of 1 that stand, nothing that holds data"),
        (events(step("replace")), 0, 1, "1 refused"),
        (events(step("update")), 255, 2, "the preview failed with status 255"),
        ("", 0, 2, "the plan is empty"),
        ("", 1, 2, "the preview failed with status 1"),
        (events(diagnosticEvent={"severity": "error", "message": "no such class"}), 255, 2, "no such class"),
    ],
)
def test_it_runs_a_preview_and_says_all_clear_of_one_that_succeeded_alone(
    log: str, status: int, ends: int, says: str, tmp_path: Path
) -> None:
    (tmp_path / "preview.py").write_text(PREVIEW)
    (tmp_path / "log").write_text(log)
    kept = str(tmp_path / "log") if log else ""
    command = [sys.executable, str(tmp_path / "preview.py"), "the plan", kept, str(status), "preview"]
    done = subprocess.run(
        [sys.executable, "-m", "tools.plan_guard", "--", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == ends
    assert says in done.stdout + done.stderr
    assert "the plan" in done.stdout
    assert ends == 0 or "nothing that holds data" not in done.stdout


def test_it_runs_nothing_that_is_no_preview(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--", "pulumi", "up", "--yes"]) == 2
    assert "`pulumi up --yes` is no preview" in capsys.readouterr().err
    assert main(["--", str(ROOT / "none"), "preview"]) == 2
    assert "cannot be run" in capsys.readouterr().err


def test_what_makes_a_plan_hands_its_failure_on() -> None:
    """A pipe would swallow it: only the last of its commands counts."""
    texts = {path: path.read_text() for path in (ROOT / "Makefile", *(ROOT / ".ci").iterdir())}
    texts |= {path: path.read_text() for path in (ROOT / ".github" / "workflows").glob("*.yml")}
    users = [path.name for path, text in texts.items() if "tools.plan_guard --" in text]
    assert sorted(users) == ["Makefile", "deploy"]
    piped = re.compile(r"\|.*tools\.plan_guard|preview.*--json")
    assert [path.name for path, text in texts.items() if piped.search(text)] == []
