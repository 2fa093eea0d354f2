"""Asks Kubernetes's own Pod Security evaluator about pods, a line of JSON each, and prints its record.

`python -m tests.policies.cases.pod_security | python -m tools.pod_security > tests/policies/pod_security.json` records
what the rules of the pack `kubernetes` are compared with. The evaluator is built from its module
(k8s.io/pod-security-admission, go.mod beside this).
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
# of each version with other checks than the one before, from the first that the rules know
MINORS = (26, 27, 29, 31, 32, 34, 35, 36)


def ask(pods: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Build the evaluator and ask it about every pod: by version what refuses it and which levels admit it."""
    asked = "".join(json.dumps({**pod, "minors": MINORS}) + "\n" for pod in pods)
    done = subprocess.run(["go", "run", "."], cwd=HERE, input=asked, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"go run in {HERE}: {done.stderr.strip()}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def record(answers: Sequence[dict[str, Any]]) -> str:
    """Return the record, a line a pod; a version that answers as the one before is left out."""
    lines = []
    for answer in answers:
        kept: dict[str, Any] = {}
        before = None
        for minor in MINORS:
            now = answer[str(minor)]
            if now != before:
                kept[str(minor)] = [sorted(now["refused"]), now["baseline"], now["restricted"]]
            before = now
        lines.append(json.dumps(kept, separators=(",", ":")))
    return "[\n" + ",\n".join(lines) + "\n]\n"


def main() -> int:
    """Read pods, and print the record; the exit status."""
    sys.stdout.write(record(ask(json.loads(line) for line in sys.stdin)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
