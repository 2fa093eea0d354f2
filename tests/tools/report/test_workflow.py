"""The workflow of pull requests runs make's targets alone, and these run what tests here run."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[3]
WORKFLOW: dict[Any, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / "preview.yml").read_text())


def steps(job: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = WORKFLOW["jobs"][job]["steps"]
    return found


def planned(run: str, **variables: str) -> str:
    """Return what make would run."""
    make = shutil.which("make")
    assert make
    words = re.sub(r"\$(\w+)", lambda found: variables[found[1]], run.replace('"', "")).split()
    # a variable of several words is one word to make
    arguments = [word for word in words[1:] if "=" in word or word in ("cli", "report", "preview", "comment")]
    done = subprocess.run([make, "--dry-run", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return re.sub(r"\s*\\\n\s*", " ", done.stdout)


def test_each_step_calls_a_target_of_make() -> None:
    runs = [step["run"] for job in WORKFLOW["jobs"] for step in steps(job) if "run" in step]
    assert [run.split()[1] for run in runs if run.startswith("make ")] == ["cli", "report", "preview", "comment"]
    assert len(runs) == 4
    assert not [run for run in runs if "${{" in run or "|" in run]


def test_a_leg_reports_against_the_target_branch_and_hands_the_report_on() -> None:
    run = next(step["run"] for step in steps("report") if "report" in step.get("run", ""))
    told = planned(run, STACK="prod", TARGET="main", GITHUB_STEP_SUMMARY="/tmp/summary")
    assert '-m tools.report --stack prod --base "origin/main" --json report/prod.json' in told
    assert '--html report/prod.html --summary "/tmp/summary"' in told
    upload = steps("report")[-1]
    assert upload["if"] == "always()"
    assert upload["with"]["path"] == "report"


def test_what_may_write_is_the_target_branchs_code_and_never_a_forks_run() -> None:
    jobs = WORKFLOW["jobs"]
    writes = {name for name, one in jobs.items() if "write" in one["permissions"].values()}
    assert writes == {"comment", "code-scanning"}
    for name in writes:
        assert "head.repo.full_name == github.repository" in jobs[name]["if"]
    assert steps("comment")[0]["with"]["ref"] == "${{ github.event.pull_request.base.sha }}"
    # nothing is checked out there, and no shell runs
    assert [step["uses"].partition("@")[0] for step in steps("code-scanning")] == [
        "actions/download-artifact",
        "github/codeql-action/upload-sarif",
    ]
    assert WORKFLOW["permissions"] == {}
    assert "pull_request_target" not in str(WORKFLOW)


def test_what_the_packs_find_goes_to_the_code_host_only_where_it_takes_it() -> None:
    (step,) = [step for step in steps("report") if "preview" in step.get("run", "")]
    assert "vars.CODE_SCANNING == 'true'" in step["if"]
    assert "vars.CODE_SCANNING == 'true'" in WORKFLOW["jobs"]["code-scanning"]["if"]
    told = planned(step["run"], STACK="prod")
    assert "-m tools.report --stack prod --sarif report/prod.sarif -- " in told
    given = steps("code-scanning")[-1]["with"]["sarif_file"]
    assert given == steps("code-scanning")[0]["with"]["path"] == steps("report")[-1]["with"]["path"]
    # main's findings are what a pull request's are told from, and no report is of main
    assert WORKFLOW[True]["push"] == {"branches": ["main"]}  # YAML's "on"
    reports = [step["if"] for step in steps("report") if "report STACK" in step.get("run", "")]
    assert reports == ["github.event_name == 'pull_request'"]


def test_the_comment_is_of_all_stacks_that_have_a_leg() -> None:
    run = steps("comment")[-1]["run"]
    stacks = WORKFLOW["jobs"]["report"]["strategy"]["matrix"]["stack"]
    assert f'STACKS="{" ".join(stacks)}"' in run
    told = planned(run.replace('"dev staging prod"', "dev"), PULL="7", HEAD="9d41e07", LINK="https://example.com/1")
    assert '-m tools.report.post report --pull "7" --head "9d41e07" --link "https://example.com/1" --expect dev' in told
