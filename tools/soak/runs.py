"""What a soak runs through the engine: generated stacks, and schedules of faults and crashes."""

import json
import random
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

from sandbox import warm
from sandbox.workspace import Workspace
from sandbox.world import World

from .generator import draw

REPOSITORY = Path(__file__).parents[2]
STACK = "dev"
ATTEMPTS = 6
# What this repository's program imports, for `warm.running`; the libraries only when a resource of theirs is made.
PLATFORM = ("composition.foundation", "stack", "components.flowise_service.component")
LIBRARIES = (
    "pulumi_aws.vpc",
    *(
        f"pulumi_kubernetes.{name}.v1"
        for name in ("admissionregistration", "apps", "core", "networking", "policy", "scheduling", "storage")
    ),
    "pulumi_kubernetes.autoscaling.v2",
)
# the commands that a cluster's objects are judged in
JUDGED = ("preview", "up", "destroy")
Verdict = Literal["refused by validation", "came up", "converged", "FOUND"]


def run_sandbox(
    program: Path, stack: str, command: str, *arguments: str, kubernetes: str, stderr: int = subprocess.PIPE
) -> subprocess.CompletedProcess[str]:
    """Run the sandbox's command line on a program, and keep what it printed."""
    judged = ("--kubernetes", kubernetes) if command in JUDGED else ()
    where = ("--stack", stack, "--cwd", str(program))
    start = ["-m", "sandbox", command, *where, *judged, *arguments]
    return warm.run(start, cwd=REPOSITORY, stderr=stderr)


@dataclass
class Sandbox:
    """The sandbox's command line on one folder, and all that it said."""

    program: Path
    said: list[str] = field(default_factory=list)
    history: list[str] = field(default_factory=list)

    def meet(self, command: str, *arguments: str) -> int:
        """Run a command on the way to a finding: with its status and what it left pending it goes into `history`."""
        status = self.run(command, *arguments)
        workspace = Workspace.of(self.program, STACK)
        latest = json.loads(workspace.state_file.read_text(encoding="utf-8"))["checkpoint"].get("latest") or {}
        left = [f"{each['type']} {_name(each['resource']['urn'])}" for each in latest.get("pending_operations") or []]
        world = World(workspace.world_file)
        made = sorted(_name(record.urn) for record in world)
        world.close()
        line = shlex.join([command, *arguments])
        self.history.append(f"{line}\n  status {status}; pending: {left}; {len(made)} stand: {', '.join(made)}")
        return status

    def run(self, command: str, *arguments: str, stderr: int = subprocess.STDOUT) -> int:
        """Run a command; its exit status. What it printed is kept in `said`."""
        # hundreds of stacks: what only a control plane would refuse is left to the tests of one
        done = run_sandbox(self.program, STACK, command, *arguments, kubernetes="schema", stderr=stderr)
        self.said.append(done.stdout)
        return done.returncode

    def read(self, command: str, *arguments: str) -> str:
        """Run a command for what it prints, which is not kept: it may hold secrets."""
        self.run(command, *arguments, stderr=subprocess.DEVNULL)
        return self.said.pop()


@dataclass(frozen=True)
class Outcome:
    """How one run ended, and what was found."""

    seed: int
    verdict: Verdict
    detail: str = ""


def link_program(folder: Path) -> None:
    """Link the repository's own program into a folder, where a run of it leaves its state; without stack files."""
    for path in (*REPOSITORY.glob("*.py"), REPOSITORY / "components", REPOSITORY / "composition"):
        (folder / path.name).symlink_to(path)


def platform(folder: Path, config: dict[str, Any] | None = None) -> Sandbox:
    """Return the repository's own program in a folder of its own, with the stack file of dev or a generated one."""
    link_program(folder)
    shutil.copy(REPOSITORY / "Pulumi.yaml", folder)
    if config is None:
        shutil.copy(REPOSITORY / "Pulumi.dev.yaml", folder / f"Pulumi.{STACK}.yaml")
    else:
        text = yaml.safe_dump({"config": config}, sort_keys=False)
        (folder / f"Pulumi.{STACK}.yaml").write_text(text, encoding="utf-8")
    return Sandbox(folder)


def stack_file(settings: dict[str, Any]) -> dict[str, Any]:
    """Return the `config` of a stack file with these settings."""
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


# Resources by their tokens alone: loading the clouds' SDKs would be most of what a schedule takes.
BY_TOKEN = """
import json
import pulumi


def make(token, resource, /, **inputs):
    return pulumi.CustomResource(token, resource, inputs, pulumi.ResourceOptions(additional_secret_outputs=["result"]))


def kubernetes(kind, resource, **inputs):
    return make(f"kubernetes:core/v1:{kind}", resource, apiVersion="v1", kind=kind, **inputs)


def password(resource, **inputs):
    return make("random:index/randomPassword:RandomPassword", resource, length=24, result=None, **inputs)

"""
PROGRAM = f"""{BY_TOKEN}
vpc = make("aws:ec2/vpc:Vpc", "vpc", cidrBlock="10.0.0.0/16")
for index, zone in enumerate("abc"):
    make(
        "aws:ec2/subnet:Subnet",
        f"subnet-{{zone}}",
        vpcId=vpc.id,
        cidrBlock=f"10.0.{{index}}.0/24",
        availabilityZone=f"us-east-1{{zone}}",
    )
    group = make("aws:ec2/securityGroup:SecurityGroup", f"group-{{zone}}", vpcId=vpc.id, description="soak")
    make(
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        f"rule-{{zone}}",
        securityGroupId=group.id,
        ipProtocol="tcp",
        fromPort=1,
        toPort=1,
        cidrIpv4="10.0.0.0/8",
    )
    secret = make("aws:secretsmanager/secret:Secret", f"secret-{{zone}}", recoveryWindowInDays=0)
    word = password(f"password-{{zone}}")
    make(
        "aws:secretsmanager/secretVersion:SecretVersion",
        f"version-{{zone}}",
        secretId=secret.id,
        secretString=word.result,
    )
    space = kubernetes("Namespace", f"space-{{zone}}", metadata={{"name": f"space-{{zone}}"}})
    kubernetes(
        "Secret",
        f"login-{{zone}}",
        metadata={{"name": "login", "namespace": space.metadata["name"]}},
        stringData={{"password": word.result}},
    )
pulumi.export("password", word.result)
"""
RESOURCES = 26  # 25 in the world, and the stack itself
EVERY_PLATFORM = 10  # each so-manieth schedule runs the platform

# What is replaced, beside its predecessor or after it, with what depends on it; what is changed, made and deleted.
REPLACING = f"""{BY_TOKEN}
generation = pulumi.Config().require_int("generation")
key = f"key{{generation}}"

word = password("password", keepers={{"generation": key}})
secret = make("aws:secretsmanager/secret:Secret", "secret", recoveryWindowInDays=0)
make("aws:secretsmanager/secretVersion:SecretVersion", "version", secretId=secret.id, secretString=word.result)
space = kubernetes("Namespace", "space", metadata={{"name": "space"}})
place = space.metadata["name"]
kubernetes("Secret", "login", metadata={{"name": "login", "namespace": place}}, stringData={{"password": word.result}})
kubernetes("ConfigMap", "settings", metadata={{"namespace": place}}, data={{"key": key}})

vpc = make("aws:ec2/vpc:Vpc", "vpc", cidrBlock="10.0.0.0/16")
for name, fixed in (("beside", {{}}), ("after", {{"name": "after"}})):
    group = make("aws:ec2/securityGroup:SecurityGroup", name, vpcId=vpc.id, description=key, **fixed)
    make(
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        f"{{name}}-rule",
        securityGroupId=group.id,
        ipProtocol="tcp",
        fromPort=1,
        toPort=1,
        cidrIpv4="10.0.0.0/8",
    )
table = make(
    "aws:dynamodb/table:Table",
    "table",
    name="table",
    arn=None,
    billingMode="PAY_PER_REQUEST",
    hashKey=key,
    attributes=[{{"name": key, "type": "S"}}],
)
item = json.dumps({{key: {{"S": "a"}}}})
make("aws:dynamodb/tableItem:TableItem", "item", tableName=table.name, hashKey=key, item=item)
make("aws:ssm/parameter:Parameter", "parameter", type="String", value=pulumi.Output.concat(table.arn, " ", key))
make("aws:sqs/queue:Queue", f"queue-{{generation}}")
"""
CHANGES = 22  # what replacing takes: 11 are made, 10 deleted, 1 is changed
WAYS = tuple(
    (crash, then)
    for crash in ("--crash-after", "--crash-before")
    for then in ([], [["--fault", "*@read=ServiceUnavailable"]])
)


def converge(seed: int, folder: Path) -> Outcome:
    """Bring a stack up and take it down while operations fail and the engine dies, until it is there and gone."""
    dice = random.Random(seed)
    if seed % EVERY_PLATFORM:
        sandbox, size = _project(folder, PROGRAM, {}), RESOURCES
    else:
        sandbox, size = platform(folder), 192
    fault = (
        _until_it_works(sandbox, "up", trouble(dice, "create", size))
        or whole(sandbox)
        or _until_it_works(sandbox, "destroy", trouble(dice, "delete", size), "--unprotect")
        or empty(sandbox)
    )
    return _outcome(seed, sandbox, fault)


def replace(seed: int, folder: Path) -> Outcome:
    """Replace most of a stack, and let the engine die at one change: each seed is another, and another way to go on."""
    change, way = divmod(seed, len(WAYS))
    crash, then = WAYS[way]
    sandbox = _project(folder, REPLACING, {"generation": 1})
    sandbox.meet("up")
    _project(folder, REPLACING, {"generation": 2})
    fault = _until_it_works(sandbox, "up", [["--parallel", "1", crash, str(change + 1)], *then]) or whole(sandbox)
    return _outcome(seed, sandbox, fault)


def _project(folder: Path, source: str, config: Mapping[str, Any]) -> Sandbox:
    settings = {f"soak:{key}": value for key, value in config.items()}
    (folder / "Pulumi.yaml").write_text("name: soak\nruntime: python\n", encoding="utf-8")
    (folder / f"Pulumi.{STACK}.yaml").write_text(json.dumps({"config": settings}), encoding="utf-8")
    (folder / "__main__.py").write_text(source, encoding="utf-8")
    return Sandbox(folder)


def _outcome(seed: int, sandbox: Sandbox, fault: str) -> Outcome:
    return Outcome(seed, "FOUND", "\n".join([fault, *sandbox.history])) if fault else Outcome(seed, "converged")


def trouble(dice: random.Random, operation: str, size: int) -> list[list[str]]:
    """Return the options of one to three runs: each dies at some operation, or meets outages, or both.

    One operation at a time, as a rule: with several, which were under way when the engine died differs from run to run.
    """
    runs: list[list[str]] = []
    alone = ["--parallel", "1"] if dice.random() < 0.8 else []  # noqa: PLR2004
    for _ in range(dice.randint(1, 3)):
        options = [*alone]
        if dice.random() < 0.7:  # noqa: PLR2004
            options += [dice.choice(("--crash-after", "--crash-before")), str(dice.randint(1, max(1, size // 2)))]
        if dice.random() < 0.6 or options == alone:  # noqa: PLR2004
            kind = dice.choice(("InternalError: an internal error has occurred", "ThrottlingException: Rate exceeded"))
            probability = dice.choice((0.02, 0.1, 0.5, 1))
            options += ["--fault", f"*@{operation}={kind};probability={probability};seed={dice.randint(0, 999)}"]
        if dice.random() < 0.2:  # noqa: PLR2004
            options += ["--fault", f"*@read=ServiceUnavailable;probability=0.1;seed={dice.randint(0, 999)}"]
        runs.append(options)
    return runs


def _until_it_works(sandbox: Sandbox, command: str, runs: list[list[str]], *always: str) -> str:
    for options in runs:
        sandbox.meet(command, "--recover", *always, *options)
    for _ in range(ATTEMPTS):
        if sandbox.meet(command, "--recover", *always) == 0:
            return ""
    return f"{command} does not converge:\n{sandbox.said[-1]}"


def whole(sandbox: Sandbox) -> str:
    """Return what is wrong after `up`: twice, forgotten, not as the program says, or a secret in what was said."""
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
    """Return what is left of the stack after `destroy`; what outlives it in the account is no fault."""
    world = sandbox.read("world")
    left = json.loads(sandbox.read("export"))["deployment"].get("resources") or []
    return f"left in the world:\n{world}\nand in the state: {left}" if world or left else ""


def _name(urn: str) -> str:
    return urn.rpartition("::")[2]


def _provider(item: dict[str, Any]) -> bool:
    return str(item["type"]).startswith("pulumi:")


def _secrets(deployment: dict[str, Any]) -> list[str]:
    return [
        json.loads(item["outputs"]["result"]["plaintext"])
        for item in deployment["resources"]
        if item["type"] == "random:index/randomPassword:RandomPassword"
    ]
