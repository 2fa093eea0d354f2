"""What the packs say without an engine: `python -m platform_policies --help`."""

import sys

from .commands import main

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
