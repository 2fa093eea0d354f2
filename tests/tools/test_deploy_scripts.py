"""The pipeline's scripts, with stand-ins for the programs that they call."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.waiting import PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]
CHANGED = "changed=true\nupdating=true\nupdating=false\n"
WORKFLOWS = ROOT / ".github" / "workflows"
# each writes down how it was called; what a test wants to fail is named in FAILS
STAND_IN = r"""#!/usr/bin/env bash
echo "$(basename "$0") $*" >> "$LOG"
case "$(basename "$0") $*" in
  *"stack output url"*) echo https://flowise.example.com ;;
  *"stack output cluster_name"*) test -n "${CLUSTER:-}" && echo "$CLUSTER" || exit ;;
  *"python -m tools.charts crds"*) echo "kind: CustomResourceDefinition" ;;
  *"python -m tools.plan_guard"*) ( while test "$1" != --; do shift; done; shift; "$@" ) || exit ;;
  *"python -m tools.tunnel"*) while test "$1" != --; do shift; done; shift; "$@"; exit ;;
  *"python -m tools.colours"*) PYTHONPATH="$ROOT" "$REAL_PYTHON" "$@" ;;
  *"python -m tools.deployed"*) PYTHONPATH="$ROOT" exec "$REAL_PYTHON" "$@" ;;
  "gh api "*) answer="${2%%\?*}"; cat "$GITHUB_ANSWERS/${answer//\//_}" || exit ;;
  "pulumi up "*)
    file="${SYSTEM:+examples/$SYSTEM/}Pulumi.dev.yaml"
    test -z "${SERVED:-}" || echo "served: $(sed -n 's/^ *active: //p' "$file")" >> "$LOG"
    if test -n "${HANGS:-}"; then
      sleep 600 &
      trap 'kill $!; echo "wound up" >> "$LOG"; exit 1' INT
      echo "updating ("
      wait
    fi
    ;;
  *"python -m sandbox install") echo /built/pulumi ;;
  "aws ssm get-parameters "*) test -z "${NEWEST:-}" || printf '%s\t%s\n' "$4" "$NEWEST" ;;
  *"stack history"*) echo "[]"; test -z "${SOMEBODY:-}" || wc -l < "$LOG" ;;
  *"stack output served"*) test -n "${SERVED:-}" && echo "$SERVED" || exit ;;
  *"issue list"*) echo "${OPEN_ISSUE:-}" ;;
  *"--config -") cat > "$LOG.stdin" ;;
esac
if test -n "${FAILS:-}" && [[ "$(basename "$0") $*" == *$FAILS* ]]; then
  exit 7
fi
"""


class Repository:
    def __init__(self, folder: Path) -> None:
        self.folder, self.log = folder / "repository", folder / "log"
        self.log.touch()
        shutil.copytree(ROOT / ".ci", self.folder / ".ci")
        (self.folder / "charts.lock.json").write_text("{}")
        for program in ("aws", "pulumi", "curl", "gh", "kubectl", "make", "python"):
            (folder / "bin").mkdir(exist_ok=True)
            (folder / "bin" / program).write_text(STAND_IN)
            (folder / "bin" / program).chmod(0o755)
        self.bin = folder / "bin"
        self.answers = folder / "answers"
        self.answers.mkdir()
        self.output = folder / "output"
        self.output.touch()
        self.runs: list[dict[str, Any]] = []
        self.git("init", "--quiet", "--initial-branch", "main")
        self.old = self.commit("old")
        self.new = self.commit("new")
        self.git("update-ref", "refs/remotes/origin/main", self.new)

    def ran(self, commit: str, jobs: dict[str, str], *, workflow: str = "deploy", **besides: Any) -> None:
        """Let GitHub have a run of a workflow, newer than those before: of which commit, and how each job ended."""
        run = {
            **{"id": len(self.runs) + 1, "head_sha": commit, "head_branch": "main", "event": "push"},
            **{"head_repository": {"full_name": "acme/flowise"}, **besides},
        }
        self.runs.insert(0, {**run, "workflow": workflow})
        listed = [{"name": name, "conclusion": conclusion} for name, conclusion in jobs.items()]
        self.answer(f"actions/runs/{run['id']}/jobs", {"jobs": listed})
        of = [each for each in self.runs if each["workflow"] == workflow]
        self.answer(f"actions/workflows/{workflow}.yml/runs", {"workflow_runs": of})

    def answer(self, path: str, said: Any) -> None:
        (self.answers / f"repos/acme/flowise/{path}".replace("/", "_")).write_text(json.dumps(said))

    def git(self, *arguments: str) -> str:
        identity = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        done = subprocess.run(
            ["git", *identity, *arguments], cwd=self.folder, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def commit(self, text: str) -> str:
        (self.folder / "program").write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", text)
        return self.git("rev-parse", "HEAD")

    def run(self, script: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.folder / ".ci" / script, *arguments],
            cwd=self.folder,
            env={**os.environ, **self.variables, **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def variables(self) -> dict[str, str]:
        """What the pipeline sets, and where the stand-ins lie."""
        return {
            **{"PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}", "PYTHON": "python", "STACK": "dev"},
            **{"LOG": str(self.log), "GITHUB_ANSWERS": str(self.answers), "GITHUB_REPOSITORY": "acme/flowise"},
            **{"GITHUB_SERVER_URL": "https://github.com", "GITHUB_RUN_ID": "42", "GITHUB_SHA": self.new},
            **{"GITHUB_WORKFLOW": "deploy", "ROOT": str(ROOT), "REAL_PYTHON": sys.executable},
            "GITHUB_OUTPUT": str(self.output),
        }

    @property
    def stdin(self) -> Path:
        """What the last program that reads what others must not see was given."""
        return self.log.with_name(f"{self.log.name}.stdin")

    def called(self, words: str) -> list[str]:
        return [line for line in self.log.read_text().splitlines() if words in line]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_a_deployment_is_planned_guarded_made_under_every_pack_and_asked_from_outside(repository: Repository) -> None:
    assert repository.run("deploy").returncode == 0
    said = [line for line in repository.log.read_text().splitlines() if not line.startswith("python -m tools.tunnel")]
    assert [line.split(" --")[0].split(" /")[0] for line in said] == [
        "pulumi stack history",
        "python -m tools.plan_guard",
        "pulumi preview",
        "pulumi stack history",
        "python -m tools.charts crds",
        "pulumi stack output cluster_name",
        "pulumi stack output served",
        "pulumi up",
        "pulumi stack output url",
        "curl",
        "aws cloudwatch put-metric-data",
    ]
    for line in (said[2], said[7]):
        assert re.findall(r"--policy-pack\S* (\S+)", line) == ["policies/all", "policies/levels.dev.json"]
    assert said[-2].endswith("https://flowise.example.com/api/v1/ping")
    # a private endpoint is reached through the tunnel
    assert repository.called("tools.tunnel --stack dev -- pulumi up")


def test_what_helm_never_upgrades_is_applied_to_a_cluster_that_stands_before_what_wants_it(
    repository: Repository,
) -> None:
    assert repository.run("deploy", CLUSTER="flowise-dev").returncode == 0
    log = repository.log.read_text().splitlines()
    (applied,) = [line for line in log if line.startswith("kubectl ")]
    assert applied.startswith("kubectl apply --server-side --force-conflicts --filename ")
    (up,) = [line for line in log if line.startswith("pulumi up")]
    assert log.index("aws eks update-kubeconfig --name flowise-dev") < log.index(applied) < log.index(up)
    assert repository.called("tools.tunnel --stack dev -- kubectl apply")


def test_a_first_deployment_has_nothing_to_upgrade(repository: Repository) -> None:
    assert repository.run("deploy").returncode == 0
    assert repository.called("kubectl") == []


def test_going_back_to_a_commit_without_pins_asks_for_none(repository: Repository) -> None:
    (repository.folder / "charts.lock.json").unlink()
    assert repository.run("deploy", CLUSTER="flowise-dev").returncode == 0
    assert repository.called("tools.charts") + repository.called("kubectl") == []


def test_nothing_is_changed_where_an_archive_is_not_the_pinned_one(repository: Repository) -> None:
    assert repository.run("deploy", FAILS="tools.charts crds").returncode != 0
    assert repository.called("pulumi up") == []
    assert repository.output.read_text() == ""


def test_nothing_is_planned_where_an_update_was_cut_off(repository: Repository) -> None:
    (repository.folder / "tools").mkdir()
    (repository.folder / "tools" / "unfinished.py").touch()
    assert repository.run("deploy", FAILS="tools.unfinished").returncode != 0
    assert repository.called("") == ["python -m tools.unfinished --stack dev"]
    assert repository.run("deploy").returncode == 0


def test_what_is_cut_off_winds_up_and_lets_go_of_its_lock(repository: Repository) -> None:
    """GitHub sends SIGINT to the step's own process alone."""
    process = subprocess.Popen(
        [repository.folder / ".ci" / "deploy"],
        cwd=repository.folder,
        env={**os.environ, **repository.variables, "HANGS": "yes"},
        stdout=subprocess.PIPE,
        text=True,
        # what a shell starts in the background ignores the signal, and so would all that it starts
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 (no thread runs here)
    )
    assert process.stdout is not None
    assert next(line for line in process.stdout if line == "updating (\n")
    assert repository.output.read_text() == "changed=true\nupdating=true\n"
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE_SECONDS) == 130
    assert "wound up" in repository.log.read_text()
    assert repository.output.read_text().endswith("updating=false\n")
    assert counted(repository) == [{"Succeeded": "0", "Failed": "1", "RolledBack": "0"}]


def test_the_lock_of_what_could_not_wind_up_is_taken_away_by_a_step_of_its_own(repository: Repository) -> None:
    assert repository.run("let-go").returncode == 0
    assert repository.called("") == ["pulumi cancel --yes --stack dev"]
    steps = yaml.safe_load((WORKFLOWS / "deploy.yml").read_text())["jobs"]["dev"]["steps"]
    (deploy,) = [each for each in steps if each.get("id") == "deploy"]
    # the script is the step's own process, and its time ends before the job's
    assert (deploy["run"], deploy["timeout-minutes"]) == ("exec .ci/deploy", 120)
    (lets_go,) = [each for each in steps if each.get("run") == ".ci/let-go"]
    assert lets_go["if"] == "always() && steps.deploy.outputs.updating == 'true'"


def test_images_are_judged_before_anything_is_planned(repository: Repository) -> None:
    (repository.folder / "tools").mkdir()
    (repository.folder / "tools" / "promotion.py").touch()
    assert repository.run("deploy", FAILS="tools.promotion").returncode != 0
    assert repository.called("") == ["python -m tools.promotion --stack dev"]
    assert repository.run("deploy").returncode == 0


@pytest.mark.parametrize("fails", ["pulumi preview", "tools.plan_guard"])
def test_nothing_is_changed_where_the_plan_is_refused(repository: Repository, fails: str) -> None:
    assert repository.run("deploy", FAILS=fails).returncode != 0
    assert repository.called("pulumi up") == []


def test_nothing_is_changed_where_somebody_else_updated_the_stack_after_the_plan(repository: Repository) -> None:
    done = repository.run("deploy", SOMEBODY="yes")
    assert done.returncode == 1
    assert "somebody else changed dev" in done.stderr
    assert repository.called("pulumi up") == []
    assert counted(repository) == []


@pytest.mark.parametrize(
    ("fails", "said"),
    [("pulumi preview", ""), ("tools.plan_guard", ""), ("pulumi up", CHANGED), ("curl", CHANGED)],
)
def test_a_plan_that_was_refused_starts_no_way_back(repository: Repository, fails: str, said: str) -> None:
    repository.run("deploy", FAILS=fails)
    assert repository.output.read_text() == said
    steps = yaml.safe_load((WORKFLOWS / "deploy.yml").read_text())["jobs"]["dev"]["steps"]
    (back,) = [each for each in steps if each.get("run") == ".ci/roll-back"]
    assert back["if"] == "(failure() || cancelled()) && steps.deploy.outputs.changed == 'true'"


def test_staging_is_asked_as_a_person_would_before_production_gets_it(repository: Repository) -> None:
    (repository.folder / "tools").mkdir()
    (repository.folder / "tools" / "end_to_end.py").touch()
    assert repository.run("deploy", STACK="staging").returncode == 0
    log = repository.log.read_text().splitlines()
    asked = log.index("python -m tools.end_to_end --front-door staging")
    assert "curl" in log[asked - 1]
    assert repository.run("deploy", STACK="staging", FAILS="tools.end_to_end").returncode != 0
    repository.log.write_text("")
    assert repository.run("deploy").returncode == 0
    assert repository.called("tools.end_to_end") == []


def test_a_site_that_does_not_answer_fails_the_deployment(repository: Repository) -> None:
    assert repository.run("deploy", FAILS="curl").returncode != 0


def counted(repository: Repository) -> list[dict[str, str]]:
    """Return what each call told CloudWatch: metric -> value."""
    told = repository.called("put-metric-data --namespace Platform/Deployments")
    assert all("Dimensions=[{Name=Stack,Value=dev}]" in line for line in told)
    return [dict(re.findall(r"MetricName=(\w+),Unit=\w+,Value=(\d+)", line)) for line in told]


def test_cloudwatch_is_told_how_long_a_deployment_took(repository: Repository) -> None:
    assert repository.run("deploy").returncode == 0
    (told,) = counted(repository)
    # the commit is of this very test
    duration, lead = (int(told.pop(name)) for name in ("DurationSeconds", "LeadTimeSeconds"))
    assert 0 <= duration <= lead < 600
    assert told == {"Succeeded": "1", "Failed": "0", "RolledBack": "0"}


@pytest.mark.parametrize("fails", ["pulumi up", "curl"])
def test_cloudwatch_is_told_of_a_change_that_failed(repository: Repository, fails: str) -> None:
    assert repository.run("deploy", FAILS=fails).returncode != 0
    assert counted(repository) == [{"Succeeded": "0", "Failed": "1", "RolledBack": "0"}]


def test_a_plan_that_was_refused_is_no_change_that_failed(repository: Repository) -> None:
    assert repository.run("deploy", FAILS="tools.plan_guard").returncode != 0
    assert counted(repository) == []


def test_what_was_parked_is_called_back_before_it_is_changed(repository: Repository) -> None:
    (repository.folder / "tools").mkdir()
    (repository.folder / "tools" / "park.py").touch()
    assert repository.run("deploy", FAILS="tools.park").returncode != 0
    assert repository.called("pulumi up") == []
    assert repository.output.read_text() == ""
    assert repository.run("deploy").returncode == 0
    assert repository.called("tools.park") == ["python -m tools.park --stack dev --back"] * 2


def test_no_drift_is_looked_for_in_what_is_parked(repository: Repository) -> None:
    (repository.folder / "tools").mkdir()
    (repository.folder / "tools" / "park.py").touch()
    assert repository.run("drift", FAILS="pulumi preview").returncode == 0
    assert repository.run("drift", FAILS="tools.park").returncode == 0
    assert len(repository.called("pulumi preview")) == 1


def test_a_job_is_set_up_with_the_cli_and_the_region_of_its_stack(repository: Repository, tmp_path: Path) -> None:
    (repository.folder / "Pulumi.dev.yaml").write_text("config:\n  aws:region: eu-west-1\n")
    assert repository.run("set-up", GITHUB_PATH=str(tmp_path / "path")).returncode == 0
    assert repository.called("make cli")
    assert (tmp_path / "path").read_text() == "/built\n"
    assert repository.output.read_text() == "region=eu-west-1\n"


def test_an_application_is_tested_looked_through_built_and_tried(repository: Repository) -> None:
    for program in ("pytest", "uv", "uvx"):
        tool = repository.folder / ".venv" / "bin" / program
        tool.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(repository.bin / "make", tool)
    for program in ("docker", "npm"):
        shutil.copy(repository.bin / "make", repository.bin / program)
    (repository.folder / "examples" / "tiktrend" / "app" / "web").mkdir(parents=True)
    assert repository.run("application", "test", SYSTEM="aps").returncode == 0
    assert repository.called("pytest tests/examples/aps")[0].endswith("--cov=aps --cov-report=term --cov-fail-under=80")
    for system, programs in (("aps", ["uvx", "uv", "uvx"]), ("tiktrend", ["uvx", "uv", "uvx", "npm"])):
        repository.log.write_text("")
        assert repository.run("application", "look", SYSTEM=system).returncode == 0
        assert [line.split()[0] for line in repository.called("")] == programs
    assert repository.run("application", "build", "web", SYSTEM="aps").returncode == 0
    assert (
        "--read-only --cap-drop ALL --network none examples/aps:1.0.0 python -c import aps.web"
        in repository.called("docker run")[0]
    )
    for step, fails in (("test", "pytest"), ("look", "bandit"), ("look", "pip-audit"), ("build", "docker run")):
        assert repository.run("application", step, "web", SYSTEM="aps", FAILS=fails).returncode != 0
    assert repository.run("application", "page", SYSTEM="tiktrend").returncode == 0
    assert repository.called("npm")[-3:] == ["npm ci", "npm test", "npm run build"]
    assert repository.run("application", "guess", SYSTEM="aps").returncode == 2


def two_releases(program: Path, project: str) -> None:
    """Lay out a program with two releases, of which blue is served."""
    (program / "Pulumi.yaml").write_text(f"name: {project}\n")
    service = f"  {project}:service:\n    blue_green:\n      active: blue\n"
    for stack in ("dev", "prod"):
        (program / f"Pulumi.{stack}.yaml").write_text(f"config:\n  aws:region: sa-east-1\n{service}")


def a_system(repository: Repository, system: str = "ranking", *, page: bool = False) -> str:
    """Lay out a program of examples/ with two releases; its folder."""
    program = repository.folder / "examples" / system
    program.mkdir(parents=True)
    two_releases(program, system)
    if page:
        (program / "app" / "web").mkdir(parents=True)
        (program / "app" / "web" / "package.json").write_text("{}")
    shutil.copy(repository.bin / "make", repository.bin / "npm")
    repository.new = repository.commit(f"with {system}")
    repository.git("update-ref", "refs/remotes/origin/main", repository.new)
    return f"examples/{system}"


def test_a_system_of_examples_is_deployed_by_the_same_script(repository: Repository) -> None:
    a_system(repository)
    assert repository.run("deploy", SYSTEM="ranking").returncode == 0
    said = [line for line in repository.log.read_text().splitlines() if not line.startswith("python -m tools.tunnel")]
    assert [line.split(" --")[0] for line in said if not line.startswith(("curl", "aws"))] == [
        "pulumi stack history",
        "python -m tools.plan_guard",
        "pulumi preview",
        "pulumi stack history",
        "python -m tools.charts crds",
        "pulumi stack output cluster_name",
        "pulumi stack output served",
        "pulumi up",
        "pulumi stack output url",
        "python -m examples.ranking.smoke https://flowise.example.com",
    ]
    assert all("--stack dev --cwd examples/ranking" in line for line in said if line.startswith("pulumi"))
    for line in repository.called("pulumi up") + repository.called("pulumi preview"):
        if line.startswith("pulumi"):
            assert re.findall(r"--policy-pack\S* (\S+)", line) == ["../../policies/all", "levels.dev.json"]
    assert repository.called("curl")[0].endswith("https://flowise.example.com/health")
    assert "Value=ranking-dev}" in repository.called("put-metric-data")[0]
    # what it says of itself decides
    assert repository.run("deploy", SYSTEM="ranking", FAILS="ranking.smoke").returncode != 0


def test_a_page_is_built_before_anything_changes_and_published_once_what_it_asks_answers(
    repository: Repository,
) -> None:
    program = a_system(repository, page=True)
    assert repository.run("deploy", SYSTEM="ranking", AWS_SESSION_TOKEN="a-secret").returncode == 0
    log = repository.log.read_text().splitlines()
    (published,) = repository.called("tools.front_end")
    assert published == f"python -m tools.front_end --stack dev --cwd {program} {program}/app/web/dist"
    (up,) = [line for line in log if line.startswith("pulumi up")]
    asked = repository.called("curl")[0]
    assert log.index("npm run build") < log.index(up) < log.index(asked) < log.index(published)
    repository.output.write_text("")
    assert repository.run("deploy", SYSTEM="ranking", FAILS="npm test").returncode != 0
    assert repository.output.read_text() == ""
    # others' code is given no right of the job's
    (repository.bin / "npm").write_text('#!/bin/sh\ntest -z "${AWS_SESSION_TOKEN:-}${GH_TOKEN:-}"\n')
    assert repository.run("deploy", SYSTEM="ranking", AWS_SESSION_TOKEN="a", GH_TOKEN="b").returncode == 0


@pytest.mark.parametrize(
    ("environment", "asked"),
    [
        ({}, True),
        ({"CHANGE": "fix"}, False),
        ({"GOES_BACK": "true"}, False),
        ({"STACK": "dev"}, False),
        ({"OBJECTIVES": ""}, False),
        # nobody uses it yet
        ({"CLUSTER": ""}, False),
    ],
)
def test_a_feature_reaches_production_while_there_is_error_budget(
    repository: Repository, environment: dict[str, str], asked: bool
) -> None:
    a_system(repository, "tiktrend")
    given = {"SYSTEM": "tiktrend", "STACK": "prod", "OBJECTIVES": "availability response-time", "CLUSTER": "c"}
    # where the budget is spent
    done = repository.run("deploy", **(given | environment), FAILS="tools.error_budget")
    assert (done.returncode != 0) is asked
    counted_ = repository.called("python -m tools.error_budget --slo availability --slo response-time")
    assert bool(counted_) is asked
    assert (repository.called("pulumi up") == []) is asked
    assert bool(repository.called("kubectl -n monitoring port-forward service/prometheus-prometheus 9090")) is asked
    if asked:
        assert repository.output.read_text() == ""
        repository.log.write_text("")
        assert repository.run("deploy", **(given | environment)).returncode == 0
        assert repository.called("pulumi up")


@pytest.mark.parametrize("system", ["", "ranking"])
def test_the_colour_that_waits_gets_ready_before_everybody_is_sent_there(system: str, repository: Repository) -> None:
    if system:
        program = repository.folder / a_system(repository, system)
    else:
        program = repository.folder
        two_releases(program, "flowise")
    file = program / "Pulumi.dev.yaml"
    file.write_text(file.read_text().replace("active: blue", "active: green"))
    repository.commit("Send everybody to green")
    served = {"SYSTEM": system, "SERVED": "blue"}
    assert repository.run("deploy", **served).returncode == 0
    told = [line for line in repository.called("") if line.startswith("pulumi up") or "served:" in line]
    assert [line for line in told if "served:" in line] == ["served: blue", "served: green"]
    assert "active: green" in file.read_text()
    assert repository.git("status", "--porcelain") == ""
    # the way back is the switch alone, and so is what serves already
    for environment in ({**served, "GOES_BACK": "true"}, {**served, "SERVED": "green"}):
        repository.log.write_text("")
        assert repository.run("deploy", **environment).returncode == 0
        assert repository.called("served:") == ["served: green"]


def test_the_way_back_of_a_system_is_by_its_own_jobs(repository: Repository) -> None:
    a_system(repository)
    repository.ran(repository.old, {"dev": "success", "aps / dev": "success"}, workflow="systems")
    repository.ran(repository.old, {"dev": "success"})
    assert_not_back(repository, "no earlier commit of main was deployed by a run of the workflow", SYSTEM="ranking")
    repository.log.write_text("")
    good, repository.new = repository.new, repository.commit("newest")
    repository.git("update-ref", "refs/remotes/origin/main", repository.new)
    repository.ran(good, {"ranking / dev": "success"}, workflow="systems")
    assert repository.run("roll-back", SYSTEM="ranking").returncode == 0
    assert repository.git("rev-parse", "HEAD") == good
    (told,) = repository.called("gh issue create")
    assert f"Deploying ranking-dev failed at {repository.new[:12]}" in told
    assert "actions/runs/42 (ranking) - it is back at" in told


def test_a_system_is_deployed_by_hand_and_planned_likewise(repository: Repository, tmp_path: Path) -> None:
    program = a_system(repository, page=True)
    done = by_hand(repository, "--cwd", program)
    assert done.returncode == 0, done.stderr
    assert "ranking-dev: deploys " in done.stdout
    assert repository.called("python -m examples.ranking.smoke")
    done = by_hand(repository, "--cwd", program, "--stack", "nothing")
    assert f"{program}/Pulumi.nothing.yaml does not exist at HEAD" in done.stderr
    assert repository.run("plan", SYSTEM="ranking", GITHUB_STEP_SUMMARY=str(tmp_path / "said")).returncode == 0
    (called,) = repository.called("python -m tools.report")
    assert called.startswith(f"python -m tools.report --stack dev --cwd {program} --json report/dev.json")
    assert called.endswith(
        f"--cwd {program} --non-interactive --policy-pack ../../policies/all --policy-pack-config levels.dev.json"
    )
    assert repository.run("let-go", SYSTEM="ranking").returncode == 0
    assert repository.called("pulumi cancel") == [f"pulumi cancel --yes --stack dev --cwd {program}"]
    assert repository.run("set-up", SYSTEM="ranking", GITHUB_PATH=str(tmp_path / "path")).returncode == 0
    assert repository.output.read_text().endswith("region=sa-east-1\n")


def test_one_system_is_told_of_beside_another_of_the_same_run(repository: Repository) -> None:
    told = "https://github.com/acme/flowise/actions/runs/42 (aps) - it is back"
    for system, issues in (("aps", 0), ("ranking", 1)):
        assert repository.run("tell", SYSTEM=system, OPEN_ISSUE=told).returncode == 0
        assert len(repository.called("gh issue create")) == issues
    assert f"deploy (ranking) of {repository.new[:12]} did not end well" in repository.called("gh issue create")[0]


def test_every_system_of_examples_is_delivered_by_the_workflow_of_the_repositorys_own_stacks() -> None:
    """A lock, an approval and a way back for each stack of each: environments and groups begin with its name."""
    jobs = yaml.safe_load((WORKFLOWS / "systems.yml").read_text())["jobs"]
    systems = sorted(path.parent.name for path in (ROOT / "examples").glob("*/Pulumi.yaml"))
    assert sorted(jobs) == systems
    asks = yaml.safe_load((WORKFLOWS / "deploy.yml").read_text())["jobs"]["dev"]["permissions"]
    for name, job in jobs.items():
        assert job["uses"] == "./.github/workflows/deploy.yml"
        assert (job["with"]["system"], job["with"]["prefix"]) == (name, f"{name}-")
        assert job["permissions"] == asks
        assert f"vars.DEPLOY_{name.upper()} == 'true' && github.ref == 'refs/heads/main'" in job["if"]
        assert f"(inputs.system || '{name}') == '{name}'" in job["if"]
        assert (ROOT / "examples" / name / "smoke.py").exists()
        for stack in ("dev", "staging", "prod"):
            assert (ROOT / "examples" / name / f"levels.{stack}.json").exists()
    dispatched = yaml.safe_load((WORKFLOWS / "systems.yml").read_text())[True]["workflow_dispatch"]["inputs"]
    assert sorted(dispatched["system"]["options"]) == systems
    # what users are promised of it, by the names of its own objectives
    assert jobs["tiktrend"]["with"]["objectives"] == "availability response-time"


def test_going_back_counts_as_that_alone(repository: Repository) -> None:
    repository.ran(repository.old, {"dev": "success"})
    assert repository.run("roll-back").returncode == 0
    assert counted(repository) == [{"Succeeded": "0", "Failed": "0", "RolledBack": "1"}]


def test_a_way_back_that_fails_is_no_second_failed_change(repository: Repository) -> None:
    repository.ran(repository.old, {"dev": "success"})
    assert repository.run("roll-back", FAILS="curl").returncode == 0
    assert counted(repository) == [{"Succeeded": "0", "Failed": "0", "RolledBack": "0"}]


def test_a_deployment_succeeds_where_cloudwatch_cannot_be_told(repository: Repository) -> None:
    done = repository.run("deploy", FAILS="put-metric-data")
    assert done.returncode == 0
    assert "CloudWatch was not told" in done.stderr


def test_the_way_back_leads_to_the_last_deployment_that_succeeded(repository: Repository) -> None:
    older, repository.old = repository.old, repository.new
    repository.new = repository.commit("newest")
    repository.git("update-ref", "refs/remotes/origin/main", repository.new)
    repository.ran(older, {"dev": "success", "prod": "success"})
    # prod waits for approval, which says nothing of dev
    repository.ran(repository.old, {"dev": "success", "prod": "failure"})
    repository.ran(repository.new, {"dev": "failure", "prod": "skipped"})
    assert repository.run("roll-back").returncode == 0
    assert repository.git("rev-parse", "HEAD") == repository.old
    assert repository.called("pulumi up --stack dev")
    (told,) = repository.called("gh issue create")
    assert f"it is back at {repository.old}" in told
    assert "https://github.com/acme/flowise/actions/runs/42" in told


# what somebody with push access can have GitHub say of a commit that nobody reviewed, or of one that was not deployed
FOREIGN: dict[str, dict[str, Any]] = {
    "a branch": {"head_branch": "evil"},
    "a fork whose branch is called main": {"head_repository": {"full_name": "evil/flowise"}},
    "a pull request": {"event": "pull_request"},
}


@pytest.mark.parametrize("how", FOREIGN)
def test_the_way_back_never_leads_to_what_a_run_elsewhere_says(repository: Repository, how: str) -> None:
    repository.ran(repository.old, {"dev": "success"}, **FOREIGN[how])
    assert_not_back(repository, "no earlier commit of main was deployed by a run of the workflow")


@pytest.mark.parametrize("where", ["beside", "after", "nowhere"])
def test_the_way_back_never_leads_to_a_commit_that_is_not_one_of_mains_before(
    repository: Repository, where: str
) -> None:
    commit = "0" * 40
    if where != "nowhere":
        repository.git(
            "checkout", "--quiet", "-b", "elsewhere", repository.old if where == "beside" else repository.new
        )
        commit = repository.commit("unreviewed")
        repository.git("checkout", "--quiet", "main")
    repository.ran(commit, {"dev": "success"})
    assert_not_back(repository, "no earlier commit of main was deployed by a run of the workflow")


def test_the_way_back_never_leads_to_a_branch_that_the_failed_commit_is_on(repository: Repository) -> None:
    repository.git("update-ref", "refs/remotes/origin/main", repository.old)
    unreviewed, repository.new = repository.new, repository.commit("after it")
    repository.ran(unreviewed, {"dev": "success"})
    assert_not_back(repository, "no earlier commit of main was deployed by a run of the workflow")


def test_the_way_back_never_leads_forward_nor_to_what_failed(repository: Repository) -> None:
    newer = repository.commit("newest")
    repository.git("update-ref", "refs/remotes/origin/main", newer)
    repository.git("checkout", "--quiet", "--detach", repository.new)
    for commit in (repository.new, newer):
        repository.ran(commit, {"dev": "success"})
    assert_not_back(repository, "no earlier commit of main was deployed by a run of the workflow")


def test_a_deployment_record_that_somebody_wrote_leads_nowhere(repository: Repository) -> None:
    repository.answer("deployments", [{"id": 1, "sha": repository.old}])
    repository.answer("deployments/1/statuses", [{"state": "success"}])
    repository.answer("actions/workflows/deploy.yml/runs", {"workflow_runs": []})
    assert_not_back(repository, "no earlier commit of main was deployed by a run of the workflow")


@pytest.mark.parametrize("jobs", [{"dev": "failure"}, {"prod": "success"}, {"dev": None}, {}])
def test_a_run_whose_job_of_the_stack_did_not_end_well_is_passed_over(
    repository: Repository, jobs: dict[str, str]
) -> None:
    repository.ran(repository.old, jobs)
    assert_not_back(repository, "no earlier commit of main was deployed by a run of the workflow")


def test_where_github_does_not_answer_nothing_goes_back_and_people_are_told(repository: Repository) -> None:
    repository.ran(repository.old, {"dev": "success"})
    assert_not_back(repository, "GitHub did not answer", FAILS="gh api")
    repository.answer("actions/runs/1/jobs", {})
    repository.log.write_text("")
    assert_not_back(repository, "jobs")


def assert_not_back(repository: Repository, why: str, **environment: str) -> None:
    assert repository.run("roll-back", **environment).returncode == 0
    assert repository.called("pulumi up") == []
    assert repository.git("rev-parse", "HEAD") == repository.new
    (told,) = repository.called("gh issue create")
    assert "it did not go back: " in told
    assert why in told


def by_hand(repository: Repository, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    for stack in ("dev", "prod"):
        if repository.git("ls-files", f"Pulumi.{stack}.yaml") == "":
            (repository.folder / f"Pulumi.{stack}.yaml").touch()
            repository.new = repository.commit(f"with {stack}")
            repository.git("update-ref", "refs/remotes/origin/main", repository.new)
    return subprocess.run(
        [sys.executable, "-m", "tools.deploy", "--stack", "dev", *arguments],
        cwd=repository.folder,
        env=os.environ | repository.variables | {"PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_person_deploys_what_the_pipeline_would(repository: Repository) -> None:
    done = by_hand(repository)
    assert done.returncode == 0, done.stderr
    assert f"dev: deploys {repository.new[:7]} with prod" in done.stdout
    assert repository.called("make --silent setup")
    assert [line.split(" --")[0] for line in repository.called("pulumi up") if line.startswith("pulumi")] == [
        "pulumi up"
    ]
    assert [each["Succeeded"] for each in counted(repository)] == ["1"]
    assert repository.git("worktree", "list").count("\n") == 0


def test_a_person_goes_back_to_a_commit_of_main(repository: Repository) -> None:
    by_hand(repository, "--dry-run")
    repository.log.write_text("")
    good = repository.new
    repository.new = repository.commit("bad")
    repository.git("update-ref", "refs/remotes/origin/main", repository.new)
    done = by_hand(repository, "--to", good)
    assert done.returncode == 0, done.stderr
    assert f"dev: goes back to {good[:7]}" in done.stdout
    assert counted(repository) == [{"Succeeded": "0", "Failed": "0", "RolledBack": "1"}]
    assert repository.git("rev-parse", "HEAD") == repository.new


def test_a_rehearsal_judges_the_plan_and_changes_nothing(repository: Repository) -> None:
    assert by_hand(repository, "--dry-run").returncode == 0
    assert repository.called("tools.plan_guard")
    assert repository.called("pulumi up") + counted(repository) == []
    assert by_hand(repository, "--dry-run", FAILS="tools.plan_guard").returncode == 1


def test_what_a_deployment_by_hand_lacks_is_said_before_it_begins(repository: Repository) -> None:
    by_hand(repository, "--dry-run")
    repository.log.write_text("")
    (repository.folder / "program").write_text("half done")
    for words, arguments, environment in (
        ("what is not committed would not be deployed; commit it, or git stash", (), {}),
        ("aws sts get-caller-identity: nobody is logged in", (), {"FAILS": "get-caller-identity"}),
        ("pulumi whoami --non-interactive: nobody is logged in", (), {"FAILS": "whoami"}),
        (f"{'0' * 40}: no commit of this clone", ("--to", "0" * 40), {}),
        (f"--stack dev: Pulumi.dev.yaml does not exist at {repository.old}", ("--to", repository.old), {}),
        ("aws, curl, git, make, pulumi: not on PATH, install it", (), {"PATH": str(repository.answers)}),
    ):
        done = by_hand(repository, *arguments, **environment)
        assert done.returncode == 2
        assert words in done.stderr
    repository.commit("unreviewed")
    done = by_hand(repository)
    assert done.returncode == 2
    assert "HEAD: not on origin/main, so nobody reviewed it" in done.stderr
    assert repository.called("pulumi up") + repository.called("worktree") == []


def test_a_person_who_calls_for_the_way_back_hears_what_to_do(repository: Repository) -> None:
    done = repository.run("roll-back", GITHUB_RUN_ID="")
    assert done.returncode == 2
    assert "git revert" in done.stderr
    assert repository.called("") == []


def test_a_new_image_is_proposed_to_the_stacks_that_have_an_older_one(repository: Repository, tmp_path: Path) -> None:
    name = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/flowise"
    image = f"{name}:3.1.4-0a1b-42@sha256:{'ab' * 32}"
    (repository.folder / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "new_image.py", repository.folder / "tools")
    (repository.folder / "image").mkdir()
    for file in ("package.json", "Dockerfile"):
        shutil.copy(ROOT / "image" / file, repository.folder / "image")
    (repository.folder / "Pulumi.prod.yaml").write_text(f"config:\n  flowise:service:\n    image: {name}:3.1.3\n")
    main = repository.commit("with stacks")
    origin = tmp_path / "origin"
    repository.git("clone", "--quiet", "--bare", ".", str(origin))
    repository.git("remote", "add", "origin", str(origin))

    def proposed(of: str) -> str:
        done = repository.run("image", "propose", "image", "flowise:service.image", IMAGE=of)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "written by hand" in proposed(f"elsewhere/flowise@sha256:{'cd' * 32}")
    assert repository.called("gh pr create") == []
    proposed(image)
    (told,) = repository.called("gh pr create")
    assert "--base main --head image-abababababab --title Take flowise:3.1.4-0a1b-42@" in told
    assert "actions/runs/42" in repository.log.read_text()
    assert image in repository.git("show", "origin/image-abababababab:Pulumi.prod.yaml")
    assert repository.git("rev-parse", "image-abababababab~1") == main
    # the run again
    repository.git("switch", "--quiet", "main")
    proposed(image)
    assert len(repository.called("gh pr create")) == 1


def test_newer_images_of_nodes_are_proposed_to_the_stacks_that_name_older_ones(
    repository: Repository, tmp_path: Path
) -> None:
    (repository.folder / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "node_release.py", repository.folder / "tools")
    file = repository.folder / "Pulumi.prod.yaml"
    file.write_text('config:\n  aws:region: eu-west-1\n  flowise:cluster:\n    kubernetes_version: "1.35"\n')
    repository.commit("a stack that names none")

    def step(name: str, **environment: str) -> str:
        repository.output.write_text("")
        done = repository.run("nodes", name, **environment)
        assert done.returncode == 0, done.stderr
        return repository.output.read_text().strip()

    assert step("region") == "region=eu-west-1"
    assert step("ask") == ""
    assert repository.called("aws") == []
    file.write_text(f"{file.read_text()}    node_release: 1.35.2-20261120\n")
    main = repository.commit("with a release")
    origin = tmp_path / "origin"
    repository.git("clone", "--quiet", "--bare", ".", str(origin))
    repository.git("remote", "add", "origin", str(origin))
    asked = "/aws/service/eks/optimized-ami/1.35/amazon-linux-2023/arm64/standard/recommended/release_version"
    unknown = repository.run("nodes", "ask")
    assert (unknown.returncode, asked in unknown.stderr) == (1, True)
    text = file.read_text()
    file.write_text(f"{text}    node_image: WINDOWS\n")
    assert repository.run("nodes", "ask").returncode == 1
    file.write_text(text)
    releases = step("ask", NEWEST="1.35.2-20261120").removeprefix("releases=")
    assert releases == f"{asked}=1.35.2-20261120"
    # it is the newest
    step("propose", RELEASES=releases)
    assert repository.called("gh pr create") == []
    releases = step("ask", NEWEST="1.35.3-20261127").removeprefix("releases=")
    step("propose", RELEASES=releases)
    (told,) = repository.called("gh pr create")
    branch = told.partition("--head ")[2].split()[0]
    assert "node_release: 1.35.3-20261127" in repository.git("show", f"origin/{branch}:Pulumi.prod.yaml")
    assert repository.git("rev-parse", f"{branch}~1") == main
    # the run again, of one that nobody has merged
    repository.git("switch", "--quiet", "main")
    step("propose", RELEASES=releases)
    assert len(repository.called("gh pr create")) == 1


def test_the_webhook_of_a_chat_hears_what_the_issue_says_where_there_is_one(repository: Repository) -> None:
    assert repository.run("tell").returncode == 0
    assert repository.called("curl") == []
    # its address is a secret, and no other process reads it
    address = "https://hooks.example.com/services/T0/B0/secret"
    assert repository.run("tell", 'has "holes"', "lists them", NOTIFY_URL=address).returncode == 0
    (told,) = repository.called("curl")
    body = json.loads(told.partition("--data ")[2].rpartition(" --config")[0])
    run = "https://github.com/acme/flowise/actions/runs/42"
    assert body == {"text": f'deploy of {repository.new[:12]} has "holes": {run} lists them'}
    assert address not in repository.log.read_text()
    assert repository.stdin.read_text() == f'url = "{address}"\n'
    # a chat that does not answer is no reason to stop
    failed = repository.run("tell", NOTIFY_URL=address, FAILS="curl")
    assert (failed.returncode, "was not told" in failed.stderr) == (0, True)
    assert len(repository.called("gh issue create")) == 3


def test_whoever_is_told_by_an_issue_is_told_by_the_webhook_too() -> None:
    """The address is handed to every step that tells."""
    for path in WORKFLOWS.glob("*.yml"):
        for job in yaml.safe_load(path.read_text())["jobs"].values():
            for step in job.get("steps", ()):
                tells = str(step.get("run", "")).split(" ")[0] in (".ci/tell", ".ci/roll-back", ".ci/drift")
                assert (step.get("env", {}).get("NOTIFY_URL") == "${{ secrets.NOTIFY_URL }}") is tells, path.name


def test_a_run_that_was_cut_off_is_told_once(repository: Repository) -> None:
    assert repository.run("tell").returncode == 0
    (told,) = repository.called("gh issue create")
    assert "https://github.com/acme/flowise/actions/runs/42 " in told
    run, other = (f"https://github.com/acme/flowise/actions/runs/{each} - it is back" for each in ("42", "421"))
    for said, issues in ((run, 1), (f"deploy of {repository.new[:12]} did not end well", 1), (other, 2)):
        assert repository.run("tell", OPEN_ISSUE=said).returncode == 0
        assert len(repository.called("gh issue create")) == issues


def test_what_a_run_found_is_told_in_its_own_words(repository: Repository) -> None:
    assert repository.run("tell", "has holes", "lists them").returncode == 0
    (told,) = repository.called("gh issue create")
    assert f"deploy of {repository.new[:12]} has holes" in told
    assert "https://github.com/acme/flowise/actions/runs/42 lists them" in told


@pytest.mark.parametrize(("workflow", "jobs"), [("deploy", ["dev", "staging", "prod"]), ("drift", ["drift"])])
def test_whoever_waits_for_a_run_that_was_cut_off_is_told_by_another_job(workflow: str, jobs: list[str]) -> None:
    tell = yaml.safe_load((WORKFLOWS / f"{workflow}.yml").read_text())["jobs"]["tell"]
    needs = [tell["needs"]] if isinstance(tell["needs"], str) else tell["needs"]
    assert needs == jobs
    assert tell["if"].startswith("always() && ")
    assert "contains(needs.*.result, 'cancelled')" in tell["if"]
    assert tell["steps"][-1]["run"] == ".ci/tell"


def test_a_way_back_that_fails_is_told(repository: Repository) -> None:
    repository.ran(repository.old, {"dev": "success"})
    assert repository.run("roll-back", FAILS="curl").returncode == 0
    (told,) = repository.called("gh issue create")
    assert "failed, too" in told


def test_the_way_back_of_a_cancelled_run_winds_up_before_github_ends_it(repository: Repository) -> None:
    """What is ended from outside keeps its lock, and no step is left to take that away."""
    repository.ran(repository.old, {"dev": "success"})
    begun = time.monotonic()
    assert repository.run("roll-back", HANGS="yes", JOB_STATUS="cancelled", BACK_SECONDS="2").returncode == 0
    assert time.monotonic() - begun < 25
    assert "wound up" in repository.log.read_text()
    (told,) = repository.called("gh issue create")
    assert "failed, too" in told
    # of a deployment that failed it has the rest of the job's time
    repository.git("checkout", "--quiet", "main")
    assert repository.run("roll-back", JOB_STATUS="failure", BACK_SECONDS="0.001").returncode == 0
    assert "it is back at" in repository.called("gh issue create")[1]


@pytest.mark.parametrize(
    ("system", "of", "name"), [("", "--stack dev", "dev"), ("aps", "--stack dev --cwd examples/aps", "aps-dev")]
)
def test_drift_is_told_once(system: str, of: str, name: str, repository: Repository) -> None:
    assert repository.run("drift", SYSTEM=system).returncode == 0
    assert repository.called("gh") == []
    differs = {"SYSTEM": system, "FAILS": "pulumi preview"}
    assert repository.run("drift", **differs).returncode == 1
    assert repository.run("drift", **differs, OPEN_ISSUE=f"{name} and its account differ").returncode == 1
    (told,) = repository.called("gh issue create")
    assert f"--title {name} and its account differ" in told
    assert f"Run `pulumi refresh {of}` and look" in told
    assert f"pulumi preview {of} --refresh --expect-no-changes" in repository.called("pulumi preview")[0]
    # GitHub finds another stack's by the same words
    assert repository.run("drift", **differs, OPEN_ISSUE=f"other-{name} and its account differ").returncode == 1
    assert len(repository.called("gh issue create")) == 2
    # who does not hear what was told before tells it again
    differs["FAILS"] = "@(pulumi preview|gh issue list)"
    assert repository.run("drift", **differs).returncode == 1
    assert len(repository.called("gh issue create")) == 3


def test_staging_waits_for_dev_and_production_for_staging_and_for_its_environment() -> None:
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "deploy.yml").read_text())["jobs"]
    assert (jobs["staging"]["needs"], jobs["prod"]["needs"]) == ("dev", ["staging", "plan"])
    assert jobs["prod"]["if"] == "${{ !cancelled() && needs.staging.result == 'success' }}"
    for stack in ("dev", "staging", "prod"):
        assert jobs[stack]["env"]["STACK"] == stack
        assert jobs[stack]["environment"] == f"${{{{ inputs.prefix }}}}{stack}"
        assert jobs[stack]["concurrency"]["group"] == f"deploy-${{{{ inputs.prefix }}}}{stack}"
        assert jobs[stack]["permissions"]["contents"] == "read"
        assert not jobs[stack]["concurrency"]["cancel-in-progress"]


def test_whoever_approves_sees_what_production_would_really_get() -> None:
    """By a role that only reads, from main alone, and where there is one; a pull request has no way there."""
    workflow = yaml.safe_load((WORKFLOWS / "deploy.yml").read_text())
    assert set(workflow[True]) == {"push", "workflow_call", "workflow_dispatch"}  # YAML's "on"
    job = workflow["jobs"]["plan"]
    # as the plan role's trust names it
    assert (job["environment"], job["needs"]) == ("drift-${{ inputs.prefix }}prod", "staging")
    assert job["permissions"] == {"contents": "read", "id-token": "write"}
    assert all("vars.PLAN_ROLE_ARN != ''" in step["if"] for step in job["steps"])
    assert "DEPLOY_ROLE_ARN" not in str(job)
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/set-up", ".ci/plan"]
    for name in ("preview", "checks"):
        assert "PLAN_ROLE_ARN" not in (WORKFLOWS / f"{name}.yml").read_text()


def test_the_report_of_a_real_stack_is_of_a_preview_under_every_pack(repository: Repository, tmp_path: Path) -> None:
    summary = tmp_path / "summary"
    assert repository.run("plan", STACK="prod", GITHUB_STEP_SUMMARY=str(summary)).returncode == 0
    (called,) = repository.called("python -m tools.report")
    faces = "--json report/prod.json --html report/prod.html"
    preview = "pulumi preview --stack prod --non-interactive"
    packs = "--policy-pack policies/all --policy-pack-config policies/levels.prod.json"
    assert called == f"python -m tools.report --stack prod {faces} --summary {summary} -- {preview} {packs}"
    # nothing that changes it, nor the verdict's status, is swallowed
    assert repository.called("pulumi up") == []
    assert repository.run("plan", FAILS="tools.report").returncode == 7


def test_drift_is_looked_for_with_the_role_that_reads() -> None:
    text = (WORKFLOWS / "drift.yml").read_text()
    assert "PLAN_ROLE_ARN" in text
    assert "DEPLOY_ROLE_ARN" not in text
    job = yaml.safe_load(text)["jobs"]["drift"]
    # as the plan role's trust names it
    assert job["environment"] == "drift-${{ inputs.prefix }}${{ matrix.stack }}"
    # who looks at one stack breaks off nobody who looks at another
    assert job["concurrency"]["group"] == job["environment"]
    assert "concurrency" not in yaml.safe_load(text)
    assert job["env"]["SYSTEM"] == "${{ inputs.system }}"


def test_every_stack_that_is_deployed_is_looked_at_by_night() -> None:
    """Those of the repository's own and of every system, where the pipeline deploys them: none is left out."""
    drift = yaml.safe_load((WORKFLOWS / "drift.yml").read_text())["jobs"]
    looked_at = {("", stack) for stack in drift["drift"]["strategy"]["matrix"]["stack"]}
    systems = yaml.safe_load((WORKFLOWS / "systems-drift.yml").read_text())
    assert "schedule" in systems[True]  # YAML's "on"
    for name, job in systems["jobs"].items():
        assert job["uses"] == "./.github/workflows/drift.yml"
        assert job["with"] == {"system": name, "prefix": f"{name}-"}
        assert job["permissions"] == drift["drift"]["permissions"]
        assert job["if"] == f"vars.DEPLOY_{name.upper()} == 'true' && github.ref == 'refs/heads/main'"
        assert job["secrets"] == "inherit"
        looked_at |= {(name, stack) for _, stack in looked_at}
    files = (*ROOT.glob("Pulumi.*.yaml"), *(ROOT / "examples").glob("*/Pulumi.*.yaml"))
    there = {("" if path.parent == ROOT else path.parent.name, path.name.split(".")[1]) for path in files}
    assert looked_at == there


def test_what_judges_a_change_or_decides_what_is_deployed_has_owners() -> None:
    lines = (ROOT / ".github" / "CODEOWNERS").read_text().splitlines()
    owned = {line.split()[0].lstrip("/") for line in lines if not line.startswith("#")}
    guard = {"tools/plan_guard.py", "sandbox/stateful/", "sandbox/plans.py"}
    assert {".ci/", ".github/", "policies/", "Pulumi*.yaml"} | guard <= owned
    assert [each for each in owned if not list(ROOT.glob(each))] == []


def test_uv_itself_is_installed_by_the_hashes_of_the_lock() -> None:
    (package,) = [each for each in tomllib.loads((ROOT / "uv.lock").read_text())["package"] if each["name"] == "uv"]
    recipe = (ROOT / "Makefile").read_text().replace("$$", "$")
    (command,) = re.findall(r"(sed -nE '\S+ .*) \| \\\n\s*tr .*--require-hashes", recipe)
    said = subprocess.run(["bash", "-c", command], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    files = [*package["wheels"], package["sdist"]]
    assert said[0] == f"uv=={package['version']}"
    assert sorted(said[1:]) == sorted(f"--hash={each['hash']}" for each in files)
