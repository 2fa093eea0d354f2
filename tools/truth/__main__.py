"""`make truth`: how often our Kubernetes provider and the real one agree, and where they do not.

The exit status is 1 where a difference has no reason in `known.yaml`, or a reason there has no difference any more, or
fewer than LEAST of the cases agree.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence

from sandbox.control_plane.binaries import minors
from sandbox.real_provider.program import program
from sandbox.toolchain import ToolchainError

from .both import bench
from .cases import FEW, cases
from .compare import KNOWN, Verdict

LEAST = 0.97


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the cases and print what came of them."""
    parser = argparse.ArgumentParser(prog="python -m tools.truth", description=__doc__)
    parser.add_argument("names", nargs="*", help="the cases (default: all)")
    parser.add_argument("--few", action="store_true", help="the few that `make test` runs")
    options = parser.parse_args(arguments)
    chosen = cases(FEW if options.few else options.names)
    if unknown := set(options.names) - {case.name for case in cases()}:
        parser.error(f"no such case: {', '.join(sorted(unknown))}; tools/truth/objects.yaml has them")
    started = time.monotonic()
    try:
        with bench(program(), minors()[0]) as both:
            verdicts = list(_counted(both.run(chosen), len(chosen)))
    except ToolchainError as error:
        print(error, file=sys.stderr)
        return 1
    return told(verdicts, time.monotonic() - started)


def _counted(verdicts: Iterator[Verdict], number: int) -> Iterator[Verdict]:
    """Say on a terminal how many have come."""
    for done, verdict in enumerate(verdicts, start=1):
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{done} of {number} cases " if done < number else "\r")
            sys.stderr.flush()
        yield verdict


def told(verdicts: list[Verdict], seconds: float) -> int:
    """Print what came of the cases; give the exit status."""
    apart = [verdict for verdict in verdicts if verdict.differences]
    for verdict in apart:
        print(f"{verdict.case.name}: {f'known: {verdict.reason}' if verdict.reason else 'NOT KNOWN'}")
        print(*(f"  {each}" for each in verdict.differences), sep="\n")
    for verdict in verdicts:
        if verdict.beside_others and not verdict.differences:
            print(f"{verdict.case.name}: both agree when asked alone; beside others: {verdict.beside_others[0]}")
    gone = [v.case.name for v in verdicts if not v.differences and v.case.name in KNOWN]
    for name in gone:
        print(f"{name}: both agree: take it out of tools/truth/known.yaml")
    share = 1 - len(apart) / len(verdicts)
    print(f"{len(verdicts) - len(apart)} of {len(verdicts)} cases agree ({share:.1%}), in {seconds:.0f} s")
    unknown = any(not verdict.reason for verdict in apart)
    return 1 if unknown or gone or share < LEAST else 0


if __name__ == "__main__":
    sys.exit(main())
