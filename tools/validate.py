"""Judges stacks' files before anything else does, in a second: `python -m tools.validate [--stack dev]`.

Each fault is a line that editors can follow: the file, the line, the key as typed, the value got, what to write.
"""

import argparse
import sys
from pathlib import Path

from .stack_file import StackFileError, read_stack, stacks_of


def main(folder: Path, arguments: list[str] | None = None) -> int:
    """Read the command line; 1 where a file has faults, 2 where one cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m tools.validate", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--stack", help="which; every stack that has a file by default")
    parser.add_argument("--cwd", type=Path, default=folder, help="the program's folder (default: here)")
    given = parser.parse_args(arguments)
    folder = given.cwd
    stacks = [given.stack] if given.stack else stacks_of(folder)
    status = 0
    for stack in stacks:
        try:
            file = read_stack(folder, stack)
        except StackFileError as reason:
            sys.stderr.write(f"{reason}\n")
            status = 2
            continue
        name = f"Pulumi.{stack}.yaml"
        for fault in sorted(file.faults, key=lambda each: file.line_of(each.key)):
            sys.stdout.write(f"{name}:{file.line_of(fault.key)}: {fault}\n")
        if file.faults:
            status = max(status, 1)
        elif file.settings is not None:
            sys.stdout.write("; ".join([f"{name}: sound", *file.settings.notices()]) + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main(Path.cwd()))
