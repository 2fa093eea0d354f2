"""`make truth`: how often our Kubernetes provider and the real one agree, and where they do not.

The exit status is 1 where a difference has no reason in `known.yaml`, or a reason there has no difference any more, or
fewer than LEAST of the cases agree.
"""

import argparse
import sys
import time

from sandbox.control_plane.binaries import minors
from sandbox.real_provider.program import program
from sandbox.toolchain import ToolchainError

from .both import bench
from .cases import FEW, cases
from .compare import KNOWN, Verdict

LEAST = 0.97


def main() -> int:
    """Run the cases and print what came of them."""
    parser = argparse.ArgumentParser(prog="python -m tools.truth", description=__doc__)
    parser.add_argument("names", nargs="*", help="the cases (default: all)")
    parser.add_argument("--few", action="store_true", help="the few that `make test` runs")
    options = parser.parse_args()
    chosen = cases(FEW if options.few else options.names)
    started = time.monotonic()
    try:
        with bench(program(), minors()[0]) as both:
            verdicts = list(both.run(chosen))
    except ToolchainError as error:
        print(error, file=sys.stderr)
        return 1
    return _told(verdicts, time.monotonic() - started)


def _told(verdicts: list[Verdict], seconds: float) -> int:
    apart = [verdict for verdict in verdicts if verdict.differences]
    for verdict in apart:
        print(f"{verdict.case.name}: {f'known: {verdict.reason}' if verdict.reason else 'NOT KNOWN'}")
        print(*(f"  {each}" for each in verdict.differences), sep="\n")
    gone = [v.case.name for v in verdicts if not v.differences and v.case.name in KNOWN]
    for name in gone:
        print(f"{name}: both agree: take it out of tools/truth/known.yaml")
    share = 1 - len(apart) / len(verdicts)
    print(f"{len(verdicts) - len(apart)} of {len(verdicts)} cases agree ({share:.1%}), in {seconds:.0f} s")
    unknown = any(not verdict.reason for verdict in apart)
    return 1 if unknown or gone or share < LEAST else 0


if __name__ == "__main__":
    sys.exit(main())
