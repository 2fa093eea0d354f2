"""Waiting for Ctrl-C."""

import signal

INTERRUPTS = {signal.SIGINT, signal.SIGTERM}


def until_interrupted() -> None:
    """Wait for Ctrl-C or SIGTERM, and hold back any further one while what runs is wound up."""
    # A blocked signal arrives even where whoever started this command ignores it, as a shell's job control does.
    signal.pthread_sigmask(signal.SIG_BLOCK, INTERRUPTS)
    signal.sigwait(INTERRUPTS)
