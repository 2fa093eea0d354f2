"""Outages, quotas and protection, through the real engine."""

from collections.abc import Callable

import pytest

from .conftest import Sandbox

pytestmark = pytest.mark.engine

TOPICS = """
import pulumi, pulumi_aws as aws
for index in range(8):
    aws.sns.Topic(f"topic-{index}")
"""
ADDRESSES = """
import pulumi_aws as aws
for index in range(6):
    aws.ec2.Eip(f"address-{index}", domain="vpc")
"""
TABLE = """
import pulumi_aws as aws
attributes = [{"name": "id", "type": "S"}]
aws.dynamodb.Table(
    "table", hash_key="id", attributes=attributes, billing_mode="PAY_PER_REQUEST", deletion_protection_enabled=True
)
"""


def test_an_operation_fails_as_told_and_the_next_run_goes_on(program: Callable[..., Sandbox]) -> None:
    sandbox = program(TOPICS)

    refused = sandbox("up", "--fault", "Topic:topic-3@create=InternalError: try later", "--continue-on-error", status=1)
    assert "create aws:sns/topic:Topic topic-3: InternalError: try later" in refused.stdout
    assert len(sandbox.world()) == 7

    sandbox("up")
    assert len(sandbox.world()) == 8
    refused = sandbox("destroy", "--fault", "Topic@delete=InternalError;times=1", status=1)
    assert "InternalError" in refused.stdout
    sandbox("destroy")
    assert sandbox.world() == []


def test_an_engine_that_dies_is_recovered(program: Callable[..., Sandbox]) -> None:
    sandbox = program(TOPICS)

    sandbox("up", "--crash-after", "5", status=128 + 9)
    assert len(sandbox.world()) == 5

    sandbox("up", "--recover")
    assert len(sandbox.world()) == len(set(sandbox.world())) == 8
    assert set(sandbox.changes()) == {"same"}


def test_a_quota_is_aws_own_unless_told(program: Callable[..., Sandbox]) -> None:
    sandbox = program(ADDRESSES)

    refused = sandbox("preview", status=1)
    assert "AddressLimitExceeded" in refused.stdout
    sandbox("preview", "--quota", "elastic-ips=6")
    sandbox("preview", "--laws", "off")


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--quota", "addresses=6", "the names are "),
        ("--quota", "elastic-ips=many", "write NAME=NUMBER"),
        ("--fault", "Topic=no", "write TYPE[:name]@create=MESSAGE"),
    ],
)
def test_a_wrong_option_is_told_before_anything_starts(
    option: str, value: str, says: str, program: Callable[..., Sandbox]
) -> None:
    refused = program(TOPICS)("up", option, value, status=1)
    assert says in refused.stderr
    assert "Traceback" not in refused.stderr


# A parameter that AWS gives back otherwise than written, and a secret that keeps its name for a while.
RESTLESS = """
parameters = [{"name": "rds.force_ssl", "value": "1"}]
aws.rds.ParameterGroup("group", family="postgres17", parameters=parameters)
aws.secretsmanager.Secret("secret", name="login")
"""


def test_a_stack_that_never_rests_says_so_goes_only_when_told_and_meets_what_outlived_it(
    program: Callable[..., Sandbox],
) -> None:
    sandbox = program(TABLE + RESTLESS)
    assert "this never comes to rest: every preview will change parameters[0].applyMethod" in sandbox("up").stdout
    assert sandbox.altered() == {"group": {"update"}}

    refused = sandbox("destroy", status=1)
    assert "deletion protection" in refused.stdout.lower()

    gone = sandbox("destroy", "--unprotect")
    assert sandbox.world() == []
    assert "where the next `up` may meet it: 1 Secret (`world --left` lists them)" in gone.stderr

    assert "is already scheduled for deletion: login" in sandbox("up", status=1).stdout
    sandbox("drift", "login", "--delete")
    assert sandbox("world", "--left").stdout == ""
