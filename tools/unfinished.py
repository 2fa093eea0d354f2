"""Refuses to go on where an update of a stack was cut off: `python -m tools.unfinished --stack prod`.

What the engine had begun and never heard of again may exist in the account and not in the state. `up` only warns of
it, and makes it a second time. It ends with 0 where nothing is open, 1 where something is, and 2 where the state was
not told.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from sandbox import recovery

from .checks import NoAnswer, Run, run_program
from .stack_file import StackFileError, at_folder


def main(arguments: Sequence[str] | None = None, run: Run = run_program) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.unfinished", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--stack", required=True, help="name of the stack")
    parser.add_argument("--cwd", type=Path, help="the program's folder (default: here)")
    given = parser.parse_args(arguments)
    stack = given.stack
    try:
        if given.cwd:
            at_folder(given.cwd)
        exported = json.loads(run("pulumi", "stack", "export", "--stack", stack))
    except (NoAnswer, StackFileError) as reason:
        sys.stderr.write(f"the state of {stack} was not told: {reason}\n")
        return 2
    # null where nothing was ever done
    operations = recovery.pending({**exported, "deployment": exported["deployment"] or {}})
    if not operations:
        return 0
    sys.stderr.write(
        f"an update of {stack} was cut off, and {len(operations)} operation(s) never reported back:\n"
        f"{recovery.describe(operations)}\n"
        "settle them first: docs/operations/a-run-was-cut-off.md\n"
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
