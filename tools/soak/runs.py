"""What a soak runs through the engine: generated stacks, and schedules of faults and crashes."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

from .generator import draw

REPOSITORY = Path(__file__).parents[2]
STACK = "dev"
ATTEMPTS = 6
Verdict = Literal["refused by validation", "came up", "converged", "FOUND"]


def environment(arguments: Sequence[str]) -> dict[str, str]:
    """The environment for a command: where nobody kills the engine, it need not write its state after every operation.

    Writing the whole state each time is four fifths of what `up` of prod takes.
    """
    killed = "--crash-after" in arguments
    return {**os.environ, "PULUMI_SKIP_CHECKPOINTS": "false" if killed else "true"}


@dataclass
class Sandbox:
    """The sandbox's command line on one folder, and all that it said."""

    program: Path
    said: list[str] = field(default_factory=list)

    def run(self, command: str, *arguments: str) -> int:
        """Run a command; its exit status. What it printed is kept in `said`."""
        # hundreds of stacks: what only a control plane would refuse is left to the tests of one
        quick = ("--kubernetes", "schema") if command in ("preview", "up", "destroy") else ()
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "sandbox",
                command,
                "--stack",
                STACK,
                "--cwd",
                str(self.program),
                *quick,
                *arguments,
            ],
            cwd=REPOSITORY,
            env=environment(arguments),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            check=False,
        )
        self.said.append(done.stdout)
        return done.returncode

    def read(self, command: str, *arguments: str) -> str:
        """Run a command for what it prints, which is not kept: it may hold secrets."""
        self.run(command, *arguments)
        return self.said.pop()


@dataclass(frozen=True)
class Outcome:
    """How one run ended, and what was found."""

    seed: int
    verdict: Verdict
    detail: str = ""


def platform(folder: Path, config: dict[str, Any] | None = None) -> Sandbox:
    """The repository's own program in a folder of its own, with the stack file of dev or a generated one."""
    for name in ("__main__.py", "components"):
        (folder / name).symlink_to(REPOSITORY / name)
    shutil.copy(REPOSITORY / "Pulumi.yaml", folder)
    if config is None:
        shutil.copy(REPOSITORY / "Pulumi.dev.yaml", folder / f"Pulumi.{STACK}.yaml")
    else:
        text = yaml.safe_dump({"config": config}, sort_keys=False)
        (folder / f"Pulumi.{STACK}.yaml").write_text(text, encoding="utf-8")
    return Sandbox(folder)


def stack_file(settings: dict[str, Any]) -> dict[str, Any]:
    """The `config` of a stack file with these settings."""
    rest = {f"flowise:{key}": value for key, value in settings.items() if key != "region"}
    return {"aws:region": settings.get("region"), "pulumi:disable-default-providers": ["*"], **rest}


def bring_up(seed: int, folder: Path) -> Outcome:
    """Bring up one generated stack, and take it down; laws alone judge it, for packs hold this house's own levels."""
    settings = draw(seed)
    sandbox = platform(folder, stack_file(settings))
    status = sandbox.run("up")
    said = sandbox.said[-1]
    if "Traceback" in said:
        return Outcome(seed, "FOUND", f"a traceback\n{said}")
    if status == 0:
        if sandbox.run("destroy", "--unprotect"):
            return Outcome(seed, "FOUND", f"it does not go away\n{sandbox.said[-1]}")
        return Outcome(seed, "came up")
    if status and "the configuration of stack" in said and not sandbox.read("world"):
        return Outcome(seed, "refused by validation")
    return Outcome(seed, "FOUND", f"status {status}\n{said[said.find('Diagnostics:') :]}")


PROGRAM = """
import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s
import pulumi_random as random

vpc = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16")
for index, zone in enumerate("abc"):
    subnet = aws.ec2.Subnet(
        f"subnet-{zone}", vpc_id=vpc.id, cidr_block=f"10.0.{index}.0/24", availability_zone=f"us-east-1{zone}"
    )
    group = aws.ec2.SecurityGroup(f"group-{zone}", vpc_id=vpc.id, description="soak")
    rule = aws.vpc.SecurityGroupIngressRule(
        f"rule-{zone}", security_group_id=group.id, ip_protocol="tcp", from_port=1, to_port=1, cidr_ipv4="10.0.0.0/8"
    )
    password = random.RandomPassword(f"password-{zone}", length=24)
    secret = aws.secretsmanager.Secret(f"secret-{zone}", recovery_window_in_days=0)
    aws.secretsmanager.SecretVersion(f"version-{zone}", secret_id=secret.id, secret_string=password.result)
    space = k8s.core.v1.Namespace(f"space-{zone}", metadata={"name": f"space-{zone}"})
    k8s.core.v1.Secret(
        f"login-{zone}",
        metadata={"name": "login", "namespace": space.metadata.name},
        string_data={"password": password.result},
    )
pulumi.export("password", password.result)
"""
RESOURCES = 26  # 25 in the world, and the stack itself
EVERY_PLATFORM = 10  # each so-manieth schedule runs the platform


def converge(seed: int, folder: Path) -> Outcome:
    """Bring a stack up and take it down while operations fail and the engine dies, until it is there and gone."""
    dice = random.Random(seed)
    if seed % EVERY_PLATFORM:
        (folder / "Pulumi.yaml").write_text("name: soak\nruntime: python\n", encoding="utf-8")
        (folder / f"Pulumi.{STACK}.yaml").write_text("config: {}\n", encoding="utf-8")
        (folder / "__main__.py").write_text(PROGRAM, encoding="utf-8")
        sandbox, size = Sandbox(folder), RESOURCES
    else:
        sandbox, size = platform(folder), 192
    fault = (
        _until_it_works(sandbox, "up", trouble(dice, "create", size))
        or whole(sandbox)
        or _until_it_works(sandbox, "destroy", trouble(dice, "delete", size), "--unprotect")
        or empty(sandbox)
    )
    return Outcome(seed, "FOUND", fault) if fault else Outcome(seed, "converged")


def trouble(dice: random.Random, operation: str, size: int) -> list[list[str]]:
    """The options of one to three runs: each dies after some operations, or meets outages, or both."""
    runs: list[list[str]] = []
    for _ in range(dice.randint(1, 3)):
        options: list[str] = []
        if dice.random() < 0.7:  # noqa: PLR2004
            options += ["--crash-after", str(dice.randint(1, max(1, size // 2)))]
        if dice.random() < 0.6 or not options:  # noqa: PLR2004
            kind = dice.choice(("InternalError: an internal error has occurred", "ThrottlingException: Rate exceeded"))
            probability = dice.choice((0.02, 0.1, 0.5, 1))
            options += ["--fault", f"*@{operation}={kind};probability={probability};seed={dice.randint(0, 999)}"]
        if dice.random() < 0.2:  # noqa: PLR2004
            options += ["--fault", "*@read=ServiceUnavailable;times=1"]
        runs.append(options)
    return runs


def _until_it_works(sandbox: Sandbox, command: str, runs: list[list[str]], *always: str) -> str:
    for options in runs:
        sandbox.run(command, "--recover", *always, *options)
    for _ in range(ATTEMPTS):
        if sandbox.run(command, "--recover", *always) == 0:
            return ""
    return f"{command} does not converge after {runs}:\n{sandbox.said[-1]}"


def whole(sandbox: Sandbox) -> str:
    """What is wrong after `up`: twice, forgotten, not as the program says, or a secret in what was said."""
    world = [line.split("\t") for line in sandbox.read("world").splitlines()]
    deployment = json.loads(sandbox.read("export", "--show-secrets"))["deployment"]
    state = {(item["urn"], item["id"]) for item in deployment["resources"] if item.get("id") and not _provider(item)}
    standing = {(urn, resource_id) for _, resource_id, urn in world}
    if len({urn for urn, _ in standing}) != len(world):
        return f"something stands twice: {sorted(urn for _, _, urn in world)}"
    if state != standing:
        return f"state and world differ: {sorted(state ^ standing)}"
    if deployment.get("pending_operations"):
        return f"operations are pending: {deployment['pending_operations']}"
    changes = json.loads(sandbox.read("preview", "--json"))["changeSummary"]
    if set(changes) != {"same"}:
        return f"a preview would change something: {changes}"
    leaked = [secret for secret in _secrets(deployment) if any(secret in text for text in sandbox.said)]
    return f"{len(leaked)} secrets stand in what was printed" if leaked else ""


def empty(sandbox: Sandbox) -> str:
    """What is left after `destroy`."""
    world = sandbox.read("world")
    left = json.loads(sandbox.read("export"))["deployment"].get("resources") or []
    return f"left in the world:\n{world}\nand in the state: {left}" if world or left else ""


def _provider(item: dict[str, Any]) -> bool:
    return str(item["type"]).startswith("pulumi:")


def _secrets(deployment: dict[str, Any]) -> list[str]:
    return [
        json.loads(item["outputs"]["result"]["plaintext"])
        for item in deployment["resources"]
        if item["type"] == "random:index/randomPassword:RandomPassword"
    ]
