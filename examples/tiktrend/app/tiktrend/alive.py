"""Ends with 1 where the file of heartbeats is older than so many seconds: `python -m tiktrend.alive 300`."""

import os
import sys
import time

FILE = os.environ.get("ALIVE_FILE", "/tmp/alive")


def main(arguments: list[str]) -> int:
    """Look at the file."""
    try:
        age = time.time() - os.stat(FILE).st_mtime
    except FileNotFoundError:
        return 1
    return int(age > float(arguments[0]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
