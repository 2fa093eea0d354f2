"""What a program that is refused leaves on the mocks: one error that is raised, and nothing that a later test logs."""

import gc
from collections.abc import Callable
from typing import Any, NoReturn

import pulumi_aws as aws
import pytest
from pulumi.runtime import mocks

from testing.cloud import Cloud


def refuse(_: object) -> NoReturn:
    raise ValueError("no such thing")


def a_resource() -> None:
    topic = aws.sns.Topic("refused")
    aws.sqs.Queue("waits for it", name=topic.name)


def a_function() -> None:
    aws.sqs.Queue("waits for it", name=aws.get_caller_identity_output().account_id)


@pytest.mark.parametrize("program", [a_resource, a_function])
def test_a_refused_program_leaves_nothing_that_a_later_test_logs(
    program: Callable[[], None], cloud: Cloud, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def new_resource(args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        return refuse(args) if args.name == "refused" else Cloud.new_resource(cloud, args)

    monkeypatch.setattr(cloud, "new_resource", new_resource)
    cloud.answers["aws:index/getCallerIdentity:getCallerIdentity"] = refuse
    with pytest.raises(ValueError, match="no such thing"):
        cloud.build(program)
    cloud.build(lambda: None)  # the SDK keeps the error until the next program
    gc.collect()
    assert [record.getMessage() for record in caplog.records if record.name == "asyncio"] == []
