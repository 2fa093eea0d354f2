"""A program that knows nothing of the sandbox goes through its whole life on it."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox.workspace import FOLDER

from .conftest import REPOSITORY, Sandbox

pytestmark = pytest.mark.engine

PROGRAM = """
import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes
import pulumi_random as random

config = pulumi.Config()
print("a line of the program")
password = random.RandomPassword("password", length=20)
cidr = config.get("cidr") or "10.0.0.0/16"
vpc = aws.ec2.Vpc("main", cidr_block=cidr, tags={"Owner": config.get("owner") or "us"})
aws.ec2.Subnet("subnet", vpc_id=vpc.id, cidr_block=cidr.replace("0.0/16", "1.0/24"))
bucket = aws.s3.Bucket("files")
parameter = aws.ssm.Parameter("parameter", type="SecureString", value=password.result)
cluster = kubernetes.Provider("cluster", kubeconfig="{}")
kubernetes.core.v1.ConfigMap("map", data={"a": "b"}, opts=pulumi.ResourceOptions(provider=cluster))
if config.get_bool("more"):
    aws.sns.Topic("more")
pulumi.export("vpc", vpc.id)
pulumi.export("bucket", bucket.bucket)
pulumi.export("password", password.result)
"""


@pytest.fixture
def sandbox(program: Callable[..., Sandbox]) -> Sandbox:
    return program(PROGRAM)


def test_a_stack_comes_up_stays_changes_and_goes_away(sandbox: Sandbox) -> None:
    assert sandbox.changes() == {"create": 8}
    assert sandbox.world() == []  # a preview makes nothing

    sandbox("up")
    assert len(sandbox.world()) == 6
    assert sandbox.changes() == {"same": 8}

    one_update = sandbox.changes("-c", "owner=them")
    assert one_update == {"update": 1, "same": 7}

    sandbox("up", "-c", "cidr=10.1.0.0/16")  # AWS cannot change a VPC's CIDR: the VPC is replaced, its subnet with it
    assert len(set(sandbox.world())) == len(sandbox.world()) == 6

    sandbox("destroy")
    assert sandbox.world() == []


def test_a_program_has_no_key_of_its_caller_and_what_it_leaves_is_for_nobody_else(
    program: Callable[..., Sandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox = program(
        """
import os
import boto3
import pulumi
import pulumi_random as random
random.RandomPassword("password", length=20)
pulumi.export("key", boto3.Session().get_credentials().access_key)
pulumi.export("tokens", [os.environ.get("GITHUB_TOKEN"), os.environ.get("KEPT_TOKEN")])
"""
    )
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "KEPT_TOKEN"):
        monkeypatch.setenv(name, "real")
    folder = (sandbox.program / FOLDER).parent
    folder.mkdir()
    folder.chmod(0o755)  # as an earlier version made it
    sandbox("up", "--keep-env", "KEPT_TOKEN")
    assert json.loads(sandbox("outputs", "--json").stdout) == {"key": "sandbox", "tokens": [None, "real"]}
    left = [folder, *folder.rglob("*")]
    assert len(left) > 10
    assert [path for path in left if path.lstat().st_mode & 0o077] == []


def test_a_stack_that_nobody_brought_up_is_empty(sandbox: Sandbox) -> None:
    assert json.loads(sandbox("outputs", "--json").stdout) == {}
    assert sandbox("destroy", "--clock", "--recover").returncode == 0


def test_the_engine_keeps_no_log_of_all_that_it_did(sandbox: Sandbox) -> None:
    logs = sandbox.program / FOLDER / "home" / "logs"
    logs.mkdir(parents=True)  # as a version before this one left it
    (logs / "one.log").touch()

    previewed = sandbox("preview")

    assert logs.is_file()
    assert not logs.stat().st_size
    assert "log" not in previewed.stderr


def test_a_change_that_aws_cannot_make_in_place_is_planned_as_a_replacement(sandbox: Sandbox) -> None:
    sandbox("up")

    assert sandbox.changes("-c", "cidr=10.1.0.0/16") == {"replace": 2, "same": 6}


def test_a_refresh_sees_what_was_done_behind_the_engine_s_back(sandbox: Sandbox) -> None:
    sandbox("up")

    sandbox("drift", "main", "tags.Owner=nobody")
    sandbox("refresh")
    vpc = next(item for item in sandbox.state()["resources"] if item["type"] == "aws:ec2/vpc:Vpc")
    assert vpc["outputs"]["tags"] == {"Owner": "nobody"}
    assert sandbox.changes() == {"update": 1, "same": 7}

    sandbox("drift", "files", "--delete")
    sandbox("refresh")
    assert sandbox.changes() == {"create": 1, "update": 1, "same": 6}


def test_outputs_are_deterministic_and_secrets_stay_secret(sandbox: Sandbox) -> None:
    sandbox("up")
    first = json.loads(sandbox("outputs", "--json").stdout)
    in_clear = json.loads(sandbox("outputs", "--json", "--show-secrets").stdout)["password"]
    printed = sandbox("export").stdout + sandbox("up", "--diff", "-c", "owner=them").stdout

    assert first["password"] == "[secret]"
    assert len(in_clear) == 20
    assert in_clear not in printed

    sandbox("up", "--fresh")
    assert json.loads(sandbox("outputs", "--json").stdout) == first


def test_a_refused_create_leaves_the_rest_and_the_next_run_goes_on(program: Callable[..., Sandbox]) -> None:
    clash = (
        "import pulumi, pulumi_aws as aws\n"
        'a = aws.s3.Bucket("a", bucket="mine")\n'
        'aws.s3.Bucket("b", bucket={name!r}, opts=pulumi.ResourceOptions(depends_on=[a]))\n'
        'aws.sns.Topic("t")\n'
    )
    sandbox = program(clash.format(name="mine"))

    refused = sandbox("up", "--continue-on-error", status=1)
    assert "BucketAlreadyOwnedByYou" in refused.stdout
    assert len(sandbox.world()) == 2

    program(clash.format(name="yours"))("up")
    assert len(sandbox.world()) == 3


def test_a_misspelt_property_is_refused_before_anything_is_made(program: Callable[..., Sandbox]) -> None:
    sandbox = program(
        "import pulumi_aws as aws\n"
        'aws.ec2.SecurityGroup("g", ingress=[{"protocol": "tcp", "fromPort": 1, "toPort": 1, "cidrBlock": []}])\n'
    )

    refused = sandbox("preview", status=1)

    assert "there is no property `cidrBlock` here; did you mean `cidrBlocks`?" in refused.stdout
    assert "Traceback" not in refused.stdout + refused.stderr


def test_the_plan_is_the_only_thing_on_standard_output(sandbox: Sandbox) -> None:
    plan = json.loads(sandbox("preview", "--json").stdout)

    assert {step["op"] for step in plan["steps"]} == {"create"}


def test_stacks_are_independent(sandbox: Sandbox) -> None:
    (sandbox.program / "Pulumi.other.yaml").touch()
    sandbox("up")
    sandbox("up", stack="other")

    sandbox("destroy", stack="other")

    assert len(sandbox.world()) == 6


def test_a_program_that_raises_shows_its_traceback_and_registers_nothing(program: Callable[..., Sandbox]) -> None:
    sandbox = program('raise ValueError("no such thing")\n')

    failed = sandbox("up", status=1)

    assert "ValueError: no such thing" in failed.stdout
    assert sandbox.world() == []


@pytest.mark.parametrize("late", ["known.apply(lambda name: name.nothing)", "pulumi.Output.all(known, known.missing)"])
def test_an_output_that_fails_ends_the_run_and_is_told(late: str, program: Callable[..., Sandbox]) -> None:
    sandbox = program(
        f"import pulumi, pulumi_aws as aws\ntopic = aws.sns.Topic('alerts')\nknown = topic.name\nvalue = {late}\n"
    )

    failed = sandbox("up", status=1)

    assert "AttributeError: 'str' object has no attribute" in failed.stdout


def test_a_programs_own_debugging_is_shown_and_not_the_sdks(program: Callable[..., Sandbox]) -> None:
    sandbox = program("import pulumi, pulumi_aws as aws\npulumi.log.debug('mine')\naws.sns.Topic('alerts')\n")

    shown = sandbox("preview", "--debug").stdout

    assert "debug: mine" in shown
    assert "beginning rpc" not in shown


def test_manifests_take_the_place_of_those_written_before_and_of_nothing_else(
    program: Callable[..., Sandbox], tmp_path: Path
) -> None:
    source = (
        "import pulumi, pulumi_kubernetes as k8s\n"
        'provider = k8s.Provider("cluster", kubeconfig="{{}}")\n'
        'password = pulumi.Output.secret("hunter2")\n'
        'k8s.core.v1.Secret({name!r}, string_data={{"password": password}}, '
        "opts=pulumi.ResourceOptions(provider=provider))\n"
    )
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.yaml").write_text("kept")
    for name in ("first", "second", "second"):
        program(source.format(name=name))("manifests", "--out", str(out))
        (written,) = [path for path in out.glob("*.yaml") if path.name != "mine.yaml"]
        assert written.name.startswith(f"secret-{name}-")
        assert "hunter2" not in written.read_text()
        assert "[secret]" in written.read_text()
    assert (out / "mine.yaml").read_text() == "kept"


def test_autonaming_of_the_stack_is_honoured(program: Callable[..., Sandbox]) -> None:
    sandbox = program(
        'import pulumi, pulumi_aws as aws\npulumi.export("name", aws.sns.Topic("alerts").name)\n',
        {"pulumi:autonaming": {"pattern": "${project}-${stack}-${name}"}},
    )
    sandbox("up")

    assert json.loads(sandbox("outputs", "--json").stdout) == {"name": "other-dev-alerts"}


def test_a_secret_of_another_backend_is_replaced_by_a_stand_in(program: Callable[..., Sandbox]) -> None:
    sandbox = program(
        'import pulumi\npulumi.export("token", pulumi.Config().require_secret("token"))\n',
        {"other:token": {"secure": "v1:abc:def"}},
    )

    assert "other:token: encrypted for another backend" in sandbox("preview").stderr


def test_committed_files_never_change(sandbox: Sandbox) -> None:
    def files() -> dict[str, str]:
        return {path.name: path.read_text(encoding="utf-8") for path in sandbox.program.glob("*.*") if path.is_file()}

    before = files()
    sandbox("up", "-c", "owner=them")
    sandbox("destroy")

    assert files() == before


def test_two_commands_on_one_stack_do_not_trample_each_other(sandbox: Sandbox) -> None:
    with serving(sandbox):
        assert "another command is at work on stack dev" in sandbox("up", status=1).stderr


def test_any_pulumi_command_works_against_served_clouds(sandbox: Sandbox) -> None:
    with serving(sandbox) as environment:
        for arguments in (
            ["up", "--yes", "--skip-preview"],
            ["stack", "output", "vpc"],
            ["destroy", "--yes", "--skip-preview"],
        ):
            done = subprocess.run(
                ["pulumi", *arguments, "--stack", "dev"],
                cwd=sandbox.program,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr
            if arguments[0] == "stack":
                assert done.stdout.startswith("vpc-0")


@contextmanager
def serving(sandbox: Sandbox) -> Iterator[dict[str, str]]:
    """The clouds of a stack, served for as long as the block lasts; the environment that `serve` prints."""
    server = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "serve", "--stack", "dev", "--cwd", str(sandbox.program)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stderr is not None
    assert server.stdout is not None
    try:
        lines = [server.stdout.readline() for _ in range(8)]
        given = dict(shlex.split(line)[1].split("=", 1) for line in lines)
        server.stderr.readline()
        _, cli, _, scratch, *_ = shlex.split(server.stderr.readline())
        yield {**os.environ, **given, "PATH": f"{Path(cli).parent}{os.pathsep}{os.environ['PATH']}", "SCRATCH": scratch}
    finally:
        server.terminate()
        server.communicate()


def test_a_replacement_that_loses_data_says_so_loudly(program: Callable[..., Sandbox]) -> None:
    source = (
        "import pulumi_aws as aws\n"
        'aws.sns.Topic("topic", name={name!r})\n'
        'attributes = [{{"name": {name!r}, "type": "S"}}]\n'
        'aws.dynamodb.Table("table", hash_key={name!r}, attributes=attributes, billing_mode="PAY_PER_REQUEST")\n'
    )
    program(source.format(name="one"))("up")

    planned = program(source.format(name="two"))("preview")

    warning = "warning: REPLACEMENT OF WHAT HOLDS DATA: `hashKey` cannot change in place"
    assert warning in planned.stdout
    assert "topic  warning" not in planned.stdout
    assert "is deleted with everything in it" in planned.stdout
