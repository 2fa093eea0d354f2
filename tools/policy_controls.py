"""Writes what each control of FSBP and CIS asks for, by what others say of it, and which of NIST's they hold it to be.

`python -m tools.policy_controls PROWLER TURBOT KUBE_BENCH` reads clones of prowler-cloud/prowler,
turbot/steampipe-mod-aws-compliance and aquasecurity/kube-bench, and writes tests/policies/controls.json: numbers, names
of checks such as `rds_instance_storage_encrypted`, and of CIS' controls of Kubernetes, for which there is no such name,
the words that their titles are made of. By these tests hold the numbers that rules claim.
"""

import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

CONTROLS = Path(__file__).parents[1] / "tests" / "policies" / "controls.json"
_TURBOT = re.compile(r'^control "foundational_security_(\w+)_(\d+)" \{.*?^ +query += query\.(\w+)$', re.S | re.M)
_KUBE_BENCH = re.compile(r"^ +- id: \"?(\d+\.\d+\.\d+)\"?\n +text: \"(.+)\"$", re.M)
_WORD = re.compile(r"[a-z]{3,}")
_PROWLER_NIST = re.compile(r"([a-z]+)_(\d+)")
_TURBOT_NIST = re.compile(r"^benchmark \"nist_800_53_rev_5_([a-z]+)_(\d+)\w*\" \{(.*?)^\}", re.S | re.M)
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
    cis = {each["Id"]: set(each["Checks"]) for each in _requirements(prowler, "cis_3.0")}
    named = {
        **{f"FSBP {name}": checks for name, checks in fsbp.items()},
        **{f"CIS AWS {name}": checks for name, checks in cis.items()},
    }
    of = _nist(prowler, turbot)
    nist = {
        name: " ".join(sorted(set().union(*(of[check] for check in checks)))) for name, checks in sorted(named.items())
    }
    written = {
        "sources": {path.name: _commit(path) for path in (prowler, turbot, kube_bench)},
        "FSBP": {control: sorted(names) for control, names in sorted(fsbp.items()) if names},
        "CIS AWS": {name: sorted(checks) for name, checks in cis.items()},
        "CIS EKS": dict(_titles(kube_bench, "eks-1.5.0")),
        "CIS Kubernetes": dict(_titles(kube_bench, "cis-1.8", "policies")),
        "NIST": {name: numbers for name, numbers in nist.items() if numbers},
    }
    CONTROLS.write_text(json.dumps(written, indent=0) + "\n", encoding="utf-8")
    return 0


def _requirements(prowler: Path, framework: str) -> list[dict[str, Any]]:
    path = prowler / "prowler" / "compliance" / "aws" / f"{framework}_aws.json"
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["Requirements"]
    return found


def _titles(kube_bench: Path, benchmark: str, part: str = "*") -> Iterator[tuple[str, str]]:
    """Yield a benchmark's controls, and the words that each one's title is made of."""
    for path in sorted((kube_bench / "cfg" / benchmark).glob(f"{part}.yaml")):
        for number, title in _KUBE_BENCH.findall(path.read_text(encoding="utf-8")):
            yield number, " ".join(sorted(set(_WORD.findall(title.lower())) - {"automated", "manual"}))


def _nist(prowler: Path, turbot: Path) -> dict[str, set[str]]:
    """Return the controls of SP 800-53 Rev. 5 that each check stands under, without their parts and enhancements."""
    found: dict[str, set[str]] = defaultdict(set)
    for each in _requirements(prowler, "nist_800_53_revision_5"):
        if number := _PROWLER_NIST.match(each["Id"]):
            for check in each["Checks"]:
                found[check].add(f"{number[1].upper()}-{number[2]}")
    for path in sorted((turbot / "nist_800_53_rev_5").glob("*.pp")):
        for family, number, body in _TURBOT_NIST.findall(path.read_text(encoding="utf-8")):
            for check in re.findall(r"control\.(\w+)", body):
                found[check].add(f"{family.upper()}-{number}")
    return found


def _commit(clone: Path) -> str:
    command = ["git", "-C", str(clone), "rev-parse", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
