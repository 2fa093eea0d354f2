"""Lets checkov and kube-score judge what stacks have: `python -m tools.scan manifests/*`.

Each folder is a stack's: its rendered Kubernetes objects, and its AWS resources as a Terraform plan, `plan.json`.

Each judge runs in an environment of its own, for their requirements do not agree with ours, and is fetched when it is
first needed. A finding of medium severity or above ends the scan with 1, unless tools/scan_accepted.json lists it with
a reason; so does a reason that nothing needs any more. checkov tells severities to its customers alone: all of its
findings count.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

CHECKOV = "checkov==3.3.30"
KUBE_SCORE = "github.com/zegl/kube-score/cmd/kube-score@v1.20.0"
ACCEPTED = Path(__file__).parent / "scan_accepted.json"
_WARNING = 5  # kube-score grades 1 (critical), 5 (warning), 7 (almost), 10 (sound)


def checkov(report: str) -> Iterator[tuple[str, str]]:
    """Yield each finding of checkov's JSON report: its id, and where it is."""
    parsed = json.loads(report)
    for part in parsed if isinstance(parsed, list) else [parsed]:
        for check in part.get("results", {}).get("failed_checks", []):
            yield check["check_id"], check["resource"]


def kube_score(report: str) -> Iterator[tuple[str, str]]:
    """Yield each finding of kube-score's JSON report: its id, and where it is."""
    for scored in json.loads(report):
        for check in scored["checks"]:
            if not check["skipped"] and check["grade"] <= _WARNING:
                yield check["check"]["id"], scored["object_name"]


def judge(findings: Sequence[tuple[str, str]], accepted: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Return the findings that nobody accepted, and the accepted ones that nobody finds."""
    found = {name for name, _ in findings}
    unlisted = sorted({f"{name}: {where}" for name, where in findings if not accepted.get(name, "").strip()})
    return unlisted, sorted(set(accepted) - found)


def _run(*command: str) -> str:
    # both end with 1 where they find anything
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False).stdout


def main(arguments: Sequence[str]) -> int:
    """Scan folders, each a stack's; the exit status."""
    findings, count = list[tuple[str, str]](), 0
    uvx = str(Path(sys.executable).parent / "uvx")
    options = ("--quiet", "--compact", "--output", "json", "--skip-download")
    checks = (uvx, "--quiet", CHECKOV, *options)
    for folder in map(Path, arguments):
        files = sorted(map(str, folder.glob("*.yaml")))
        count += len(files)
        findings += checkov(_run(*checks, "--framework", "kubernetes", "--directory", str(folder)))
        findings += kube_score(_run("go", "run", KUBE_SCORE, "score", "--output-format", "json", *files))
        if (plan := folder / "plan.json").exists():
            findings += checkov(_run(*checks, "--framework", "terraform_plan", "--file", str(plan)))
    accepted: dict[str, Any] = json.loads(ACCEPTED.read_text(encoding="utf-8"))
    unlisted, idle = judge(findings, accepted)
    for line in unlisted:
        print(f"not accepted: {line}")
    for name in idle:
        print(f"accepted, and not found: {name}")
    print(f"{len(findings)} findings of {len({name for name, _ in findings})} kinds in {count} objects")
    return 1 if unlisted or idle else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
