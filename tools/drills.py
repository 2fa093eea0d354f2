"""Every drill with its guards and without: prints the table of docs/sandbox.md, measured on a stack that is up.

    python tools/drills.py prod

Ends with 1 where a drill does not hold, or holds although its guard is gone (then the guard guards nothing).
"""

import re
import subprocess
import sys
from collections.abc import Mapping, Sequence

# Drill -> the sets of guards of which each is taken away in a run of its own.
ROWS: Mapping[str, Sequence[Sequence[str]]] = {
    "rollout": [("surge",)],
    "failed-rollout": [("surge",)],
    "node-loss": [("spread",)],
    "zone-loss": [("spread",)],
    "rolling-node-upgrade": [("spread", "pdb")],
    "cluster-upgrade": [("spread", "pdb")],
    "blue-green": [("both",)],
    "load-surge": [("pool",), ("floor",), ("requests",)],
}


def main(stack: str) -> int:
    """Print the table."""
    print("| drill | with | lowest | without | verdict | lowest |\n|---|---|---|---|---|---|", flush=True)
    wrong = 0
    for drill, removed in ROWS.items():
        holds, lowest = _run(drill, stack)
        wrong += not holds
        for guards in removed:
            still_holds, then_lowest = _run(drill, stack, *(item for guard in guards for item in ("--without", guard)))
            wrong += still_holds
            row = [drill, _verdict(holds), lowest, " and ".join(guards), _verdict(still_holds), then_lowest]
            print(f"| {' | '.join(row)} |", flush=True)
    return 1 if wrong else 0


def _run(drill: str, stack: str, *options: str) -> tuple[bool, str]:
    command = [sys.executable, "-m", "sandbox", "drill", drill, "--stack", stack, *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "HOLD" not in done.stdout:
        sys.exit(done.stdout + done.stderr)
    found = re.findall(r"(\d+) ready at first, (\d+) at the lowest", done.stdout)
    return done.returncode == 0, ", ".join(f"{lowest} of {first}" for first, lowest in found)


def _verdict(holds: bool) -> str:
    return "holds" if holds else "does not hold"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "prod"))
