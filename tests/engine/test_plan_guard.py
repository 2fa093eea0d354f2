"""The plan guard over plans that the real engine makes."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import yaml

from sandbox import warm
from sandbox.plans import Plan
from tools.plan_guard import judge, whole

from . import data_changes
from .conftest import REPOSITORY, Sandbox

pytestmark = pytest.mark.engine

PROGRAM = """
import pulumi_aws as aws
bucket = aws.s3.Bucket("files", bucket="{name}")
queue = aws.sqs.Queue("jobs", name="{name}")
"""
MANY = """
import pulumi_aws as aws
for name, (cls, inputs) in {rows}.items():
    module, _, cls = cls.partition(".")
    getattr(getattr(aws, module), cls)(name, **inputs)
"""
TODAY = date.today()
LAW = "law:      load-balancer-timeouts: a load balancer's timeouts"


def planned(sandbox: Sandbox) -> Plan:
    return whole(sandbox("preview", "--json").stdout)


def guarded(sandbox: Sandbox) -> subprocess.CompletedProcess[str]:
    """Return the guard over a preview, as the pipeline runs it."""
    preview = [sys.executable, "-m", "sandbox", "preview", "--stack", "dev", "--cwd", str(sandbox.program)]
    command = [sys.executable, "-m", "tools.plan_guard", "--today", str(TODAY), "--", *preview]
    started = {name: value for name, value in os.environ.items() if name != warm.WARM}  # as everybody else has it
    return subprocess.run(command, cwd=REPOSITORY, env=started, capture_output=True, text=True, check=False)


def test_a_replaced_bucket_is_refused_and_a_waiver_lets_it_through(program: Callable[..., Sandbox]) -> None:
    config = {"aws:region": "eu-west-1"}
    sandbox = program(PROGRAM.format(name="one"), config)
    done = guarded(sandbox)
    assert done.returncode == 0
    assert "nothing stands yet" in done.stdout
    sandbox("up")
    program(PROGRAM.format(name="two"), config)
    done = guarded(sandbox)
    assert done.returncode == 1
    assert "Previewing update (dev)" in done.stdout
    assert "refused: replace aws:s3/bucket:Bucket::files because of bucket\n" in done.stdout
    assert "refused: replace aws:sqs/queue:Queue::jobs because of name\n" in done.stdout

    waiver = {
        "resource": "aws:s3/bucket:Bucket::files",
        "operation": "replace",
        "reason": "empty",
        "owner": "jo",
        "expires": str(TODAY + timedelta(days=30)),
    }
    file = sandbox.program / "Pulumi.dev.yaml"
    file.write_text(yaml.safe_dump({"config": {**config, "guard:waivers": [waiver]}}), encoding="utf-8")
    refused, let_through = judge(planned(sandbox), TODAY)
    assert [line.split("\n")[0] for line in refused] == ["replace aws:sqs/queue:Queue::jobs because of name"]
    assert let_through == [f"replace aws:s3/bucket:Bucket::files: empty (owner: jo, until {waiver['expires']})"]

    program("import pulumi_aws as aws\n", config)
    assert [line.split(" ")[0] for line in judge(planned(sandbox), TODAY)[0]] == ["delete", "delete"]


def test_what_loses_data_is_refused_and_nothing_else(program: Callable[..., Sandbox]) -> None:
    def standing(stage: int) -> Sandbox:
        return program(MANY.format(rows=data_changes.inputs(stage)), {"aws:region": "us-east-1"})

    standing(1)("up", "--kubernetes", "schema")
    refused, _ = judge(planned(standing(2)), TODAY)
    assert refused == []
    assert {step.operation for step in planned(standing(2)).steps} == {"same", "update"}
    refused, _ = judge(planned(standing(3)), TODAY)
    names = [line.split("\n")[0].partition("::")[2].split(" ")[0] for line in refused]
    assert sorted(names) == sorted(data_changes.CHANGES)


def test_of_a_preview_that_fails_nothing_is_said_but_why(program: Callable[..., Sandbox]) -> None:
    source = (
        'import pulumi_aws as aws\naws.lb.LoadBalancer("lb", subnets=["subnet-0aaaaaaaaaaaaaaaa"], idle_timeout=4001)\n'
    )
    sandbox = program(source, {"aws:region": "eu-west-1"})
    done = guarded(sandbox)
    assert done.returncode == 2
    assert "nothing was judged" in done.stderr
    assert LAW in done.stderr
    assert "nothing stands yet" not in done.stdout
    # who keeps the JSON in a file sees the error
    failed = sandbox("preview", "--json", status=1)
    assert LAW in failed.stderr
    assert json.loads(failed.stdout)["diagnostics"]
