import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sandbox.plans import read
from sandbox.run_options import RunOptions
from sandbox.workspace import SandboxError, Workspace
from tools.report import __main__ as command
from tools.report import runs
from tools.report.build import not_judged
from tools.report.model import Report

URN = "urn:pulumi:prod::flowise::aws:rds/subnetGroup:SubnetGroup::db-subnets"
REFUSED = (
    "Preview failed: updating aws:rds/subnetGroup:SubnetGroup: InvalidParameterValue: not in the same Vpc\n"
    f"  resource: {URN}\n  law:      rds-subnet-group-vpc: they stay in their VPC (https://example.com/1)\n"
    "  way out:  leave it"
)


def events(*errors: str, result: str = "succeeded", **more: Any) -> str:
    """Return the log of a preview that updates one resource."""
    sides = {"type": "aws:rds/subnetGroup:SubnetGroup", "custom": True}
    told = {"op": "update", "urn": URN, "type": sides["type"], "diffs": ["name"]}
    happened: list[dict[str, Any]] = [
        {"preludeEvent": {"config": {}}},
        {
            "resourcePreEvent": {
                "metadata": {
                    **told,
                    "old": {**sides, "inputs": {"name": "a"}},
                    "new": {**sides, "inputs": {"name": "b"}},
                }
            }
        },
        *({"diagnosticEvent": {"severity": "error", "message": each}} for each in errors),
        *({name: each} for name, each in more.items()),
        {"summaryEvent": {"result": result}},
    ]
    return "\n".join(json.dumps({"sequence": n, "timestamp": 1, **each}) for n, each in enumerate(happened))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], list[tuple[RunOptions, Sequence[str]]]]:
    """An engine that answers previews with the logs of a list, and what it was asked."""
    logs, seen = list[str](), list[tuple[RunOptions, Sequence[str]]]()

    @contextmanager
    def running(workspace: object, options: RunOptions) -> Iterator[SimpleNamespace]:
        def log(*arguments: str) -> str:
            seen.append((options, arguments))
            return logs.pop(0)

        def said(*arguments: str) -> str:
            seen.append((options, arguments))
            return ""

        yield SimpleNamespace(environment={}, log=log, read=said)

    monkeypatch.setattr(runs, "running", running)
    monkeypatch.setattr(Workspace, "of", lambda *_: None)
    return logs, seen


def whole() -> runs.Preview:
    return runs.whole_preview(Path(), "prod", Path(), runs.Packs(("--policy-pack", "all"), "src"))


def test_a_law_that_refuses_is_noted_and_left_out_until_the_plan_is_whole(asked: Any) -> None:
    logs, seen = asked
    logs += [events(REFUSED, "failed to run remediation: context canceled", result="failed"), events()]
    preview = whole()
    assert [(each.law, each.urn) for each in preview.refusals] == [("rds-subnet-group-vpc", URN)]
    assert not preview.plan.errors
    assert [tuple(options.laws_off) for options, _ in seen] == [(), ("rds-subnet-group-vpc",)]


BROKEN = {
    "enforcementLevel": "mandatory",
    "policyPackName": "all",
    "policyName": "rules",
    "message": "rules\nencrypt it",
}


def test_what_a_policy_refuses_stops_and_all_else_is_judged(
    asked: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    logs, _ = asked
    logs += [events(policyEvent=BROKEN, result="failed"), events()]
    (stack,) = judged(monkeypatch, tmp_path, whole()).stacks
    assert (stack.verdict, stack.why) == ("stop", "the policies refuse it: 1 finding")
    assert (stack.data.word, stack.rules.mandatory) == ("kept", ["encrypt it"])


def test_what_a_policy_refuses_is_noted_and_the_plan_made_whole_without_it(asked: Any) -> None:
    logs, seen = asked
    logs += [events(policyEvent=BROKEN, result="failed"), events()]
    preview = whole()
    assert [each.message for each in preview.mandatory] == ["encrypt it"]
    assert ["--policy-pack" in arguments for _, arguments in seen] == [True, False]
    assert not preview.plan.errors


def test_what_is_protected_is_let_go_in_that_world_alone_so_that_the_plan_says_what_is_lost(asked: Any) -> None:
    logs, seen = asked
    said = f"unable to replace resource {URN!r} as it is currently marked for protection"
    logs += [events(said, result="failed"), events()]
    assert not whole().plan.errors
    assert ("state", "unprotect", "--all", "--yes", "--stack", "prod") in [arguments for _, arguments in seen]


@pytest.mark.parametrize("error", ["no such class db.m9z.large", f"{REFUSED} of one known already"])
def test_an_error_that_nothing_explains_ends_it(asked: Any, error: str) -> None:
    logs, _ = asked
    logs += [events(error, result="failed")] * 9
    assert whole().plan.errors
    assert len(logs) >= 7


def judged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, preview: runs.Preview | Exception) -> Report:
    """Return a report for which the base came up, and whose preview is given."""

    def previewed(*_: object) -> runs.Preview:
        if isinstance(preview, Exception):
            raise preview
        return preview

    (tmp_path / "Pulumi.prod.yaml").write_text("")
    monkeypatch.setattr(runs, "bring_up", lambda *_: ())
    monkeypatch.setattr(runs, "resources", lambda *_: ())
    monkeypatch.setattr(runs, "whole_preview", previewed)
    monkeypatch.setattr(runs, "checked_out", contextmanager(lambda *_: iter([tmp_path])))
    return runs.report_on(tmp_path, tmp_path, ["prod"], runs.Commits("a" * 40, "b" * 40, "main", 0, ()))


def ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, preview: runs.Preview | Exception) -> int:
    return command.status(judged(monkeypatch, tmp_path, preview), "stop")


def plan_of(text: str) -> runs.Preview:
    return runs.Preview(read(text))


def test_it_fails_where_the_preview_failed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert ended(monkeypatch, tmp_path, SandboxError("pulumi preview failed")) == 2
    assert ended(monkeypatch, tmp_path, plan_of(events(result="failed"))) == 2


def test_it_fails_where_the_plan_is_empty(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    log = json.dumps({"sequence": 0, "timestamp": 1, "summaryEvent": {"result": "succeeded"}})
    assert ended(monkeypatch, tmp_path, plan_of(log)) == 2


def test_it_fails_where_the_plan_has_errors(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    report = judged(monkeypatch, tmp_path, plan_of(events("no such class", result="failed")))
    assert command.status(report, "stop") == 2
    assert report.stacks[0].diagnostics == ["no such class"]


def test_it_ends_with_the_worst_stacks_verdict(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    look = judged(monkeypatch, tmp_path, plan_of(events()))
    assert look.verdict == "look"
    assert (command.status(look, "stop"), command.status(look, "look")) == (0, 1)
    stop = look.model_copy(update={"stacks": [look.stacks[0].model_copy(update={"verdict": "stop"})]})
    assert command.status(stop, "stop") == 1
    both = look.model_copy(update={"stacks": [*stop.stacks, not_judged("dev", ["no plan"])]})
    assert command.status(both, "stop") == 2


def test_a_base_that_does_not_come_up_is_not_judged_and_says_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fails(*_: object) -> None:
        raise SandboxError("the base did not come up, so that nothing can be compared with it:\nno such class")

    (tmp_path / "Pulumi.prod.yaml").write_text("")
    monkeypatch.setattr(runs, "bring_up", fails)
    monkeypatch.setattr(runs, "checked_out", contextmanager(lambda *_: iter([tmp_path])))
    of = runs.Commits("a" * 40, "b" * 40, "main", 0, ())
    (stack,) = runs.report_on(tmp_path, tmp_path, ["prod"], of).stacks
    assert stack.verdict == "not judged"
    assert "no such class" in stack.diagnostics[0]


def test_a_systems_base_is_made_of_the_bases_own_modules(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = list[dict[str, str]]()

    def ran(*_: object, env: dict[str, str], **__: object) -> subprocess.CompletedProcess[str]:
        asked.append(env)
        return subprocess.CompletedProcess([], 0, "", "")

    monkeypatch.setattr(subprocess, "run", ran)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    runs.bring_up(tmp_path, tmp_path / "examples" / "shop", "dev", None)
    runs.bring_up(tmp_path / "ours", tmp_path / "a stranger's", "dev", None)
    assert [env.get("PYTHONPATH") for env in asked] == [str(tmp_path), None]


def test_a_system_is_judged_by_the_levels_that_lie_with_it(tmp_path: Path) -> None:
    shop = tmp_path / "examples" / "shop"
    for folder in (shop, tmp_path / "policies" / "all"):
        folder.mkdir(parents=True)
    assert runs.Packs.of(tmp_path, shop, "dev") is None
    common, its = tmp_path / "policies" / "levels.dev.json", shop / "levels.dev.json"
    common.write_text("{}")
    told = runs.Packs.of(tmp_path, shop, "dev")
    assert told is not None
    assert told.arguments[-1] == str(common)
    its.write_text("{}")
    told = runs.Packs.of(tmp_path, shop, "dev")
    assert told is not None
    assert told.arguments[-1] == str(its)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "--quiet", "--initial-branch", "main")
    (tmp_path / "policies").mkdir()
    for text, branch in (("one", "main"), ("two", "change"), ("three", "main")):
        git(
            "checkout",
            "--quiet",
            *(("-b", branch) if branch == "change" else (branch,) if text == "three" else ("-B", branch)),
        )
        (tmp_path / "policies" / f"{branch}.json").write_text(text)
        git("add", "--all")
        git("commit", "--quiet", "--message", text)
    git("checkout", "--quiet", "change")
    return tmp_path


def test_it_is_compared_with_the_last_commit_that_the_change_has_of_main(repository: Path) -> None:
    of = runs.commits(repository)
    assert of.base == runs.git(repository, "rev-parse", "HEAD~1")
    assert (of.base_name, of.ahead, list(of.judges)) == ("main", 1, ["policies/change.json"])
    with runs.checked_out(repository, of.base) as tree:
        assert [path.name for path in (tree / "policies").iterdir()] == ["main.json"]
    assert not tree.exists()
    assert runs.git(repository, "worktree", "list").count("\n") == 0


def test_what_is_not_committed_is_marked(repository: Path) -> None:
    (repository / "policies" / "main.json").write_text("another")
    head = runs.commits(repository).head
    assert head.endswith("+")
    assert Report(base="a" * 40, head=head, stacks=[]).commits == f"aaaaaaa → {head[:7]}+"


def test_a_base_that_is_none_is_told(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SandboxError, match="--base none is no commit here"):
        runs.commits(repository, "none")
    assert command.main(["--cwd", str(repository), "--base", "none"]) == 2
    assert "--base none is no commit here" in capsys.readouterr().err


# a preview that logs the events of a file, and ends with a status
PREVIEW = """
import sys
log, status, *rest = sys.argv[1:]
(option,) = [each for each in rest if each.startswith("--event-log=")]
print("the plan")
if log:
    open(option.removeprefix("--event-log="), "w").write(open(log).read())
sys.exit(int(status))
"""


@pytest.mark.parametrize(
    ("log", "status", "ends"),
    [(events(), 0, 0), (events("no such class", result="failed"), 255, 2), ("", 1, 2), (events(), 255, 2)],
)
def test_a_real_preview_gives_the_whole_report(
    log: str, status: int, ends: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """As the plan role previews it: the engine's own log, and the state of the stack itself."""
    for name, content in (("log", log), ("preview.py", PREVIEW)):
        (tmp_path / name).write_text(content)
    asked = list[tuple[str, ...]]()

    def exported(*command: str) -> str:
        asked.append(command)
        return json.dumps({"deployment": {"resources": [{"urn": URN, "type": "aws:rds/subnetGroup:SubnetGroup"}]}})

    monkeypatch.setattr(command, "run_program", exported)
    kept = str(tmp_path / "log") if log else ""
    preview = [sys.executable, str(tmp_path / "preview.py"), kept, str(status), "preview", "pulumi"]
    faces = [word for name in ("json", "html", "summary") for word in (f"--{name}", str(tmp_path / name))]
    assert command.main(["--stack", "prod", *faces, "--", *preview]) == ends
    told = Report.model_validate_json((tmp_path / "json").read_bytes())
    assert told.base == ""
    assert told.judged.startswith("by a preview of the stack itself")
    assert told.stacks[0].verdict == ("not judged" if ends else "look")
    assert "judged by a preview of the stack itself" in (tmp_path / "html").read_text()
    assert "<sub>Judged at " in (tmp_path / "summary").read_text()
    if not ends:
        assert asked == [("pulumi", "stack", "export", "--stack", "prod")]
        assert "≥" not in told.stacks[0].time.word
    assert "the plan" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("log", "status", "ends", "says"),
    [
        (events(), 0, 0, "! LOOK  prod: "),
        (events("no such class", result="failed"), 255, 255, "no such class"),
        (events(result="failed"), 255, 255, "? NOT JUDGED  prod: "),
        ("", 0, 2, "? NOT JUDGED  prod: the plan is empty"),
        ("", 1, 2, "? NOT JUDGED  prod: "),
        (events(), 255, 255, "the preview failed with status 255"),
    ],
)
def test_a_preview_ends_with_the_short_form_and_its_own_status(
    log: str, status: int, ends: int, says: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "preview.py").write_text(PREVIEW)
    (tmp_path / "log").write_text(log)
    kept = str(tmp_path / "log") if log else ""
    preview = [sys.executable, str(tmp_path / "preview.py"), kept, str(status), "preview"]
    assert command.main(["--stack", "prod", "--", *preview]) == ends
    said = capfd.readouterr().out
    assert says in said
    assert "the plan" in said
    # what was not judged is mended first
    assert ("make report STACK=prod" in said.splitlines()[-1]) == (not ends)
    assert ("Next " in said) == (not ends)


def test_what_is_run_next_is_of_the_program_that_was_previewed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "preview.py").write_text(PREVIEW)
    (tmp_path / "log").write_text(events())
    preview = [sys.executable, str(tmp_path / "preview.py"), str(tmp_path / "log"), "0", "preview"]
    folder = Path("examples") / "ranking"
    of = ["--cwd", str(folder)]
    full = ["--full"]
    for own, its in ((of, []), ([], of), ([*of, *full], of), (full, ["--cwd", str(command.ROOT / folder)])):
        assert command.main(["--stack", "prod", *own, "--", *preview, *its]) == 0
        last = capfd.readouterr().out.splitlines()[-1]
        # as whoever stands in the repository writes it
        assert f"python -m tools.report --stack prod --cwd {folder}" in last
        assert ("--full" in last) is (full[0] in own)
    assert command.main(["--stack", "prod", "--cwd", str(command.ROOT), "--", *preview]) == 0
    assert "make report STACK=prod" in capfd.readouterr().out
