"""The check from outside comes up in a region of its own, beside a topic that is there already, and goes again."""

from collections.abc import Callable

import pytest

from .conftest import REPOSITORY, Sandbox

pytestmark = pytest.mark.engine

PROGRAM = f"""
import sys
sys.path.insert(0, {str(REPOSITORY)!r})
import pulumi, pulumi_aws as aws
from components.shared.alarm_topic import AlarmTopic, AlarmTopicArgs
from components.synthetic_check import SyntheticCheck, SyntheticCheckArgs, SyntheticCheckSettings

opts = pulumi.ResourceOptions(providers=[aws.Provider("aws-check", region="us-east-1")])
emails = ["a@example.com", "b@example.com"]
AlarmTopic("edge", AlarmTopicArgs(emails=emails, region="us-east-1", tags={{}}), opts)
settings = SyntheticCheckSettings(
    expected="pong", api_key_secret_name="orders/check", every_minutes=3,
    max_answer_seconds=pulumi.Config().get_int("most") or 120)
check = SyntheticCheck("check", SyntheticCheckArgs(settings=settings, stack_name="orders-dev", region="us-east-1",
    url="https://orders.example.com", path="/ping", emails=emails, tags={{}}), opts)
pulumi.export("canary", check.canary_name)
"""


def test_it_comes_up_changes_in_place_and_goes(program: Callable[..., Sandbox]) -> None:
    sandbox = program(PROGRAM)
    sandbox("up")
    assert "orders-dev-answers" in sandbox("outputs").stdout
    assert set(sandbox.changes()) == {"same"}
    assert sandbox.changes("-c", "most=60")["update"] == 1
    sandbox("destroy")
    assert sandbox.world() == []
