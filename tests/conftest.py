"""What every test of the program starts from."""

import asyncio
import gc
from collections.abc import Iterator

import pulumi
import pytest
from pulumi.runtime import settings as runtime

from tests.cloud import Cloud, CloudMonitor


def pytest_configure() -> None:
    """Collect garbage less often: looking through all that the SDKs leave was a quarter of what these tests take."""
    gc.set_threshold(1_000_000, 20, 100)


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """Give each test an event loop of its own, or one test's leftovers run in the next."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield loop
    pending = asyncio.all_tasks(loop)
    for task in pending:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
    asyncio.set_event_loop(None)
    loop.close()


@pytest.fixture
def cloud(loop: asyncio.AbstractEventLoop) -> Iterator[Cloud]:
    """Give a cloud that creates."""
    yield from _cloud(Cloud())


@pytest.fixture(params=[False, True], ids=["up", "preview"])
def any_cloud(loop: asyncio.AbstractEventLoop, request: pytest.FixtureRequest) -> Iterator[Cloud]:
    """Give a cloud that creates, then one that only plans."""
    yield from _cloud(Cloud(preview=request.param))


def _cloud(cloud: Cloud) -> Iterator[Cloud]:
    # the root stack survives set_mocks and clings to the last test's loop
    runtime.reset_options()
    pulumi.runtime.set_mocks(cloud, project="flowise", stack="test", preview=cloud.preview, monitor=CloudMonitor(cloud))
    yield cloud
    runtime.reset_options()
