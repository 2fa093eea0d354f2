"""The plan guard over plans that the real engine makes."""

import json
from collections.abc import Callable
from datetime import date

import pytest
import yaml

from tools.plan_guard import judge

from .conftest import Sandbox

pytestmark = pytest.mark.engine

PROGRAM = """
import pulumi_aws as aws
bucket = aws.s3.Bucket("files", bucket="{name}")
queue = aws.sqs.Queue("jobs", name="{name}")
"""
TODAY = date(2026, 11, 21)


def test_a_replaced_bucket_is_refused_and_a_waiver_lets_it_through(program: Callable[..., Sandbox]) -> None:
    config = {"aws:region": "eu-west-1"}
    sandbox = program(PROGRAM.format(name="one"), config)
    assert judge(sandbox("preview", "--json").stdout, TODAY) == ([], [])
    sandbox("up")
    program(PROGRAM.format(name="two"), config)
    (refused,) = judge(sandbox("preview", "--json").stdout, TODAY)[0]
    assert refused.startswith("replace aws:s3/bucket:Bucket::files because of bucket")

    waiver = {
        "resource": "aws:s3/bucket:Bucket::files",
        "operation": "replace",
        "reason": "empty",
        "owner": "jo",
        "expires": "2026-12-31",
    }
    file = sandbox.program / "Pulumi.dev.yaml"
    file.write_text(yaml.safe_dump({"config": {**config, "guard:waivers": [waiver]}}), encoding="utf-8")
    plan = sandbox("preview", "--json").stdout
    assert judge(plan, TODAY)[0] == []

    program("import pulumi_aws as aws\n", config)
    refused_all = judge(sandbox("preview", "--json").stdout, TODAY)[0]
    assert [line.split(" ")[0] for line in refused_all] == ["delete"]
    assert json.loads(plan)["changeSummary"]["replace"] == 2
