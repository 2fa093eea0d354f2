"""What the stacks cost, by their plans."""

from collections.abc import Callable

import pytest

from tools.costs import PAGE, STACKS, page, plan, priced

from .conftest import Sandbox

pytestmark = pytest.mark.engine
DEV_LIMIT_USD = 260


def test_the_page_is_current_and_dev_is_cheap(platform: Sandbox) -> None:
    estimates = {stack: priced(stack, platform.program) for stack in STACKS}
    assert PAGE.read_text(encoding="utf-8") == page(estimates)
    assert estimates["dev"].total < DEV_LIMIT_USD


def test_what_stands_already_is_priced_as_what_does_not(program: Callable[..., Sandbox]) -> None:
    sandbox = program('import pulumi_aws as aws\naws.kms.Key("key")\n', {"aws:region": "eu-west-1"})
    sandbox("up")
    assert [token for token, _ in plan("dev", sandbox.program)] == ["aws:kms/key:Key", "pulumi:pulumi:Stack"]
    assert len(sandbox.world()) == 1
