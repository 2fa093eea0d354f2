"""docs/systems.md: every row that was asked for, what does it, and a test that shows it."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "systems.md"
NOT_YET, PARTLY = "**not there yet**", "**partly**"
# how many rows each system was asked for with; S1's are those of docs/features.md
ASKED = {"S0": 12, "S2": 9, "S3": 11, "S4": 8}


class Row(NamedTuple):
    """A row of the page."""

    number: str
    asked: str
    done_by: str
    shown_by: str


ROWS = [
    Row(*(cell.strip() for cell in line.split("|")[1:-1]))
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if re.match(r"\| S\d\.\d+ \|", line)
]
EACH = pytest.mark.parametrize("row", ROWS, ids=[f"{row.number} {row.asked[:20]}" for row in ROWS])


def named(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


@cache
def functions_of(path: str) -> frozenset[str]:
    """Return the tests that pytest collects of a file: functions at its top."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_no_row_that_was_asked_for_is_left_out() -> None:
    there = {row.number for row in ROWS}
    assert there == {f"{system}.{number}" for system, most in ASKED.items() for number in range(1, most + 1)}


@EACH
def test_a_row_says_what_does_it_and_which_test_shows_that(row: Row) -> None:
    if row.done_by.startswith(NOT_YET):
        assert row.shown_by == ""
        return
    files = [name for name in named(row.done_by) if "/" in name or name.startswith("Pulumi.")]
    assert files
    assert [name for name in files if not (ROOT / name).is_file()] == []
    nodes = named(row.shown_by)
    assert nodes
    for node in nodes:
        path, _, name = node.partition("::")
        assert name.startswith("test_"), node
        assert name in functions_of(path), node


def test_a_row_that_holds_in_part_says_what_lacks() -> None:
    lacks = {row.number: row.done_by.partition(PARTLY)[2] for row in ROWS if PARTLY in row.done_by}
    assert lacks
    assert {number: said for number, said in lacks.items() if not re.match(r": \w|, by decision: \w", said)} == {}
