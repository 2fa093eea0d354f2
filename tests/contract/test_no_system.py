"""No component knows a system by its name: what one needs is said as data, or is a fault of the component."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(path.parent.name for path in (ROOT / "examples").glob("*/Pulumi.yaml"))
# one application has a component of its own, and a test sees to it that no other bears its name: test_no_application
OWN = {"flowise_service"}
FILES = [
    path
    for folder in ("components", "composition")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if path.parts[-2] not in OWN
]
# bare words of English that a system is called as well
NAMED = re.compile(rf"(?<![a-z])({'|'.join(map(re.escape, EXAMPLES))})(?![a-z])", re.IGNORECASE)


def texts(tree: ast.AST) -> list[str]:
    """Return every text and name of a module, its docstrings and those of what is in it left out."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    found = [
        n.value
        for n in ast.walk(tree)
        if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in docstrings
    ]
    found += [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    return found + [node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)]


def test_there_are_systems_to_look_for() -> None:
    assert {"aps", "tiktrend"} <= set(EXAMPLES)
    assert NAMED.search("if name == 'TikTrend':")
    assert not NAMED.search("snapshots and gaps")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_component_names_no_system(path: Path) -> None:
    assert [text for text in texts(ast.parse(path.read_text(encoding="utf-8"))) if NAMED.search(text)] == []
