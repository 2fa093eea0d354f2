"""Pages name files and tests: those that they name are there."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_LISTED = ("git", "ls-files", "--cached", "--others", "--exclude-standard")
FILES = frozenset(subprocess.run(_LISTED, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split())
# decisions and the changelog tell of what was
PAGES = sorted(
    name for name in FILES if name.endswith(".md") and name != "CHANGELOG.md" and not name.startswith("docs/decisions/")
)
# what docs/features.md writes for the folders of tests
SHORT = {"c/": "tests/components/", "e/": "tests/engine/", "l/": "tests/live/"}
NAMED = re.compile(r"`([\w./*-]+\.(?:py|cjs|mjs|md|json|txt|yaml|yml|toml))`")
SHOWN = re.compile(r"`([\w./-]+/test_\w+\.py)` \(((?:`\w+`(?:, )?)+)\)")


def found(path: str) -> list[str]:
    """Return the files that a page may mean: by the path's end, for pages say `vpc/subnets.py` of a component."""
    for short, folder in SHORT.items():
        if path.startswith(short):
            path = folder + path.removeprefix(short)
    pattern = re.compile("(.*/)?" + re.escape(path.removeprefix("../")).replace(r"\*", "[^/]*") + "$")
    return [name for name in FILES if pattern.match(name)]


@pytest.mark.parametrize("page", PAGES)
def test_a_file_that_a_page_names_is_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    named = {path for path in NAMED.findall(text) if "/" in path}
    assert sorted(path for path in named if not found(path)) == []


@pytest.mark.parametrize("page", [page for page in PAGES if SHOWN.search((ROOT / page).read_text(encoding="utf-8"))])
def test_a_test_that_a_page_names_is_in_its_file(page: str) -> None:
    # the table of features names them by a part
    whole = "{}" if page == "docs/features.md" else "def {}("
    missing = []
    for path, names in SHOWN.findall((ROOT / page).read_text(encoding="utf-8")):
        text = "".join((ROOT / each).read_text(encoding="utf-8") for each in found(path))
        missing += [f"{path}: {name}" for name in re.findall(r"`(\w+)`", names) if whole.format(name) not in text]
    assert missing == []


def test_what_a_how_to_names_is_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    how_to = text[text.index("## Where things go") :]
    files = set(NAMED.findall(how_to))
    folders = {name for name in re.findall(r"`([\w./-]+/)`", how_to) if "<" not in name}
    tests = set(re.findall(r"`(test_\w+)`", how_to))
    code = "".join(
        (ROOT / name).read_text(encoding="utf-8")
        for name in FILES
        if name.startswith("tests/") and name.endswith(".py")
    )
    assert min(map(len, (files, folders, tests))) > 0
    assert [name for name in files if not found(name)] == []
    assert [name for name in folders if not any(f"/{name}" in f"/{each}" for each in FILES)] == []
    assert [name for name in tests if f"def {name}(" not in code] == []


def test_a_decision_has_a_number_of_its_own_and_says_it() -> None:
    decisions = sorted(name for name in FILES if name.startswith("docs/decisions/"))
    numbers = [Path(name).name[:4] for name in decisions]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
    assert [
        name
        for name in decisions
        if not (ROOT / name).read_text(encoding="utf-8").startswith(f"# {Path(name).name[:4]}: ")
    ] == []


# AWS: at create, silent, later; Kubernetes
ROWS = [*(f"A{n}" for n in range(1, 5)), *(f"B{n}" for n in range(1, 12)), *(f"C{n}" for n in range(1, 8))]
ROWS += [f"E{n}" for n in range(1, 12)]


def test_each_row_of_a_first_up_names_its_mend_and_its_test() -> None:
    text = (ROOT / "docs" / "operations" / "first-up.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| ([A-E]\d+) \| [^|]+ \| [^|]+ \| ([^|]+) \|$", text, re.MULTILINE))
    assert list(rows) == ROWS
    assert [row for row, held in rows.items() if not re.search(r"`tests/[\w/]+\.py` \(", held)] == []
