"""What the pipeline is rehearsed on: a repository whose origin is a folder, an account on the sandbox, and GitHub."""

import json
import os
import shutil
import subprocess
import sys
import threading
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

from sandbox.commands.drift import drift
from sandbox.toolchain import CHOICE, pulumi_cli
from sandbox.workspace import Workspace

from .actions import Ended, Run
from .stand_in import PROGRAMS

ROOT = Path(__file__).parents[2]
REPOSITORY = "acme/flowise"
STACKS = ("dev", "staging", "prod")
AUTHOR = "github-actions[bot]"
_SETUP = ("pyproject.toml", "policies/pyproject.toml", "uv.lock")
_SHIM = '#!/bin/sh\nexec "{python}" "{stand_in}" {program} "$@"\n'


@dataclass
class Account:
    """A repository and what its pipeline deploys to; `folder` holds all of it, and may be copied."""

    folder: Path
    log: Path

    def __post_init__(self) -> None:
        """Keep nothing of an earlier rehearsal."""
        shutil.rmtree(self.log, ignore_errors=True)

    @classmethod
    def made(cls, folder: Path, log: Path) -> "Account":
        """Return one whose main is what lies in this repository, committed or not."""
        account = cls(folder, log)
        for each in ("bin", "sandbox", "jobs", "tree"):
            (folder / each).mkdir(parents=True)
        listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout
        for name in filter(None, listed.split("\0")):
            if (ROOT / name).exists():
                (account.tree / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, account.tree / name)
        account.git("init", "--quiet", "--initial-branch", "main")
        account.commit("What stands here")
        return account

    def copied(self, folder: Path, log: Path) -> "Account":
        """Return another that begins as this one is."""
        shutil.copytree(
            self.folder, folder, symlinks=True, ignore=shutil.ignore_patterns("jobs", "log.jsonl", "issues")
        )
        (folder / "jobs").mkdir()
        return Account(folder, log)

    @property
    def tree(self) -> Path:
        """The working copy of who changes something; it is the pipeline's origin, too."""
        return self.folder / "tree"

    def git(self, *arguments: str) -> str:
        """Return what git says in the working copy."""
        identity = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        done = subprocess.run(["git", *identity, *arguments], cwd=self.tree, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def commit(self, message: str) -> str:
        """Commit what differs; the commit."""
        self.git("add", "--all", "--force")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def set(self, stack: str, settings: Mapping[str, Any], program: str = ".") -> None:
        """Write settings, by their paths, into a stack's file."""
        file = self.tree / program / f"Pulumi.{stack}.yaml"
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
        for path, value in settings.items():
            *above, last = path.split(".")
            node = document["config"]
            for key in above:
                node = node.setdefault(key, {})
            node[last] = value
        file.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")

    def replace(self, file: str, old: str, new: str) -> None:
        """Write one text for another, which must be there, into a file."""
        text = (self.tree / file).read_text(encoding="utf-8")
        assert old in text
        (self.tree / file).write_text(text.replace(old, new), encoding="utf-8")

    def setting(self, stack: str, path: str, program: str = ".") -> Any:
        """Return what a stack's file says."""
        node: Any = yaml.safe_load((self.tree / program / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8"))["config"]
        for key in path.split("."):
            node = node[key]
        return node

    def stacks(self) -> list[str]:
        """Return the stacks that have a state."""
        return sorted(each.stem for each in (self.folder / "sandbox" / "state" / ".pulumi" / "stacks").glob("*/*.json"))

    def state(self, stack: str, project: str = "flowise") -> str:
        """Return the state of a stack, as text."""
        file = self.folder / "sandbox" / "state" / ".pulumi" / "stacks" / project / f"{stack}.json"
        return file.read_text(encoding="utf-8")

    def locks(self) -> list[str]:
        """Return the locks that are held on states."""
        return [each.name for each in (self.folder / "sandbox" / "state" / ".pulumi" / "locks").rglob("*.json")]

    def called(self, *words: str) -> list[str]:
        """Return the calls to the stand-ins in which these words stand."""
        log = self.folder / "log.jsonl"
        lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []
        calls = [" ".join([each["program"], *each["arguments"]]) for each in lines]
        return [call for call in calls if all(word in call for word in words)]

    @property
    def issues(self) -> str:
        """What people were told."""
        file = self.folder / "issues"
        return file.read_text(encoding="utf-8") if file.exists() else ""

    def say(self, name: str, *texts: str) -> None:
        """Say how the account is, in one of the files that the stand-ins read."""
        (self.folder / name).write_text("\n".join(texts), encoding="utf-8")

    @property
    def findings(self) -> Path:
        """What code scanning was given."""
        return self.folder / "findings"

    def pull_request(
        self, number: int, commit: str, server: "GitHub", stacks: Sequence[str] = STACKS, *, scanned: bool = False
    ) -> dict[str, Ended]:
        """Run the workflow of pull requests on a branch's commit, for these stacks, with code scanning or without."""
        server.head = commit
        of = {"full_name": REPOSITORY}
        pull = {"number": number, "head": {"sha": commit, "repo": of}, "base": {"sha": self.git("rev-parse", "main")}}
        described = {"event": {"pull_request": pull}, "event_name": "pull_request", "base_ref": "main", "sha": commit}
        environment = {"GITHUB_API_URL": f"http://127.0.0.1:{server.server_address[1]}"}
        return self._run("preview", described, environment, stacks=stacks, scanned=scanned)

    def merge(
        self, commit: str = "", jobs: Sequence[str] = (), cancel_at: str = "", attempts: int = 1
    ) -> dict[str, Ended]:
        """Run the workflow of main on a commit, and let GitHub have the run."""
        commit = commit or self.git("rev-parse", "main")
        described = {"event_name": "push", "ref": "refs/heads/main", "sha": commit}
        environment = {"ATTEMPTS": str(attempts), "HEALTH_MINUTES": "0"}
        ended = self._run("deploy", described, environment, jobs, cancel_at)
        self.ran(commit, {name: each.conclusion for name, each in ended.items()})
        return ended

    def deliver(self, system: str, jobs: Sequence[str] = (), attempts: int = 1) -> dict[str, Ended]:
        """Run the workflow of main for a system of examples/, on main's last commit, and let GitHub have the run."""
        commit = self.git("rev-parse", "main")
        described = {"event_name": "push", "ref": "refs/heads/main", "sha": commit}
        environment = {"ATTEMPTS": str(attempts), "HEALTH_MINUTES": "0"}
        ended = self._run("systems", described, environment, jobs, system=system)
        self.ran(commit, {name: each.conclusion for name, each in ended.items()}, "systems")
        return {name.removeprefix(f"{system} / "): each for name, each in ended.items()}

    def look(self, stacks: Sequence[str]) -> dict[str, Ended]:
        """Run the workflow of the night on main's last commit, for these stacks."""
        described = {"event_name": "schedule", "ref": "refs/heads/main", "sha": self.git("rev-parse", "main")}
        return self._run("drift", described, {}, stacks=stacks)

    def drift(self, stack: str, resource: str, *changes: str) -> None:
        """Change a resource of a stack by hand, which the engine is not told."""
        of = Workspace.of(self.tree, stack, self.folder / "sandbox")
        drift(of, Namespace(resource=resource, changes=changes, delete=False), [])

    def ran(self, commit: str, jobs: Mapping[str, str], workflow: str = "deploy", **besides: Any) -> None:
        """Let GitHub have a run of a workflow that deploys, newer than those before."""
        known = self._runs()
        runs = known.setdefault(f"workflows/{workflow}.yml/runs", {"workflow_runs": []})["workflow_runs"]
        run = {
            **{"id": len(known), "head_sha": commit, "head_branch": "main", "event": "push"},
            **{"head_repository": {"full_name": REPOSITORY}, **besides},
        }
        runs.insert(0, run)
        listed = [{"name": name, "conclusion": conclusion} for name, conclusion in jobs.items()]
        known[f"runs/{run['id']}/jobs"] = {"jobs": listed}
        self.say("runs.json", json.dumps(known))

    def _runs(self) -> dict[str, Any]:
        file = self.folder / "runs.json"
        return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}

    def _run(
        self,
        workflow: str,
        described: Mapping[str, Any],
        environment: Mapping[str, str],
        jobs: Sequence[str] = (),
        cancel_at: str = "",
        stacks: Sequence[str] = STACKS,
        *,
        scanned: bool = False,
        system: str = "",
    ) -> dict[str, Ended]:
        number = len(self._runs())
        run_id = str(100 + number)
        where = {"repository": REPOSITORY, "server_url": "https://github.com", "run_id": run_id, "token": "a-token"}
        variables = {
            **{"DEPLOY": "true", "PULUMI_BACKEND_URL": "s3://state", "AWS_REGION": "eu-west-1"},
            "DEPLOY_ROLE_ARN": "arn:aws:iam::111122223333:role/deploy",
            "PLAN_ROLE_ARN": "arn:aws:iam::111122223333:role/plan",
            "CODE_SCANNING": "true" if scanned else "",
            f"DEPLOY_{system.upper()}": "true",
        }
        contexts = {
            "github": {**where, **described},
            "vars": variables,
            "secrets": {"NOTIFY_URL": "https://hooks.example.com/T0"},
            "runner": {"os": "Linux"},
        }
        whole = {
            **_plain(os.environ),
            **{"PATH": f"{self._shims()}{os.pathsep}{os.environ['PATH']}", "REHEARSED_PYTHON": sys.executable},
            # which must be none of the stand-ins
            CHOICE: str(pulumi_cli()),
            **{"REHEARSED_ACCOUNT": str(self.folder), "GITHUB_REPOSITORY": REPOSITORY, "GITHUB_RUN_ID": run_id},
            **{"GITHUB_SERVER_URL": "https://github.com", "GITHUB_SHA": described["sha"], "GITHUB_WORKFLOW": workflow},
            **environment,
        }
        scratch = self.folder / "jobs" / f"{len(list((self.folder / 'jobs').iterdir()))}"
        artifacts = scratch / "artifacts"
        artifacts.mkdir(parents=True)

        def checked_out(workspace: Path, given: Mapping[str, Any]) -> None:
            for command in (
                ["git", "clone", "--quiet", "--shared", str(self.tree), str(workspace)],
                ["git", "checkout", "--quiet", "--detach", given.get("ref") or described["sha"]],
            ):
                subprocess.run(command, cwd=workspace if command[1] == "checkout" else None, check=True)

        played = {
            "actions/checkout": checked_out,
            "actions/setup-python": self._set_up,
            "actions/upload-artifact": lambda workspace, given: _copy(workspace / given["path"], artifacts),
            "github/codeql-action/upload-sarif": lambda workspace, given: _copy(
                workspace / given["sarif_file"], self.findings, "*.sarif"
            ),
            "actions/download-artifact": lambda workspace, given: _copy(artifacts, workspace / given["path"]),
            **dict.fromkeys(
                ("actions/cache", "aws-actions/configure-aws-credentials", "sigstore/cosign-installer"),
                lambda workspace, given: None,
            ),
        }
        # those that it may call, too
        file, *_ = (self._workflow(each, scratch, stacks) for each in (workflow, "deploy", "drift"))
        return Run(file, contexts, whole, played, scratch, self.log, cancel_at).jobs(jobs)

    def _workflow(self, name: str, scratch: Path, stacks: Sequence[str]) -> Path:
        """Return a workflow's file, whose matrix of stacks has these alone."""
        text = (self.tree / ".github" / "workflows" / f"{name}.yml").read_text(encoding="utf-8")
        file = scratch / f"{name}.yml"
        for every, these in (
            (f"stack: [{', '.join(STACKS)}]", f"stack: [{', '.join(stacks)}]"),
            (f'STACKS="{" ".join(STACKS)}"', f'STACKS="{" ".join(stacks)}"'),
        ):
            text = text.replace(every, these)
        file.write_text(text, encoding="utf-8")
        return file

    def _shims(self) -> Path:
        for program in PROGRAMS:
            if program != "python":
                _shim(self.folder / "bin" / program, program)
        return self.folder / "bin"

    def _set_up(self, workspace: Path, _: Mapping[str, Any]) -> None:
        """Leave what `make setup` would: the environment of this repository, under the job's own folder."""
        (workspace / ".venv" / "bin").mkdir(parents=True)
        _shim(workspace / ".venv" / "bin" / "python", "python")
        for name in _SETUP:
            os.utime(workspace / name, (0, 0))
        (workspace / ".venv" / "ready").touch()


class GitHub(ThreadingHTTPServer):
    """GitHub's API, as far as comments on a pull request go."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.comments: dict[int, dict[str, Any]] = {}
        self.head, self.asked = "", list[str]()


class _Handler(BaseHTTPRequestHandler):
    server: GitHub

    def answer(self) -> None:
        path, _, query = self.path.removeprefix(f"/repos/{REPOSITORY}/").partition("?")
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        kept = self.server.comments
        said: Any = {}
        self.server.asked.append(f"{self.command} {path}")
        if path.startswith("pulls/"):
            said = {"head": {"sha": self.server.head}}
        elif self.command == "GET":
            said = [*kept.values()] if query.endswith("page=1") else []
        elif self.command == "POST":
            kept[len(kept) + 1] = {"id": len(kept) + 1, "user": {"login": AUTHOR}, "body": body["body"]}
        elif self.command == "PATCH":
            kept[int(path.rpartition("/")[2])]["body"] = body["body"]
        else:
            del kept[int(path.rpartition("/")[2])]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())

    do_GET = do_POST = do_PATCH = do_DELETE = answer

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def github() -> Iterator[GitHub]:
    """GitHub, for as long as the block lasts."""
    server = GitHub()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def _plain(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without what would lead a job astray: nobody's credentials, and no other workflow's."""
    foreign = ("GITHUB_", "AWS_", "PULUMI_", "STACK", "PYTEST_", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTHON")
    return {name: value for name, value in environment.items() if not name.startswith(foreign)}


def _shim(file: Path, program: str) -> None:
    stand_in = Path(__file__).with_name("stand_in.py")
    file.write_text(_SHIM.format(python=sys.executable, stand_in=stand_in, program=program), encoding="utf-8")
    file.chmod(0o755)


def _copy(source: Path, target: Path, names: str = "*") -> None:
    target.mkdir(parents=True, exist_ok=True)
    for each in source.glob(names):
        shutil.copy(each, target)
