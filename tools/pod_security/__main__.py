"""Records what Kubernetes's own Pod Security evaluator says of the tests' pods: `python -m tools.pod_security`.

It is built from its module (k8s.io/pod-security-admission, go.mod beside this) and asked once: what it answers stands
in tests/policies/pod_security.json, which the rules are compared with.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.policies.cases.pod_security import every

HERE = Path(__file__).parent
RECORD = HERE.parents[1] / "tests" / "policies" / "pod_security.json"
# of each version with other checks than the one before, from the first that the rules know
MINORS = (26, 27, 29, 31, 32, 34, 35, 36)


def ask() -> list[dict[str, Any]]:
    """Build the evaluator and ask it about every pod: by version what refuses it and which levels admit it."""
    asked = "".join(json.dumps({**pod, "minors": MINORS}) + "\n" for pod in every())
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
    """Write the record; the exit status."""
    RECORD.write_text(record(ask()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
