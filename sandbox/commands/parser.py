"""The options of every command."""

import argparse
from pathlib import Path

from ..packs import NAMES as PACKS

# Installed, the package has another name, and a command of its own.
PROGRAM = "stack-sandbox" if (__package__ or "").startswith("stack_sandbox") else "python -m sandbox"

# `drills.run` knows them, and is slow to load; a test holds the two together.
DRILLS = (
    *("node-loss", "zone-loss", "rolling-node-upgrade", "cluster-upgrade"),
    *("rollout", "failed-rollout", "blue-green", "load-surge"),
)
GUARDS = ("pdb", "spread", "surge", "requests", "pool", "floor", "both")


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands; options it does not know are the engine's."""
    whole = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Runs a Pulumi program against clouds that are played. Options it does not know go to `pulumi`.",
    )
    commands_of = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in _COMMANDS.items():
        command = commands_of.add_parser(name, help=text, description=text, allow_abbrev=False)
        command.set_defaults(cwd=Path.cwd(), fresh=False)
        if name == "install":
            command.add_argument(
                "--prometheus", action="store_true", help="promtool, amtool and the grammar of LogQL, instead"
            )
            command.add_argument(
                "--kubernetes-provider", action="store_true", help="the Kubernetes provider itself, instead"
            )
            command.add_argument("--controllers", action="store_true", help="KEDA's operator itself, instead")
            command.add_argument(
                "--kubernetes",
                nargs="*",
                metavar="MINOR",
                help="the Kubernetes control planes (of these minors, or of all), the CRDs of charts and Helm, too",
            )
            continue
        command.add_argument("--cwd", "-C", type=Path, default=Path.cwd(), help="the program's folder (default: here)")
        command.add_argument(
            "--stack", "-s", default="", help="the stack, as in Pulumi.<stack>.yaml (default: the only one there is)"
        )
        if name in ("init", "doctor"):
            _add_beginning(command, name)
            continue
        command.add_argument("--fresh", action="store_true", help="forget the stack's state and world first")
        if name in ("preview", "up"):
            command.add_argument(
                "--policies",
                action="append",
                default=[],
                choices=PACKS,
                help="enforce this pack of the sandbox's own (repeatable; `all` holds the others)",
            )
            command.add_argument(
                "--policy-pack", action="append", default=[], type=Path, help="enforce this policy pack (repeatable)"
            )
            command.add_argument(
                "--policy-pack-config",
                action="append",
                default=[],
                type=Path,
                help="the pack's configuration, in the same order",
            )
        if name in ("preview", "up", "refresh", "destroy", "serve"):
            _add_run_options(command)
        _add_unjudged(command, name)
        if name in ("up", "refresh", "destroy"):
            command.add_argument(
                "--recover", action="store_true", help="settle what a run that was cut off left pending, first"
            )
        if name in ("up", "destroy"):
            command.add_argument(
                "--clock", action="store_true", help="say how long it would take on the real clouds, and why"
            )
        if name == "destroy":
            command.add_argument("--unprotect", action="store_true", help="delete what is protected, too")
        if name == "manifests":
            command.add_argument("--out", type=Path, required=True, help="the folder to write the YAML files to")
        if name in ("kube", "drill"):
            command.add_argument("--cluster", default="", help="which, where the stack has several")
            command.add_argument(
                "--load",
                action="append",
                default=[],
                metavar="NAME=cpu:80%|cpu:6000m|queue:250",
                help="what a workload has to do, by a part of its name: so much of what each pod requests, so many "
                "millicores for all of them, so many entries that wait for KEDA (repeatable)",
            )
        if name == "drill":
            command.add_argument("drill", choices=DRILLS, help="what happens")
            command.add_argument(
                "--without", action="append", default=[], choices=GUARDS, help="take this guard away first (repeatable)"
            )
        if name == "drift":
            command.add_argument("resource", help="the resource's name or URN")
            command.add_argument(
                "changes",
                nargs="*",
                metavar="path=value",
                help="what to change behind the engine's back (JSON or text)",
            )
            command.add_argument("--delete", action="store_true", help="delete the resource behind the engine's back")
        _add_what_is_asked(command, name)
    return whole


def _add_beginning(command: argparse.ArgumentParser, name: str) -> None:
    if name == "init":
        command.add_argument("--region", default="eu-central-1", help="the stack's region (eu-central-1)")
        command.add_argument(
            "--workflow",
            metavar="OWNER/REPOSITORY@COMMIT",
            default="",
            help="write a workflow for GitHub, too, which previews each pull request by this repository's action",
        )


def _add_what_is_asked(command: argparse.ArgumentParser, name: str) -> None:
    if name == "world":
        command.add_argument("--left", action="store_true", help="instead, what outlived the resource it came from")
    if name == "roads":
        command.add_argument("source", nargs="?", default="", metavar="FROM", help="only roads from whom this names")
        command.add_argument("target", nargs="?", default="", metavar="TO", help="only roads to whom this names")
        command.add_argument("--json", action="store_true", help="for programs")
        command.add_argument(
            "--as",
            dest="role",
            metavar="ROLE",
            help="instead, what this role lacks for all that stands",
        )
        command.add_argument(
            "--as-policy",
            dest="policies",
            action="append",
            default=[],
            type=Path,
            metavar="FILE",
            help="the same of whoever has this IAM policy (repeatable)",
        )
        command.add_argument("--boundary", type=Path, metavar="FILE", help="the boundary of whoever has them")
        command.add_argument("--svg", type=Path, metavar="FILE", help="draw them, too")
    if name == "recover":
        command.add_argument(
            "--live", action="store_true", help="settle a real stack, with your own login and credentials"
        )
        command.add_argument(
            "--id",
            action="append",
            default=[],
            metavar="URN=ID",
            help="what exists for a pending create (empty ID: nothing)",
        )


def _add_unjudged(command: argparse.ArgumentParser, name: str) -> None:
    if name in ("preview", "up"):
        command.add_argument(
            "--unjudged", action="store_true", help="list the resources of types that only their shape is known of"
        )


def _add_run_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--kubernetes",
        choices=("real", "provider", "schema"),
        default="real",
        help="whether an EKS cluster that is made gets a real control plane (built once, when it is first needed), or "
        "its objects are only judged by their schemas; `provider`: likewise real, and the Kubernetes provider itself "
        "works on it (built once, too)",
    )
    command.add_argument(
        "--charts",
        metavar="DIR",
        default="",
        help="a folder of chart archives (`helm pull`): Helm renders those that lie there, others stand in",
    )
    command.add_argument(
        "--controllers",
        action="store_true",
        help="KEDA's operator itself (built once) beside the control plane, as its chart in --charts says, with its "
        "account's rights; caches are served by the redis-server or valkey-server on PATH",
    )
    command.add_argument(
        "--aws-provider",
        metavar="PATH",
        default="",
        help="ask AWS's provider itself, in place of what was recorded: a terraform-provider-aws binary, Pulumi's "
        "own plugin (pulumi-resource-aws), or `auto`: what is installed",
    )
    command.add_argument("--laws", choices=("on", "off"), default="on", help="whether to refuse what the clouds refuse")
    command.add_argument(
        "--law-off", action="append", default=[], metavar="ID", help="judge by all laws but this one (repeatable)"
    )
    command.add_argument(
        "--quota", action="append", default=[], metavar="NAME=NUMBER", help="a quota that differs from AWS's default"
    )
    command.add_argument(
        "--secrets",
        metavar="FILE",
        default="",
        help="a JSON object of what a person put into Secrets Manager by hand, by name or ARN",
    )
    command.add_argument(
        "--given",
        metavar="FILE",
        default="",
        help="a JSON object of what others made: resources with their properties, outputs of other projects' stacks",
    )
    command.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="TYPE[:NAME]@OPERATION=MESSAGE[;times=N][;probability=P][;seed=S]",
        help="let operations fail as an outage would",
    )
    command.add_argument(
        "--keep-env",
        action="append",
        default=[],
        metavar="NAME",
        help="hand this variable on to the program and the policy packs, although it may open something real",
    )
    command.add_argument(
        "--crash-after", type=int, default=0, metavar="N", help="end the engine hard after N changes in the cloud"
    )
    command.add_argument(
        "--crash-before",
        type=int,
        default=0,
        metavar="N",
        help="end the engine hard before the Nth change in the cloud",
    )


_COMMANDS = {
    "init": "write the stack's file, and where there is no program a small one",
    "doctor": "say what the program, its environment and this machine lack",
    "preview": "show what `up` would do",
    "up": "create or update the stack",
    "refresh": "read what exists into the state",
    "destroy": "delete everything in the stack",
    "outputs": "print the stack's outputs",
    "export": "print the stack's state, as `pulumi stack export` does",
    "manifests": "write the stack's Kubernetes objects as YAML files",
    "serve": "keep the clouds running, and print the environment in which any `pulumi` command uses them",
    "kube": "keep the stack's Kubernetes cluster running, and print its kubeconfig",
    "drill": "measure what an outage or a change does to the stack's Services, on a copy of its cluster",
    "drift": "change or delete a resource behind the engine's back",
    "roads": "walk the ways that traffic must take, and say which are open and where the first wall stands",
    "world": "list the resources that exist",
    "recover": "settle what a run that was cut off left pending, and do no more",
    "install": "find or build the Pulumi CLI (and control planes and Helm), or promtool, and print where",
}
