"""Where a stack lives on the sandbox: one ignored folder beside the program, and a scratch project for the engine.

The engine writes into its project folder (how a stack encrypts, values given by -c), so it never gets the
program's own: it gets a copy of `Pulumi.yaml` and `Pulumi.<stack>.yaml` whose `main` points at the program.
"""

import json
import shutil
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import Any

import yaml

from .closest import did_you_mean
from .interpreter import environment_of, interpreter
from .state_journal import Journal

# Below `.pulumi`, which the engine leaves out of archives (sdk/go/common/resource/archive, BookkeepingDir): a program
# that packs its own folder must not find it changed by every run.
FOLDER = ".sandbox/.pulumi"
# The engine insists on one. It keeps nobody out: that its folder is its owner's alone does.
_PASSPHRASE = "sandbox"
_PLACEHOLDER = "sandbox-value"
# Whose keys encrypt a new stack's secrets: the Vault that is played beside each command (state_service.py).
_SECRETS = {"secretsprovider": "hashivault://sandbox", "encryptedkey": "c2FuZGJveA=="}
# Keys of a stack file that tie it to a real backend's encryption.
_ENCRYPTION = ("secretsprovider", "encryptionsalt", "encryptedkey", "environment")


LANGUAGES = ("python", "nodejs")
_PACK_STARTER = Path(__file__).with_name("interpreter.py")


class SandboxError(Exception):
    """Something the user can put right; its text says how."""


@dataclass(frozen=True)
class Workspace:
    """The folders of one stack of one program."""

    program: Path
    stack: str
    root: Path

    @classmethod
    def of(cls, program: Path, stack: str, root: Path | None = None) -> "Workspace":
        """Return the workspace of a program's stack; its folder is made, ignored by git through a file of its own."""
        program = program.resolve()
        if not (program / "Pulumi.yaml").is_file():
            raise SandboxError(f"{program} has no Pulumi.yaml: name a Pulumi program's folder with --cwd")
        own = program / FOLDER
        root = root or own
        root.mkdir(parents=True, exist_ok=True)
        # one of before, too; the key of what lies in it is known to everybody
        for folder in (root, own.parent) if root == own else (root,):
            folder.chmod(0o700)
        (root / ".gitignore").write_text("*\n", encoding="utf-8")
        workspace = cls(program, stack, root)
        for folder in (workspace.home, workspace.state, workspace.work):
            folder.mkdir(parents=True, exist_ok=True)
        return workspace

    @property
    def home(self) -> Path:
        """The engine's home: apart from the user's own, whose logins and plugins are not the sandbox's business."""
        return self.root / "home"

    @property
    def state(self) -> Path:
        """The file backend that holds the state of every stack."""
        return self.root / "state"

    @property
    def folder(self) -> Path:
        """All that belongs to this stack but its state."""
        return self.root / "stacks" / self.stack

    @property
    def work(self) -> Path:
        """The scratch project."""
        return self.folder / "work"

    @property
    def world_file(self) -> Path:
        """What exists in the cloud."""
        return self.folder / "world.db"

    @property
    def clusters(self) -> Path:
        """The data of each Kubernetes cluster."""
        return self.folder / "clusters"

    @property
    def state_file(self) -> Path:
        """The engine's checkpoint of this stack."""
        return self.state / ".pulumi" / "stacks" / str(self.project["name"]) / f"{self.stack}.json"

    @property
    def project(self) -> dict[str, Any]:
        """The program's Pulumi.yaml."""
        return mapping(self.program / "Pulumi.yaml")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the stack for one command; a killed command's hold ends with it."""
        with (self.folder / "lock").open("w", encoding="utf-8") as file:
            try:
                flock(file, LOCK_EX | LOCK_NB)
            except OSError as error:
                raise SandboxError(
                    f"another command is at work on stack {self.stack}: wait for it, or stop it"
                ) from error
            yield

    def reset(self) -> None:
        """Forget the stack: its world and its state."""
        self.state_file.unlink(missing_ok=True)
        for path in (self.state / ".pulumi").glob(f"*/{self.project['name']}/{self.stack}*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        for path in self.folder.glob("world.db*"):
            path.unlink()
        shutil.rmtree(self.clusters, ignore_errors=True)
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)

    def write_project(self) -> None:
        """Bring the scratch project up to date with the program's files."""
        project = self.project
        runtime = project.get("runtime")
        language = runtime.get("name") if isinstance(runtime, dict) else runtime
        if language not in LANGUAGES:
            run = " and ".join(LANGUAGES)
            raise SandboxError(
                f"{self.program / 'Pulumi.yaml'}: runtime is {language}: the sandbox runs {run} programs"
            )
        main = self.program / str(project.get("main", "."))
        kept = {key: value for key, value in project.items() if key not in ("backend", "stackConfigDir", "plugins")}
        own = environment_of(self.program, runtime) if language == "python" else None
        # the language host is told by the engine, as the official one is
        options = {"virtualenv": str(own)} if own else {}
        if language == "nodejs" and isinstance(runtime, dict):
            options = runtime.get("options") or {}
        told = {"name": language, "options": options} if options else language
        _write(self.work / "Pulumi.yaml", {**kept, "runtime": told, "main": str(main)})
        self._write_stack(project)
        self._write_state(project)
        self._write_starters(interpreter(own))
        self._keep_no_logs()

    def _write_stack(self, project: Mapping[str, Any]) -> None:
        name = f"Pulumi.{self.stack}.yaml"
        source = self.program / str(project.get("stackConfigDir", ".")) / name
        given = mapping(source) if source.is_file() else {}
        if (others := [] if source.is_file() else stacks_of(self.program)) and not self.state_file.exists():
            hint = did_you_mean(self.stack, others, f"there are {', '.join(others)}")
            raise SandboxError(f"there is no {name} (a stack without settings has an empty one): {hint}")
        salt = (mapping(self.work / name) if (self.work / name).is_file() else {}).get("encryptionsalt")
        config = given.get("config") or {}
        hidden = [key for key, value in config.items() if is_secure(value)]
        if hidden:
            sys.stderr.write(
                f"{name}: {', '.join(hidden)}: encrypted for another backend; the sandbox uses a stand-in\n"
            )
        config = {key: _PLACEHOLDER if is_secure(value) else value for key, value in config.items()}
        rest = {key: value for key, value in given.items() if key not in (*_ENCRYPTION, "config")}
        _write(self.work / name, {**rest, "config": config, **({"encryptionsalt": salt} if salt else _SECRETS)})

    def _write_state(self, project: Mapping[str, Any]) -> None:
        """Make the stack where it does not exist, as `pulumi stack init` does, which takes a third of a second.

        Where a run was cut off, what it did goes into the state.
        """
        Journal(self.state_file).fold()
        if self.state_file.exists():
            return
        self.state_file.parent.mkdir(parents=True, exist_ok=True)
        # pkg/backend/diy/meta.go: 1 is the layout with a folder for each project.
        (self.state / ".pulumi" / "meta.yaml").write_text("version: 1\n", encoding="utf-8")
        stack = {"version": 3, "checkpoint": {"stack": f"organization/{project['name']}/{self.stack}"}}
        written = self.work / "stack.json"
        written.write_text(json.dumps(stack), encoding="utf-8")
        written.replace(self.state_file)  # a run that is killed here leaves no half of it

    def write_others(self, stacks: Mapping[str, Mapping[str, Any]]) -> None:
        """Write the outputs of other projects' stacks where a StackReference looks for them. Raises SandboxError."""
        for name, outputs in stacks.items():
            _, project, stack = name.split("/")
            if project == self.project["name"]:
                raise SandboxError(
                    f"--given: {name} is a stack of this program: bring it up, and its outputs are there"
                )
            urn = f"urn:pulumi:{stack}::{project}::pulumi:pulumi:Stack::{project}-{stack}"
            root = {"urn": urn, "custom": False, "type": "pulumi:pulumi:Stack", "outputs": dict(outputs)}
            checkpoint = {"stack": name, "latest": {"manifest": {}, "resources": [root]}}
            file = self.state / ".pulumi" / "stacks" / project / f"{stack}.json"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps({"version": 3, "checkpoint": checkpoint}), encoding="utf-8")

    def _keep_no_logs(self) -> None:
        """Put a file where the engine would make a folder for its debug logs, so that it writes none.

        It would log every command in full (v3.259.0, pkg/logging/encrypted.go): for a preview of prod 5 MB, and nearly
        half of the engine's own work. It has no switch for that, and goes on without where it cannot.
        """
        logs = self.home / "logs"
        if logs.is_dir():
            shutil.rmtree(logs, ignore_errors=True)
        logs.touch()

    def _write_starters(self, python: str) -> None:
        """Install what the engine runs Python policy packs and dynamic providers with.

        Where it finds no official Python language host: their starters come with that.
        """
        # As installed plugins (analyzer_plugin.go, plugins.go); those on PATH would work too, with a warning each time.
        self._write_starter("analyzer", "policy-python", f'exec "{sys.executable}" -u "{_PACK_STARTER}" "$@"')
        self._write_starter("resource", "pulumi-python", f'exec "{python}" -u -m pulumi.dynamic "$@"')

    def _write_starter(self, kind: str, name: str, command: str) -> None:
        folder = self.home / "plugins" / f"{kind}-{name}-v1.0.0"
        folder.mkdir(parents=True, exist_ok=True)
        starter = folder / f"pulumi-{kind}-{name}"
        starter.write_text(f"#!/bin/sh\n{command}\n", encoding="utf-8")
        starter.chmod(starter.stat().st_mode | stat.S_IXUSR)

    def environment(self, ports: Mapping[str, int]) -> dict[str, str]:
        """Return what a `pulumi` command needs in its environment to run against the providers on these ports."""
        hosts = {name: f"{name}:{port}" for name, port in ports.items()}
        languages = [hosts.pop(name) for name in LANGUAGES if name in hosts]
        return {
            # Without metadata=skip each save also writes an .attrs file, in place: a kill in that moment leaves it
            # empty, and the engine then says "failed to load checkpoint: EOF".
            "PULUMI_BACKEND_URL": f"{self.state.as_uri()}?metadata=skip",
            "PULUMI_CONFIG_PASSPHRASE": _PASSPHRASE,
            "PULUMI_DEBUG_LANGUAGES": ",".join(languages),
            "PULUMI_DEBUG_PROVIDERS": ",".join(hosts.values()),
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
            "PULUMI_HOME": str(self.home),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }


def stacks_of(program: Path) -> list[str]:
    """Return the stacks that a program has files for. Raises SandboxError where there is no program."""
    if not (program / "Pulumi.yaml").is_file():
        raise SandboxError(f"{program.resolve()} has no Pulumi.yaml: name a Pulumi program's folder with --cwd")
    folder = program / str(mapping(program / "Pulumi.yaml").get("stackConfigDir", "."))
    return sorted(path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in folder.glob("Pulumi.*.yaml"))


def the_only_stack(program: Path) -> str:
    """Return the stack that is meant where none is named. Raises SandboxError where there are more, or none."""
    stacks = stacks_of(program)
    if len(stacks) != 1:
        there = f"there are {', '.join(stacks)}" if stacks else "there is no Pulumi.<stack>.yaml; `init` writes one"
        raise SandboxError(f"say which stack, with --stack NAME: {there}")
    return stacks[0]


def is_secure(value: Any) -> bool:
    """Return whether a value of a stack file, or a part of it, is encrypted."""
    if isinstance(value, dict):
        return "secure" in value or any(is_secure(item) for item in value.values())
    return isinstance(value, list) and any(is_secure(item) for item in value)


def mapping(path: Path) -> dict[str, Any]:
    """Return what a YAML file holds. Raises SandboxError."""
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise SandboxError(f"{path} is not valid YAML: {error}") from error
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise SandboxError(f"{path} must hold keys and values, got {type(loaded).__name__}")
    return loaded


def _write(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(yaml.safe_dump(dict(content), sort_keys=False, width=1000), encoding="utf-8")
