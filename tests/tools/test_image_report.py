import json
from pathlib import Path
from typing import Any

import pytest

from tools.image_report import main


def match(hole: str, severity: str, package: str, *related: str, mended: str = "") -> dict[str, Any]:
    # as grype writes it: its JSON schema, `Document.matches`
    return {
        "vulnerability": {
            "id": hole,
            "severity": severity,
            "fix": {"versions": [mended] if mended else [], "state": "fixed" if mended else "not-fixed"},
        },
        "relatedVulnerabilities": [{"id": each} for each in related],
        "artifact": {"name": package, "version": "1.0.0", "type": "npm"},
    }


JUDGED = match("GHSA-rm9r-9424-cccf", "Critical", "flowise", "CVE-2026-70636")
NEW = match("GHSA-aaaa-bbbb-cccc", "High", "left-pad", mended="1.3.1")
LOW = match("CVE-2030-1", "Low", "libc6")


def report(folder: Path, *matches: dict[str, Any]) -> int:
    file = folder / "scan.json"
    file.write_text(json.dumps({"matches": matches}))
    return main([str(file)])


def test_what_nobody_judged_is_to_be_looked_at(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # one package in two places is one finding
    assert report(tmp_path, JUDGED, NEW, LOW, NEW) == 1
    new, judged, rest = capsys.readouterr().out.split("###")[1:]
    assert new.count("| left-pad 1.0.0 | High | GHSA-aaaa-bbbb-cccc | 1.3.1 |") == 1
    assert "| flowise 1.0.0 | Critical | GHSA-rm9r-9424-cccf, CVE-2026-70636 | none |" in judged
    assert rest.split() == ["Of", "lower", "severity", "1", "low"]


def test_what_the_table_has_by_either_name_is_no_news(tmp_path: Path) -> None:
    assert report(tmp_path, JUDGED, match("GHSA-0000-0000-0000", "Critical", "vm2", "CVE-2026-47131"), LOW) == 0


def test_nothing_found_is_nothing_to_tell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(tmp_path) == 0
    assert "Nothing that is high or critical." in capsys.readouterr().out


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"matches": [{}]}'])
def test_what_is_no_report_is_said_and_is_no_all_clear(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None
) -> None:
    file = tmp_path / "scan.json"
    if text is not None:
        file.write_text(text)
    assert main([str(file)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"{file} is no report of grype's in JSON")
