"""What may import what, imports inside functions among them."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def modules(package: str) -> dict[str, Path]:
    files = (ROOT / package).rglob("*.py")
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in files}


def imported(module: str, path: Path) -> Iterator[str]:
    """Yield what a module imports, both as modules and as what may be names in them."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")
            base = ".".join(parts[: len(parts) - node.level + 1]) if node.level else ""
            source = ".".join(filter(None, (base, node.module)))
            # what is a module itself needs nothing of the package that it lies in
            yield from (f"{source}.{alias.name}" for alias in node.names)
            yield source


def part_of(package: str, module: str) -> bool:
    return module.partition(".")[0] == package


@pytest.mark.parametrize("package", ["composition", "sandbox", "testing", "tools"])
def test_no_module_leads_back_to_itself(package: str) -> None:
    known = modules(package)
    graph = {}
    for module, path in known.items():
        found = [each for each in imported(module, path) if each in known]
        graph[module] = {each for each in found if not any(other.startswith(f"{each}.") for other in found)} - {module}
    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("package", ["components", "composition", "policies", "sandbox", "testing", "tools"])
def test_nothing_but_tests_imports_tests(package: str) -> None:
    tests = {
        module for module, path in modules(package).items() for each in imported(module, path) if part_of("tests", each)
    }
    assert tests == set()


def test_what_tests_and_tools_share_knows_no_tool() -> None:
    tools = {
        module
        for module, path in modules("testing").items()
        for each in imported(module, path)
        if part_of("tools", each)
    }
    assert tools == set()
