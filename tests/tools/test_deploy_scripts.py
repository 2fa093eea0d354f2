"""The pipeline's scripts, with stand-ins for the programs that they call."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
# each writes down how it was called; what a test wants to fail is named in FAILS
STAND_IN = """#!/usr/bin/env bash
echo "$(basename "$0") $*" >> "$LOG"
case "$(basename "$0") $*" in
  *"stack output url"*) echo https://flowise.example.com ;;
  *"python -m tools.plan_guard"*) ( while test "$1" != --; do shift; done; shift; "$@" ) || exit ;;
  *"python -m tools.tunnel"*) while test "$1" != --; do shift; done; shift; "$@"; exit ;;
  *"/deployments?"*) echo "3 $NEW"; echo "2 failedbefore"; echo "1 $OLD" ;;
  *"deployments/1/statuses"*) echo success ;;
  *"deployments/2/statuses"*) echo failure ;;
  *"issue list"*) echo "${OPEN_ISSUE:-}" ;;
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
        for pack in ("cost", "security"):
            (self.folder / "policies" / pack).mkdir(parents=True)
            (self.folder / "policies" / pack / "levels.dev.json").write_text("{}")
        for program in ("aws", "pulumi", "curl", "gh", "make", "python"):
            (folder / "bin").mkdir(exist_ok=True)
            (folder / "bin" / program).write_text(STAND_IN)
            (folder / "bin" / program).chmod(0o755)
        self.bin = folder / "bin"
        self.git("init", "--quiet")
        self.old = self.commit("old")
        self.new = self.commit("new")

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

    def run(self, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
        known = {
            **{"PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}", "PYTHON": "python", "STACK": "dev"},
            **{"LOG": str(self.log), "NEW": self.new, "OLD": self.old, "GITHUB_REPOSITORY": "acme/flowise"},
            **{"GITHUB_SERVER_URL": "https://github.com", "GITHUB_RUN_ID": "42"},
        }
        return subprocess.run(
            [self.folder / ".ci" / script],
            cwd=self.folder,
            env={**os.environ, **known, **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def called(self, words: str) -> list[str]:
        return [line for line in self.log.read_text().splitlines() if words in line]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_a_deployment_is_planned_guarded_made_under_every_pack_and_asked_from_outside(repository: Repository) -> None:
    assert repository.run("deploy").returncode == 0
    said = [line for line in repository.log.read_text().splitlines() if not line.startswith("python -m tools.tunnel")]
    assert [line.split(" --")[0].split(" /")[0] for line in said] == [
        "python -m tools.plan_guard",
        "pulumi preview",
        "pulumi up",
        "pulumi stack output url",
        "curl",
        "aws cloudwatch put-metric-data",
    ]
    for line in (said[1], said[2]):
        for pack in ("cost", "security"):
            assert f"--policy-pack policies/{pack}/ --policy-pack-config policies/{pack}/levels.dev.json" in line
    assert said[-2].endswith("https://flowise.example.com/api/v1/ping")
    # a private endpoint is reached through the tunnel
    assert repository.called("tools.tunnel --stack dev -- pulumi up")


@pytest.mark.parametrize("fails", ["pulumi preview", "tools.plan_guard"])
def test_nothing_is_changed_where_the_plan_is_refused(repository: Repository, fails: str) -> None:
    assert repository.run("deploy", FAILS=fails).returncode != 0
    assert repository.called("pulumi up") == []


def test_a_site_that_does_not_answer_fails_the_deployment(repository: Repository) -> None:
    assert repository.run("deploy", FAILS="curl").returncode != 0


def counted(repository: Repository) -> list[dict[str, str]]:
    """What each call told CloudWatch: metric -> value."""
    told = repository.called("put-metric-data --namespace Flowise/Deployments")
    assert all("Dimensions=[{Name=Stack,Value=dev}]" in line for line in told)
    return [dict(re.findall(r"MetricName=(\w+),Unit=\w+,Value=(\d+)", line)) for line in told]


def test_cloudwatch_is_told_how_long_a_deployment_took(repository: Repository) -> None:
    assert repository.run("deploy").returncode == 0
    (told,) = counted(repository)
    assert int(told.pop("DurationSeconds")) < 60
    assert told == {"Succeeded": "1", "Failed": "0", "RolledBack": "0"}


@pytest.mark.parametrize("fails", ["pulumi up", "curl"])
def test_cloudwatch_is_told_of_a_change_that_failed(repository: Repository, fails: str) -> None:
    assert repository.run("deploy", FAILS=fails).returncode != 0
    assert counted(repository) == [{"Succeeded": "0", "Failed": "1", "RolledBack": "0"}]


def test_a_plan_that_was_refused_is_no_change_that_failed(repository: Repository) -> None:
    assert repository.run("deploy", FAILS="tools.plan_guard").returncode != 0
    assert counted(repository) == []


def test_going_back_counts_as_that_alone(repository: Repository) -> None:
    assert repository.run("roll-back").returncode == 0
    assert counted(repository) == [{"Succeeded": "0", "Failed": "0", "RolledBack": "1"}]


def test_a_way_back_that_fails_is_no_second_failed_change(repository: Repository) -> None:
    assert repository.run("roll-back", FAILS="curl").returncode == 0
    assert counted(repository) == [{"Succeeded": "0", "Failed": "0", "RolledBack": "0"}]


def test_a_deployment_succeeds_where_cloudwatch_cannot_be_told(repository: Repository) -> None:
    done = repository.run("deploy", FAILS="put-metric-data")
    assert done.returncode == 0
    assert "CloudWatch was not told" in done.stderr


def test_the_way_back_leads_to_the_last_deployment_that_succeeded(repository: Repository) -> None:
    assert repository.run("roll-back").returncode == 0
    assert repository.git("rev-parse", "HEAD") == repository.old
    assert repository.called("pulumi up --stack dev")
    (told,) = repository.called("gh issue create")
    assert f"it is back at {repository.old}" in told
    assert "https://github.com/acme/flowise/actions/runs/42" in told


def test_a_way_back_that_fails_is_told(repository: Repository) -> None:
    assert repository.run("roll-back", FAILS="curl").returncode == 0
    (told,) = repository.called("gh issue create")
    assert "failed, too" in told


def test_where_nothing_was_deployed_before_people_are_told(repository: Repository) -> None:
    assert repository.run("roll-back", OLD=repository.new).returncode == 0
    assert repository.called("pulumi up") == []
    (told,) = repository.called("gh issue create")
    assert "no earlier deployment" in told


def test_drift_is_told_once(repository: Repository) -> None:
    assert repository.run("drift").returncode == 0
    assert repository.called("gh") == []
    assert repository.run("drift", FAILS="pulumi preview").returncode == 1
    assert repository.run("drift", FAILS="pulumi preview", OPEN_ISSUE="5").returncode == 1
    assert len(repository.called("gh issue create")) == 1
    assert "--refresh --expect-no-changes" in repository.called("pulumi preview")[0]


def test_production_waits_for_dev_and_for_its_environment() -> None:
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "deploy.yml").read_text())["jobs"]
    assert jobs["prod"]["needs"] == "dev"
    for stack in ("dev", "prod"):
        assert jobs[stack]["environment"] == jobs[stack]["env"]["STACK"] == stack
        assert jobs[stack]["permissions"]["contents"] == "read"
        assert not jobs[stack]["concurrency"]["cancel-in-progress"]


def test_drift_is_looked_for_with_the_role_that_reads() -> None:
    text = (ROOT / ".github" / "workflows" / "drift.yml").read_text()
    assert "PLAN_ROLE_ARN" in text
    assert "DEPLOY_ROLE_ARN" not in text
