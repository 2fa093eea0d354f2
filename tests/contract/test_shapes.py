"""The program of each shape makes what is committed: a resource that comes, goes, moves or changes its name is seen."""

import difflib

import pytest

from tools import shapes


@pytest.mark.parametrize("name", shapes.SHAPES)
def test_a_shape_is_as_committed(name: str) -> None:
    committed = shapes.file_of(name).read_text(encoding="utf-8").splitlines()
    changes = [
        line
        for line in difflib.unified_diff(committed, shapes.lines(name), "committed", "made", n=0, lineterm="")
        if not line.startswith("@@")
    ]
    assert not changes, "\n".join(["if this is meant: python -m tools.shapes --write", *changes])


def test_of_two_releases_it_tells_which_one_is_served() -> None:
    """The pipeline asks for it, and lets the other one get ready before it sends everybody there (.ci/deploy)."""
    told = {name: shapes.made(name).exports["served"] for name in ("prod", "prod-blue-green")}
    assert told == {"prod": ("", False), "prod-blue-green": ("blue", False)}


def test_no_file_is_of_a_shape_that_is_not() -> None:
    assert {path.stem for path in shapes.FOLDER.glob("*.txt")} == set(shapes.SHAPES)
