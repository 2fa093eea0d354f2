"""Deploys a stack by hand, as the pipeline does it, or brings it back to an earlier commit of main.

    python -m tools.deploy --stack prod --dry-run
    python -m tools.deploy --stack prod --to 1a2b3c4
    python -m tools.deploy --stack prod --cwd examples/ranking

What it lacks is said before it begins. The commit is one of origin's main, which somebody reviewed: the one that is
checked out, or --to. It is laid out in a folder of its own, set up there, and given to .ci/deploy as it is here: the
signatures of images, the plan under every policy pack, the guard over it, then `up`, and a question to the site. What
a migration did to the database stays done (docs/operations/releases.md).

It ends with 0, 1 where the deployment was refused or failed, and 2 where it did not begin.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .deployed import MAIN, is_before, system_of

PROGRAMS = ("aws", "curl", "git", "make", "pulumi")
# what tells who asks, with how to become somebody
_WHO = (
    (
        ("aws", "sts", "get-caller-identity", "--query", "Arn", "--output", "text"),
        "log in to the stack's account",
    ),
    (("pulumi", "whoami", "--non-interactive"), "pulumi login, to the backend of the stack's state"),
)
_GITHUB = re.compile(r"(?:^git@github\.com:|^https://github\.com/|^ssh://git@github\.com/)(.+?)(?:\.git)?/?$")


def lacks(commit: str, stack: str, program: Path) -> Iterator[str]:
    """Yield what must be so before a commit is deployed to a stack by hand, and is not, each with what to do."""
    system = system_of(program)
    page = ("npm",) if system and (program / "app" / "web").is_dir() else ()
    absent = [each for each in (*PROGRAMS, *page) if shutil.which(each) is None]
    if absent:
        yield f"{', '.join(absent)}: not on PATH, install it"
        return
    for command, do in _WHO:
        if _run(*command).returncode:
            yield f"{' '.join(command[:3])}: nobody is logged in; {do}"
    if _run("git", "cat-file", "-e", f"{commit}^{{commit}}").returncode:
        yield f"{commit}: no commit of this clone; git fetch origin"
    elif not is_before(commit, MAIN) and _resolved(commit) != _resolved(MAIN):
        yield f"{commit}: not on {MAIN}, so nobody reviewed it; merge it first, or git fetch origin"
    elif _run("git", "cat-file", "-e", f"{commit}:{_file(stack, system)}").returncode:
        yield f"--stack {stack}: {_file(stack, system)} does not exist at {commit}"
    elif commit == "HEAD" and _run("git", "status", "--porcelain").stdout.strip():
        yield "what is not committed would not be deployed; commit it, or git stash"


def deploy(commit: str, stack: str, system: str = "", *, dry_run: bool, goes_back: bool) -> int:
    """Deploy a commit from a folder of its own; the status of .ci/deploy, or of what came before it."""
    script = Path(_run("git", "rev-parse", "--show-toplevel").stdout.strip(), ".ci", "deploy")
    environment = {**os.environ, "STACK": stack, "DRY_RUN": str(dry_run).lower(), "GOES_BACK": str(goes_back).lower()}
    environment["SYSTEM"] = system
    origin = _GITHUB.match(_run("git", "remote", "get-url", "origin").stdout.strip())
    if origin:
        environment.setdefault("GITHUB_REPOSITORY", origin[1])
    with tempfile.TemporaryDirectory(prefix="deploy-") as folder:
        tree = Path(folder, "tree")
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", tree, commit], check=True)
        try:
            for step in (["make", "--silent", "setup"], ["bash", str(script)]):
                if status := subprocess.run(step, cwd=tree, env=environment, check=False).returncode:
                    return status
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", tree], check=True)
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.deploy", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--stack", required=True, help="name of the stack")
    parser.add_argument("--cwd", type=Path, default=Path(), help="the program's folder (default: here)")
    parser.add_argument("--to", metavar="SHA", help="go back to this commit of main; what is checked out without it")
    parser.add_argument("--dry-run", action="store_true", help="judge the plan, and change nothing")
    given = parser.parse_args(arguments)
    commit, system = given.to or "HEAD", system_of(given.cwd)
    missing = list(lacks(commit, given.stack, given.cwd))
    if missing:
        sys.stderr.writelines(f"{each}\n" for each in missing)
        return 2
    subject = _run("git", "log", "-1", "--format=%h %s", commit).stdout.strip()
    account, backend = (_run(*command).stdout.strip() for command, _ in _WHO)
    verb = "plans" if given.dry_run else "goes back to" if given.to else "deploys"
    name = f"{system}-{given.stack}" if system else given.stack
    sys.stdout.write(f"{name}: {verb} {subject}\n  AWS: {account}\n  Pulumi: {backend}\n")
    sys.stdout.flush()
    return 1 if deploy(commit, given.stack, system, dry_run=given.dry_run, goes_back=bool(given.to)) else 0


def _file(stack: str, system: str) -> str:
    return f"examples/{system}/Pulumi.{stack}.yaml" if system else f"Pulumi.{stack}.yaml"


def _resolved(commit: str) -> str:
    return _run("git", "rev-parse", f"{commit}^{{commit}}").stdout.strip()


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    sys.exit(main())
