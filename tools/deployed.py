"""Which commit of main the pipeline deployed last, before the one that is checked out.

    python -m tools.deployed --stack prod

It asks GitHub for runs of the workflow `deploy`, whose records nobody writes by hand (of a system of examples/, which
--cwd names: of `systems`). A deployment record would not do:
whoever may push can create one with any status, for any commit. A commit counts where the stack's job ended well, in a
run for main of this repository, and where it is one of main's, and before the one that is checked out.

It ends with 0 and the commit, 1 where there is none, and 2 where GitHub did not say.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

# as a clone of the workflow's has it
MAIN = "origin/main"
# what starts the workflow: neither a pull request nor what another workflow calls
_EVENTS = ("push", "workflow_dispatch")

Github = Callable[[str], Mapping[str, Any]]


class NoAnswer(Exception):
    """GitHub did not say; its text is the message."""


def system_of(folder: Path) -> str:
    """Return the system of examples/ whose program lies in a folder; "" is this repository's own."""
    whole = folder.resolve()
    return whole.name if whole.parent.name == "examples" else ""


def good(stack: str, repository: str, github: Github, system: str = "") -> Iterator[str]:
    """Yield the commits that the pipeline's runs for main deployed, the newest run first."""
    # a job of a workflow that is called is named after the job that calls it, too
    workflow, name = ("systems", f"{system} / {stack}") if system else ("deploy", stack)
    runs = github(f"repos/{repository}/actions/workflows/{workflow}.yml/runs?branch=main&per_page=100")
    for run in runs["workflow_runs"]:
        # a branch of a fork may be called main, too
        ours = run["head_branch"] == "main" and run["head_repository"]["full_name"] == repository
        if not ours or run["event"] not in _EVENTS:
            continue
        jobs = github(f"repos/{repository}/actions/runs/{run['id']}/jobs?per_page=100")["jobs"]
        if any((job["name"], job["conclusion"]) == (name, "success") for job in jobs):
            yield run["head_sha"]


def last(stack: str, repository: str, system: str = "") -> str | None:
    """Return the last commit of main before HEAD that the pipeline deployed to a stack; None where there is none.

    Raises NoAnswer where GitHub does not say.
    """
    try:
        found = good(stack, repository, _github, system)
        return next((commit for commit in found if is_before(commit, "HEAD") and is_before(commit, MAIN)), None)
    except (KeyError, TypeError) as error:
        raise NoAnswer(f"GitHub's answer lacks {error}") from error


def is_before(commit: str, later: str) -> bool:
    """Return whether a commit is in another's history, and not that itself; one that is not here is not."""
    if _git("merge-base", "--is-ancestor", commit, later).returncode:
        return False
    return _git("rev-parse", later).stdout.strip() != commit


def _git(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)


def _github(path: str) -> Mapping[str, Any]:
    try:
        done = subprocess.run(["gh", "api", path], capture_output=True, text=True, check=False)
        if done.returncode:
            raise ValueError(done.stderr.strip())
        answer: Mapping[str, Any] = json.loads(done.stdout)
    except FileNotFoundError:
        raise NoAnswer("gh is not on PATH: install GitHub's command line") from None
    except ValueError as error:
        raise NoAnswer(f"GitHub did not answer {path.partition('?')[0]}: {error}") from error
    return answer


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.deployed", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--stack", required=True, help="name of the stack, which is its job's, too")
    parser.add_argument("--cwd", type=Path, default=Path(), help="the program's folder (default: here)")
    given = parser.parse_args()
    repository = os.environ.get("GITHUB_REPOSITORY")
    if not repository:
        sys.stderr.write("set GITHUB_REPOSITORY to owner/name, as a workflow has it\n")
        return 2
    try:
        commit = last(given.stack, repository, system_of(given.cwd))
    except NoAnswer as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if commit:
        sys.stdout.write(f"{commit}\n")
        return 0
    sys.stderr.write("no earlier commit of main was deployed by a run of the workflow\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
