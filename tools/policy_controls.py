"""Writes what each control of FSBP, CIS AWS and CIS EKS asks for, by what others call the check that they have for it.

`python -m tools.policy_controls PROWLER TURBOT KUBE_BENCH` reads clones of prowler-cloud/prowler,
turbot/steampipe-mod-aws-compliance and aquasecurity/kube-bench, and writes tests/policies/controls.json: numbers, and
names of checks such as `rds_instance_storage_encrypted`. By these a test holds the numbers that rules claim.
"""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

CONTROLS = Path(__file__).parents[1] / "tests" / "policies" / "controls.json"
_TURBOT = re.compile(r'^control "foundational_security_(\w+)_(\d+)" \{.*?^ +query += query\.(\w+)$', re.S | re.M)
_KUBE_BENCH = re.compile(r"^ +- id: \"?(\d+\.\d+\.\d+)\"?$", re.M)
# what Turbot calls a service of which AWS has another name
_SERVICES = {"docdb": "documentdb", "sfn": "stepfunctions"}


def main(arguments: Sequence[str]) -> int:
    """Write the file."""
    prowler, turbot, kube_bench = map(Path, arguments)
    fsbp = {
        each["Id"].lower(): set(each["Checks"])
        for each in _requirements(prowler, "aws_foundational_security_best_practices")
    }
    for path in sorted((turbot / "foundational_security").glob("*.pp")):
        for service, number, query in _TURBOT.findall(path.read_text(encoding="utf-8")):
            fsbp.setdefault(f"{_SERVICES.get(service, service)}.{number}", set()).add(query)
    eks = [
        number
        for path in sorted((kube_bench / "cfg" / "eks-1.5.0").glob("*.yaml"))
        for number in _KUBE_BENCH.findall(path.read_text(encoding="utf-8"))
    ]
    written = {
        "sources": {path.name: _commit(path) for path in (prowler, turbot, kube_bench)},
        "FSBP": {control: sorted(names) for control, names in sorted(fsbp.items()) if names},
        "CIS AWS": {each["Id"]: sorted(each["Checks"]) for each in _requirements(prowler, "cis_3.0")},
        "CIS EKS": eks,
    }
    CONTROLS.write_text(json.dumps(written, indent=0) + "\n", encoding="utf-8")
    return 0


def _requirements(prowler: Path, framework: str) -> list[dict[str, Any]]:
    path = prowler / "prowler" / "compliance" / "aws" / f"{framework}_aws.json"
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["Requirements"]
    return found


def _commit(clone: Path) -> str:
    command = ["git", "-C", str(clone), "rev-parse", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
