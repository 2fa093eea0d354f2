"""Reports what a scan finds in Flowise's image: `python -m tools.image_report scan.json`, in Markdown.

The scan is grype's JSON (its documents' `matches`). A finding is judged where the table of weaknesses has its id, or a
related one (components/flowise_service/weaknesses.py). Ends with 1 where one that nobody judged is high or critical:
override its package in image/package.json, or write it into the table with what closes it.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.flowise_service.weaknesses import WEAKNESSES

# grype's own words, the worst first
SEVERITIES = ("Critical", "High", "Medium", "Low", "Negligible", "Unknown")
TELLING = SEVERITIES[:2]


@dataclass(frozen=True, order=True)
class Finding:
    """A package with a published hole; `mended` is the version that has none, or empty."""

    package: str
    version: str
    severity: str
    ids: tuple[str, ...]
    mended: str


def findings(report: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what grype found, each once, wherever in the image it lies."""
    yield from sorted(set(map(_finding, report["matches"])), key=lambda each: (_rank(each), each))


def _finding(match: Mapping[str, Any]) -> Finding:
    hole, package = match["vulnerability"], match["artifact"]
    return Finding(
        package["name"],
        package["version"],
        hole["severity"],
        tuple(dict.fromkeys([hole["id"], *(each["id"] for each in match.get("relatedVulnerabilities") or ())])),
        ", ".join(hole["fix"]["versions"]),
    )


def _rank(finding: Finding) -> int:
    return SEVERITIES.index(finding.severity)


def judged() -> dict[str, str]:
    """Return what the table says of each id."""
    return {
        name: row.left or "; ".join(f"{cure.kind} {cure.name}" for cure in row.cures)
        for row in WEAKNESSES
        for name in row.ids
    }


def told(found: Iterable[Finding], known: Mapping[str, str]) -> tuple[str, bool]:
    """Return the report, and whether somebody has to look at it."""
    new: list[str] = []
    old: list[str] = []
    rest: Counter[str] = Counter()
    for each in found:
        line = f"| {each.package} {each.version} | {each.severity} | {', '.join(each.ids)} | {each.mended or 'none'} |"
        verdict = next((known[name] for name in each.ids if name in known), None)
        if verdict is not None:
            old.append(f"{line} {verdict} |")
        elif each.severity in TELLING:
            new.append(line)
        else:
            rest[each.severity] += 1
    head = "| package | severity | ids | mended in |"
    parts = [
        ("Nobody has judged yet", [head, "|---|---|---|---|", *new] if new else ["Nothing that is high or critical."]),
        ("Judged", [f"{head} what stands |", "|---|---|---|---|---|", *old] if old else ["Nothing."]),
        ("Of lower severity", [f"{rest[name]} {name.lower()}" for name in SEVERITIES if rest[name]] or ["Nothing."]),
    ]
    return "\n\n".join(f"### {title}\n\n" + "\n".join(lines) for title, lines in parts), bool(new)


def main(arguments: Sequence[str]) -> int:
    """Print the report of a scan; the exit status, 2 where there is none to read."""
    parser = argparse.ArgumentParser(prog="python -m tools.image_report", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("scan", type=Path, help="grype's report in JSON")
    scan: Path = parser.parse_args(arguments).scan
    try:
        found = list(findings(json.loads(scan.read_text(encoding="utf-8"))))
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.stderr.write(f"{scan} is no report of grype's in JSON ({error!r}): nothing was judged\n")
        return 2
    text, look = told(found, judged())
    print(text)
    return int(look)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
