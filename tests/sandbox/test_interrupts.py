"""Whoever waits for Ctrl-C ends by it."""

import signal
import subprocess
import sys
import time

import pytest

from sandbox.interrupts import INTERRUPTS
from tests.waiting import PATIENCE_SECONDS

# A shell without job control has what it starts in the background ignore Ctrl-C.
WAITING = """
import signal
from sandbox.interrupts import INTERRUPTS, until_interrupted
for each in INTERRUPTS:
    signal.signal(each, signal.SIG_IGN)
print("waits", flush=True)
until_interrupted()
for each in INTERRUPTS:
    signal.signal(each, signal.SIG_DFL)
    signal.raise_signal(each)
print("wound up", flush=True)
"""


@pytest.mark.parametrize("interrupt", sorted(INTERRUPTS))
def test_an_interrupt_ends_the_waiting_and_the_next_not_the_winding_up(interrupt: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", WAITING], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waits\n"
        latest = time.monotonic() + PATIENCE_SECONDS
        try:
            while process.poll() is None and time.monotonic() < latest:
                process.send_signal(interrupt)
                time.sleep(0.05)
        finally:
            process.kill()
        assert (process.stdout.read(), process.returncode) == ("wound up\n", 0)
