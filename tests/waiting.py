"""Waiting for what comes at once where nothing else runs."""

import time
from collections.abc import Callable

# a share of a busy machine can have a hundred times as long as a whole idle one
PATIENCE_SECONDS = 240


def wait_until(
    true: Callable[[], bool], what: str | Callable[[], object] = "nothing came", seconds: float = PATIENCE_SECONDS
) -> None:
    """Ask again until it is so; fail with `what`, or with what that then gives, where it does not come."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            said = what if isinstance(what, str) else what()
            raise AssertionError(f"{said}: not within {seconds:.0f} s")
        time.sleep(0.05)
