"""That a program on the mocks leaves no file open: a run of all tests went past a machine's 1,024."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from testing.cloud import Cloud
from testing.event_loop import own_event_loop
from testing.program import run_changed

OPEN_FILES = Path("/dev/fd")


@pytest.fixture
def no_collection() -> Iterator[None]:
    """Let nobody close what was forgotten."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def test_a_loop_closes_what_its_threads_opened(no_collection: None) -> None:
    before = len(os.listdir(OPEN_FILES))
    with own_event_loop() as loop:
        loop.run_until_complete(loop.run_in_executor(None, lambda: None))
        assert len(os.listdir(OPEN_FILES)) > before + 3, "neither the loop nor its thread opened anything"
    assert len(os.listdir(OPEN_FILES)) == before


def test_a_whole_program_leaves_no_file_open(no_collection: None) -> None:
    run_changed("dev", Cloud(), {})  # the sandbox opens its schemas once
    before = len(os.listdir(OPEN_FILES))
    run_changed("dev", Cloud(), {})
    assert len(os.listdir(OPEN_FILES)) == before
