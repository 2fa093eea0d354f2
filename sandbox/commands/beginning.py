"""The commands for whoever begins: `init` writes what a first preview needs, `doctor` says what is not there."""

import re
import shutil
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version as distribution_version
from pathlib import Path
from typing import Any

from .. import toolchain
from ..control_plane.binaries import built_minors, minors
from ..interpreter import environment_of, python_in, versions_in
from ..node_host import starter
from ..packs import NAMES as PACKS
from ..schema import PACKAGES
from ..workspace import LANGUAGES, SandboxError, is_secure, mapping, stacks_of

_ASSETS = Path(__file__).with_name("example")
_EXAMPLE = ("Pulumi.yaml", "__main__.py", "requirements.txt")
_ACTION = re.compile(r"[\w.-]+/[\w.-]+@[\w./-]+")
_WORKFLOW = Path(".github/workflows/preview-on-sandbox.yml")
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")

Finding = tuple[str, str, str]
"""`ok`, `note` or `do`; what was looked at; what was found, or what is to be done."""


def init(options: Namespace) -> int:
    """Write the stack's file, and where the folder has no program a small one. What is there already stays."""
    folder, stack = options.cwd.resolve(), options.stack or "dev"
    if not _NAME.fullmatch(stack):
        raise SandboxError(f"--stack {stack}: letters, digits, hyphens, dots and underscores alone")
    if options.workflow and not _ACTION.fullmatch(options.workflow):
        raise SandboxError(f"--workflow {options.workflow}: write OWNER/REPOSITORY@COMMIT")
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "Pulumi.yaml").exists():
        if taken := [name for name in _EXAMPLE if (folder / name).exists()]:
            raise SandboxError(f"{folder} has {', '.join(taken)} and no Pulumi.yaml: name another folder with --cwd")
        for name in _EXAMPLE:
            _write(folder / name, (_ASSETS / name).read_text(encoding="utf-8"))
    elif stack in stacks_of(folder):
        print(f"there already: Pulumi.{stack}.yaml")
        stack = ""
    if stack:
        where = folder / str(mapping(folder / "Pulumi.yaml").get("stackConfigDir", "."))
        _write(where / f"Pulumi.{stack}.yaml", f"config:\n  aws:region: {options.region}\n")
    if options.workflow:
        text = (_ASSETS / "workflow.yml").read_text(encoding="utf-8")
        owner, _, commit = options.workflow.partition("@")
        _write(folder / _WORKFLOW, text.replace("OWNER/REPOSITORY", owner).replace("COMMIT", commit))
    print("then: stack-sandbox doctor; stack-sandbox preview")
    return 0


def _write(path: Path, text: str) -> None:
    if path.exists():
        print(f"there already: {path.name}")
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    print(f"written: {path}")


def doctor(options: Namespace) -> int:
    """Say what the program, its environment and this machine lack; 1 where something is to be done."""
    found = list(findings(options.cwd.resolve()))
    for weight, what, said in found:
        print(f"{weight:<5}{what:<13}{said}")
    return int(any(weight == "do" for weight, _, _ in found))


def findings(folder: Path) -> Iterator[Finding]:
    """Yield what there is to say of a program, in the order in which a person would mend it."""
    try:
        stacks = stacks_of(folder)
        project = mapping(folder / "Pulumi.yaml")
    except SandboxError as error:
        yield "do", "program", str(error)
        return
    runtime = project.get("runtime")
    language = runtime.get("name") if isinstance(runtime, dict) else runtime
    if language not in LANGUAGES:
        yield "do", "program", f"its runtime is {language}: the sandbox runs {' and '.join(LANGUAGES)} programs"
        return
    yield "ok", "program", f"{project.get('name')}, in {folder}"
    yield from _stacks(folder / str(project.get("stackConfigDir", ".")), stacks)
    yield from _environment(folder, runtime) if language == "python" else _node(folder)
    yield from _machine()


def _stacks(folder: Path, stacks: list[str]) -> Iterator[Finding]:
    if not stacks:
        yield "do", "stacks", "there is no Pulumi.<stack>.yaml: `init` writes one"
        return
    yield "ok", "stacks", ", ".join(stacks)
    for stack in stacks:
        config: Mapping[str, Any] = mapping(folder / f"Pulumi.{stack}.yaml").get("config") or {}
        if hidden := [key for key, value in config.items() if is_secure(value)]:
            yield "note", "secrets", f"{stack}: {', '.join(hidden)}: encrypted, so that the program sees a stand-in"


def _environment(folder: Path, runtime: Any) -> Iterator[Finding]:
    own = environment_of(folder, runtime)
    if own is None:
        said = f"no .venv, virtualenv or active environment has Pulumi's SDK: the sandbox's own serves ({sys.prefix})"
        yield "note", "environment", said
        return
    python = python_in(own)
    installed = versions_in(own, "pulumi", *PACKAGES.values())
    if "pulumi" not in installed:
        yield "do", "environment", f"pulumi is not installed in {own}: uv pip install --python {python} pulumi"
        return
    yield "ok", "environment", f"{own}: " + ", ".join(f"{name} {version}" for name, version in installed.items())
    for name, version in installed.items():
        judged_by = distribution_version(name)
        if name != "pulumi" and judged_by.partition(".")[0] != version.partition(".")[0]:
            said = f"{name} is {version} here and {judged_by} in the sandbox, which judges by its own: give it yours "
            yield "do", "versions", f"{said}(uv tool install --with {name.replace('_', '-')}=={version} ...)"
    played = {"pulumi", "pulumi_policy", *PACKAGES.values()}
    others = {path.name.rpartition("-")[0].partition("-")[0] for path in _distributions(own)}
    for name in sorted(others - played):
        provider = f"pulumi-resource-{name.removeprefix('pulumi_').replace('_', '-')}"
        if shutil.which(provider) is None:
            yield "note", "packages", f"{name} is not played: what uses it needs {provider} on PATH"


def _node(folder: Path) -> Iterator[Finding]:
    node, sdk = shutil.which("node"), starter(folder)
    yield ("ok", "node", node) if node else ("do", "node", "node is not on PATH: install Node.js")
    if sdk is None:
        yield "do", "packages", "@pulumi/pulumi is not in node_modules: npm ci, or npm install"
    else:
        yield "ok", "packages", str(sdk.parents[3])


def _distributions(environment: Path) -> Iterator[Path]:
    yield from environment.glob("lib/python3*/site-packages/pulumi_*.dist-info")


def _machine() -> Iterator[Finding]:
    if cli := toolchain.found_cli():
        yield "ok", "pulumi", str(cli)
    else:
        try:
            builder = toolchain.go_command(toolchain.Pin.read(), "the Pulumi CLI")
            yield "note", "pulumi", f"the first command builds the CLI, once, by {builder[0]}: 3 to 8 minutes"
        except toolchain.ToolchainError as error:
            yield "do", "pulumi", str(error)
    built = built_minors()
    lacking = [minor for minor in minors() if minor not in built]
    if lacking:
        said = "the first `up` of an EKS cluster builds its Kubernetes, about ten minutes (`install --kubernetes`)"
        yield "note", "kubernetes", f"{', '.join(lacking)} not built: {said}"
    else:
        yield "ok", "kubernetes", ", ".join(built)
    yield "ok", "policies", f"{', '.join(PACKS)} (--policies NAME)"


COMMANDS: Mapping[str, Callable[[Namespace], int]] = {"init": init, "doctor": doctor}
