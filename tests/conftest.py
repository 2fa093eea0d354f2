"""What every test of the program starts from."""

import asyncio
import gc
import os
import resource
from collections.abc import Iterator

import pulumi
import pytest
from hypothesis import HealthCheck, settings
from pulumi.runtime import settings as runtime

from testing.cloud import Cloud, CloudMonitor
from testing.event_loop import own_event_loop
from tests import units

pytest_xdist_make_scheduler = units.pytest_xdist_make_scheduler

# What takes longest comes first, or a run of all ends with one worker at work and the others idle; what mostly waits
# (drills, clusters, objects) does so beside what does not.
LONGEST_FIRST = ("drills", "disasters", "clusters", "platform", "releases", "feared_changes", "objects", "soak")


# as a shell allows by default on most machines
OPEN_FILES = 1024

# a busy machine is no failure
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort tests, those of one unit beside each other."""
    ranks = {f"test_{name}.py": rank for rank, name in enumerate(LONGEST_FIRST)}

    def rank(item: pytest.Item) -> int:
        if units.of_the_engine(item.path):
            return ranks.get(item.path.name, len(ranks) + 1)
        return len(ranks) if units.renders(item.path) else len(ranks) + 2

    items.sort(key=rank)


def pytest_collection_finish() -> None:
    """Look for garbage among what tests make alone: what was imported and collected stays to the end."""
    gc.collect()
    gc.freeze()


def pytest_configure() -> None:
    """Collect garbage less often: looking through all that the SDKs leave was a quarter of what these tests take."""
    gc.set_threshold(1_000_000, 20, 100)
    # likewise what is written in Go and started here: Pulumi's CLI above all
    os.environ.setdefault("GOGC", "400")
    # what leaks is found everywhere, and not on the one machine that allows so few
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, most))


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """Give each test an event loop of its own, or one test's leftovers run in the next."""
    with own_event_loop() as loop:
        yield loop


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
