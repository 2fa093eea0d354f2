"""Whether a command is one that its program takes: its subcommand, and its options."""

import importlib
import importlib.util
import re
import runpy
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stderr
from functools import cache
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import botocore.session
import jmespath  # type: ignore[import-untyped] # it ships no types
import pytest
from botocore import xform_name

from sandbox.toolchain import pulumi_cli

from .commands import ROOT

# what stands for a value that the reader fills in, where a parser wants one of few
_NAMES = {"NAME": "database-deleted", "STACK": "prod", "VERSION": "0.3.0"}

# AWS CLI's own, which no model of an API has: https://docs.aws.amazon.com/cli/latest/reference/<service>/<command>.html
_AWS_GLOBAL = {"--region", "--query", "--output", "--profile", "--no-cli-pager", "--max-items"}
_AWS_CUSTOM: Mapping[tuple[str, str], set[str]] = {
    ("eks", "update-kubeconfig"): {"--name", "--alias"},
    ("s3", "cp"): {"--recursive"},
    ("s3", "rm"): {"--recursive"},
    ("s3", "ls"): set(),
    ("ecr", "get-login-password"): set(),
    ("eks", "get-token"): {"--cluster-name"},
}
# https://kubernetes.io/docs/reference/kubectl/generated/
_KUBECTL_GLOBAL = {"-n", "--namespace", "--kubeconfig", "--context", "-s"}
_LISTS = {"-A", "-l", "--selector", "-o", "--field-selector", "--sort-by", "--watch", "-w", "--show-labels"}
_KUBECTL: Mapping[str, set[str]] = {
    "annotate": {"--overwrite"},
    "apply": {"-f", "--filename", "--server-side", "--force-conflicts"},
    "create job": {"--from"},
    "debug": {"-it", "--image", "--target", "--profile"},
    "delete": {"-l", "--selector"},
    "describe": {"-l", "--selector", "-A"},
    "diff": {"-f", "--filename", "--server-side", "--force-conflicts"},
    "drain": {"--ignore-daemonsets", "--delete-emptydir-data"},
    "edit": set(),
    "exec": {"-c", "-it", "-ti"},
    "get": _LISTS,
    "logs": {"-l", "--selector", "-c", "--tail", "--previous", "-f", "--since", "--prefix", "--all-containers"},
    "port-forward": {"--address"},
    "rollout restart": set(),
    "rollout status": set(),
    "scale": {"--all", "--replicas"},
    "top": {"-A", "-l", "--selector", "--containers", "--sort-by"},
}
_OTHERS: Mapping[str, Mapping[str, set[str]]] = {
    "kubectl": _KUBECTL,
    # https://cli.github.com/manual/
    "gh": {"auth login": set(), "run list": {"--workflow", "--branch", "--status", "--limit"}, "run rerun": set()},
    # https://docs.docker.com/reference/cli/docker/
    "docker": {
        "buildx build": {"--load", "--tag"},
        "login": {"--username", "--password-stdin"},
        "compose up": {"--file", "--wait", "--build", "--volumes", "--watch"},
        "compose down": {"--file", "--volumes"},
    },
    "git": {"init": {"--quiet"}, "revert": set(), "stash": set(), "checkout": set(), "fetch": {"--unshallow"}},
    "helm": {"pull": {"--version", "--destination"}},
    "npm": {
        "ci": {"--ignore-scripts"},
        "install": {"-g", "--package-lock-only", "--ignore-scripts"},
        "prune": {"--package-lock-only", "--ignore-scripts"},
    },
    "uv": {"sync": {"--inexact", "--extra"}, "pip install": set(), "tool install": {"--with"}},
    "cosign": {"verify": {"--certificate-oidc-issuer", "--certificate-identity-regexp"}},
}
# those whose subcommand or first argument is of no matter here
_PLAIN: Mapping[str, set[str]] = {
    ".venv/bin/pip": {"--quiet", "--requirement"},
    "bash": set(),
    "cd": set(),
    "cp": {"-r"},
    "curl": {"-s", "-sv", "-o", "-w", "-H", "--http1.1", "--max-time", "--fail"},
    "date": {"-d", "-u"},
    "export": set(),
    "grep": {"-v", "-q", "-E", "-c", "-i", "-o"},
    "head": {"-n"},
    "jq": {"-r"},
    "mkdir": set(),
    "mv": set(),
    "npx": set(),
    "openssl": {"-hex", "-binary", "-sha256", "-hmac"},
    "printf": set(),
    "rm": {"-r"},
    "sed": {"-i", "-i.right"},
    "sort": set(),
    "tail": {"-n", "-1"},
    "xargs": {"-n", "-I", "--platform"},  # and what it runs
}


class Parsed(BaseException):
    """A parser took its arguments; no code of the module runs after that."""


def faults(words: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with a command; nothing where its program takes it."""
    program, *rest = words
    if program.endswith(("python", "python3")):
        yield from _python(rest)
    elif program == "stack-sandbox":  # the same command line, as it is installed
        yield from _parses("sandbox", rest)
    elif program.endswith("pytest"):
        missing = [each for each in rest if "/" in each and not (ROOT / each).exists()]
        yield from (f"{each} does not exist" for each in missing)
    elif program == "make":
        yield from _make(rest)
    elif program == "aws":
        yield from _aws(rest)
    elif program == "pulumi":
        yield from _pulumi(rest)
    elif program in _OTHERS:
        yield from _listed(program, rest)
    elif program in _PLAIN:
        yield from _unknown(rest, _PLAIN[program])
    else:
        yield f"{program} is no program that this test knows: name its options in {__name__}"


def _python(rest: Sequence[str]) -> Iterator[str]:
    if rest[:1] != ["-m"]:
        if not (ROOT / rest[0]).exists():
            yield f"{rest[0]} does not exist"
        return
    module, given = rest[1], list(rest[2:])
    if module in ("venv", "pip"):
        return
    behind = given[given.index("--") + 1 :] if "--" in given else []
    if behind:
        yield from faults(behind)
    elif "--" in given:  # before what is to be run
        given.append("COMMAND")
    yield from _parses(module, [_NAMES.get(each, each) for each in given])


def _parses(module: str, given: Sequence[str]) -> Iterator[str]:
    try:
        found = importlib.util.find_spec(module)
        package = found and found.submodule_search_locations is not None
        entry = importlib.util.find_spec(f"{module}.__main__") if package else found
    except ModuleNotFoundError:
        entry = None
    if entry is None or entry.origin is None:
        yield f"there is no module {module}"
        return
    source = Path(entry.origin).read_text(encoding="utf-8")
    if not given:  # it is named, and no more
        return
    if "parser(" not in source.lower() and " import main" not in source:
        yield from (f"{module} does not read {each}" for each in given if each.startswith("-") and each not in source)
        return
    left = list[str]()

    def stop(take: Callable[..., Any]) -> Callable[..., Any]:
        def taken(self: ArgumentParser, args: Sequence[str] | None = None, namespace: Namespace | None = None) -> Any:
            answer = take(self, args, namespace)
            left.extend(answer[1] if isinstance(answer, tuple) else [])
            raise Parsed

        return taken

    said = StringIO()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ArgumentParser, "parse_known_args", stop(_known))
        patched.setattr(ArgumentParser, "parse_args", stop(_whole))
        patched.setattr(sys, "argv", [module, *given])
        try:
            with redirect_stderr(said):
                runpy.run_module(module, run_name="__main__", alter_sys=False)
        except Parsed:
            pass
        except SystemExit:
            if not any(each.startswith("-") for each in given) and "are required" in said.getvalue():
                return  # it is named, and no more
            yield f"{module} refuses {' '.join(given)}: {(said.getvalue().strip().splitlines() or ['?'])[-1]}"
            return
        else:
            yield f"{module} ended before it read its arguments"
    if module == "sandbox" and left:
        yield from _pulumi([given[0], *left])


_KNOWN, _WHOLE = ArgumentParser.parse_known_args, ArgumentParser.parse_args


def _known(parser: ArgumentParser, args: Sequence[str] | None, namespace: Namespace | None) -> Any:
    with pytest.MonkeyPatch.context() as whole:
        whole.setattr(ArgumentParser, "parse_known_args", _KNOWN)
        return _KNOWN(parser, args, namespace)


def _whole(parser: ArgumentParser, args: Sequence[str] | None, namespace: Namespace | None) -> Any:
    with pytest.MonkeyPatch.context() as whole:
        whole.setattr(ArgumentParser, "parse_known_args", _KNOWN)
        return _WHOLE(parser, args, namespace)


def _make(rest: Sequence[str]) -> Iterator[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for word in rest:
        name, is_variable, _ = word.partition("=")
        if is_variable and not re.search(rf"\$[({{]{name}\b|\({name}\)", makefile):
            yield f"no target reads {name}"
        elif not is_variable and not word.startswith("-") and not re.search(rf"^{name}:", makefile, re.M):
            yield f"there is no target {name}"


@cache
def _session() -> Any:
    return botocore.session.get_session()


def _aws(rest: Sequence[str]) -> Iterator[str]:
    service, operation, *given = [*rest, ""][:2] + list(rest[2:])
    options = [each.partition("=")[0] for each in given if each.startswith("--")]
    if (service, operation) in _AWS_CUSTOM:
        yield from _unknown(options, _AWS_CUSTOM[service, operation] | _AWS_GLOBAL)
        return
    try:
        # https://docs.aws.amazon.com/cli/latest/reference/s3api/: the API itself, beside the commands of `s3`
        model = _session().get_service_model("s3" if service == "s3api" else service)
    except botocore.exceptions.UnknownServiceError:
        yield f"aws has no {service}"
        return
    name = next((each for each in model.operation_names if xform_name(each, "-") == operation), "")
    if not name:
        yield f"aws {service} has no {operation}"
        return
    shape = model.operation_model(name).input_shape
    members = {f"--{xform_name(each, '-')}" for each in (shape.members if shape else {})}
    yield from _unknown(options, members | {each.replace("--", "--no-", 1) for each in members} | _AWS_GLOBAL)
    for option, value in pairwise(given):
        if option == "--query":
            jmespath.compile(value)


@cache
def _pulumi_help(command: str) -> str:
    said = subprocess.run([pulumi_cli(), *command.split(), "--help"], capture_output=True, text=True, check=False)
    return said.stdout


def _pulumi(rest: Sequence[str]) -> Iterator[str]:
    command, given = "", list(rest)
    # what is no command of its own gets the help of the one before it
    while given and not given[0].startswith("-") and _pulumi_help(f"{command} {given[0]}") != _pulumi_help(command):
        command = f"{command} {given.pop(0)}"
    if not command:
        yield f"pulumi has no command {given[0] if given else ''}"
        return
    known = set(re.findall(r"(?<![\w-])--?[a-z][\w-]*", _pulumi_help(command)))
    yield from _unknown(given, known)


def _listed(program: str, rest: Sequence[str]) -> Iterator[str]:
    """Find the subcommand: of the words that are no option, nor the value of one that stands before it."""
    ahead = {"-n", "--namespace", "--kubeconfig", "--context", "-s", "--file"}
    words = [each for number, each in enumerate(rest) if not each.startswith("-") and rest[number - 1] not in ahead]
    known = _OTHERS[program]
    named = next((each for each in (" ".join(words[:2]), *words[:1]) if each in known), None)
    if named is None:
        yield f"{program} {' '.join(words[:2])} is not known here: name its options in {__name__}"
        return
    inside = list(rest[: rest.index("--")] if "--" in rest else rest)
    yield from _unknown(inside, known[named] | (_KUBECTL_GLOBAL if program == "kubectl" else set()))


def _unknown(given: Sequence[str], known: set[str]) -> Iterator[str]:
    for each in given:
        option = each.partition("=")[0]
        if re.match(r"--?[a-zA-Z]", option) and option not in known:
            yield f"{option} is no option of it"
