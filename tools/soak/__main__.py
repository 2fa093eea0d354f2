"""Runs the platform through weather: `python -m tools.soak [--stacks N] [--schedules N] [--seed S]`.

Generated settings must be refused by validation, or come up under every law and policy; stacks that meet outages and a
dying engine must converge. Prints the counts, and every finding with the seed that brings it back.
"""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sandbox import warm

from .runs import CHANGES, LIBRARIES, PLATFORM, WAYS, Outcome, bring_up, converge, replace


def main(arguments: list[str]) -> int:
    """Run everything; 1 where something was found."""
    parser = argparse.ArgumentParser(prog="python -m tools.soak", description=__doc__)
    parser.add_argument("--stacks", type=int, default=300, help="generated stacks (300)")
    parser.add_argument("--schedules", type=int, default=200, help="schedules of faults and crashes (200)")
    crashes = CHANGES * len(WAYS)
    parser.add_argument("--crashes", type=int, default=crashes, help=f"crashes while much is replaced ({crashes}: all)")
    parser.add_argument("--seed", type=int, default=0, help="the first seed (0)")
    options = parser.parse_args(arguments)
    with warm.running(PLATFORM, LIBRARIES):
        found = _soak("generated stacks", bring_up, range(options.seed, options.seed + options.stacks))
        found += _soak("schedules", converge, range(options.seed, options.seed + options.schedules))
        found += _soak("crashes while much is replaced", replace, range(options.crashes))
    return 1 if found else 0


def _soak(title: str, run: Callable[[int, Path], Outcome], seeds: range) -> int:
    start, counts = time.monotonic(), Counter[str]()
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for outcome in pool.map(lambda seed: _in_a_folder(run, seed), seeds):
            counts[outcome.verdict] += 1
            if outcome.verdict == "FOUND":
                print(f"{title}, seed {outcome.seed}: {outcome.detail}", flush=True)
            elif sys.stderr.isatty():
                sys.stderr.write(f"\r{sum(counts.values())} of {len(seeds)} {title} ")
    summary = ", ".join(f"{number} {verdict}" for verdict, number in sorted(counts.items()))
    print(f"{len(seeds)} {title} in {time.monotonic() - start:.0f} s: {summary}", flush=True)
    return counts["FOUND"]


def _in_a_folder(run: Callable[[int, Path], Outcome], seed: int) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="flowise-soak-") as folder:
        return run(seed, Path(folder))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
