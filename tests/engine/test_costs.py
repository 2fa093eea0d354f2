"""What the stacks cost, by their plans."""

import pytest

from tools.costs import PAGE, USAGE, estimate, page, plan

from .conftest import Sandbox

pytestmark = pytest.mark.engine
DEV_LIMIT_USD = 250


def test_the_page_is_current_and_dev_is_cheap(platform: Sandbox) -> None:
    estimates = {stack: estimate(stack, plan(stack, platform.program)) for stack in USAGE}
    assert PAGE.read_text(encoding="utf-8") == page(estimates)
    assert sum(estimates["dev"].values()) < DEV_LIMIT_USD
