"""Imports run one way: __main__, the seven, parts, planning; and what else a module's text alone can tell."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMPONENTS = ROOT / "components"
SEVEN = {
    "eks_cluster", "flowise_service", "monitoring_stack", "rds_postgres", "redis_cache", "vpc", "waf_cdn",
}  # fmt: skip
# what a layer may import of components/
ALLOWED = {
    "seven": {"parts", "planning", "settings"},
    "parts": {"parts", "planning", "settings"},
    "planning": {"planning", "settings"},
    "settings": {"planning", "settings"},
}


def modules() -> list[Path]:
    return sorted(path for path in COMPONENTS.rglob("*.py") if path != COMPONENTS / "__init__.py")


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def layer_of(module: str) -> str:
    first = module.split(".")[1]
    return "seven" if first in SEVEN else first


def imported(path: Path) -> Iterator[str]:
    """Give the absolute name of every module a file imports."""
    package = list(path.relative_to(ROOT).parent.parts)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            head = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{head}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_a_module_imports_only_what_lies_below_it(path: Path) -> None:
    here = layer_of(name_of(path))
    for name in imported(path):
        if not name.startswith("components."):
            assert name.split(".")[0] not in {"sandbox", "policies", "tests", "__main__"}, name
            continue
        own = name.split(".")[1] == name_of(path).split(".")[1]
        assert own or layer_of(name) in ALLOWED[here], f"{name_of(path)} imports {name}"


@pytest.mark.parametrize("path", [path for path in modules() if "planning" in path.parts], ids=name_of)
def test_planning_knows_no_clouds_sdk(path: Path) -> None:
    assert not any(
        name.split(".")[0] in {"pulumi_aws", "pulumi_kubernetes", "pulumi_random"} for name in imported(path)
    )


@pytest.mark.parametrize("path", [path for path in modules() if "settings" not in path.parts], ids=name_of)
def test_a_component_asks_nothing_of_the_world_around_it(path: Path) -> None:
    asked = {"Config", "get_stack", "get_project", "StackReference", "environ", "getenv"}
    used = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
    assert used.isdisjoint(asked)


def places_in_lists(tree: ast.AST) -> Iterator[str]:
    """Give the variables that count where in a list something stands: by enumerate, or by range of a length."""
    loops = [node for node in ast.walk(tree) if isinstance(node, ast.For | ast.comprehension)]
    for loop in loops:
        if isinstance(loop.iter, ast.Call) and ast.unparse(loop.iter.func) == "enumerate":
            assert isinstance(loop.target, ast.Tuple), ast.unparse(loop.target)
            yield ast.unparse(loop.target.elts[0])
        elif isinstance(loop.iter, ast.Call) and ast.unparse(loop.iter).startswith("range(len("):
            yield ast.unparse(loop.target)


@pytest.mark.parametrize(
    "path", [ROOT / "__main__.py", *(path for path in modules() if "planning" not in path.parts)], ids=name_of
)
def test_nothing_is_named_by_its_place_in_a_list(path: Path) -> None:
    # one that is taken out of the list would rename, and so replace, all that come after it
    tree = ast.parse(path.read_text())
    places = set(places_in_lists(tree))
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    named = [ast.unparse(text) for text in texts for part in text.values
             if isinstance(part, ast.FormattedValue)
             and places & {node.id for node in ast.walk(part.value) if isinstance(node, ast.Name)}]  # fmt: skip
    assert named == []


@pytest.mark.parametrize(
    "text",
    [
        'for place, mail in enumerate(mails):\n    Topic(f"mail-{place}")',
        '[Rule(f"rule-{number + 1}") for number in range(len(rules))]',
    ],
)
def test_a_place_in_a_list_is_found(text: str) -> None:
    assert list(places_in_lists(ast.parse(text)))
