"""Imports run one way: a program, components, shared, config; and what else a module's text alone can tell."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMPONENTS = ROOT / "components"
# what all may use, and what one application may use besides
BELOW = {"shared": {"config"}, "config": set[str]()}
ALSO = {"flowise_service": {"web_service"}}
SDKS = {"pulumi_aws", "pulumi_kubernetes", "pulumi_random"}


def modules() -> list[Path]:
    return sorted(path for path in COMPONENTS.rglob("*.py") if path != COMPONENTS / "__init__.py")


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def folder_of(path: Path) -> str:
    return path.relative_to(COMPONENTS).parts[0]


def run_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield all of a module but what a type checker alone reads."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield from run_nodes(child)


def imported(path: Path) -> Iterator[str]:
    """Yield the absolute name of every module a file imports."""
    package = list(path.relative_to(ROOT).parent.parts)
    for node in run_nodes(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            head = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{head}.{alias.name}" for alias in node.names)


def makes_resources(path: Path) -> bool:
    """Return whether a module defines a component, or a function that is handed resource options."""
    return any(
        (isinstance(node, ast.ClassDef) and "pulumi.ComponentResource" in map(ast.unparse, node.bases))
        or (isinstance(node, ast.arg) and node.arg == "opts")
        for node in ast.walk(ast.parse(path.read_text()))
    )


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_a_folder_imports_itself_and_what_lies_below_it(path: Path) -> None:
    own = folder_of(path)
    allowed = {own} | BELOW.get(own, {"shared", "config"}) | ALSO.get(own, set())
    ours = {each.stem for each in ROOT.iterdir() if each.suffix == ".py" or each.is_dir()} - {"components"}
    for name in imported(path):
        top, _, rest = name.partition(".")
        assert top not in ours - allowed, f"{name_of(path)} imports {name}"
        assert top != "components" or rest.split(".")[0] in allowed, f"{name_of(path)} imports {name}"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_a_module_that_imports_a_cloud_s_sdk_makes_resources(path: Path) -> None:
    # all others are pure: they can be read, and tested, without an engine
    if any(name.split(".")[0] in SDKS for name in imported(path)):
        assert makes_resources(path), (
            f"{name_of(path)} imports a cloud's SDK, and neither is a component nor takes opts"
        )


@pytest.mark.parametrize("path", [path for path in modules() if folder_of(path) != "config"], ids=name_of)
def test_a_component_asks_nothing_of_the_world_around_it(path: Path) -> None:
    asked = {"Config", "get_stack", "get_project", "StackReference", "environ", "getenv"}
    used = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
    assert used.isdisjoint(asked)


def places_in_lists(tree: ast.AST) -> Iterator[str]:
    """Yield the variables that count where in a list something stands: by enumerate, or by range of a length."""
    loops = [node for node in ast.walk(tree) if isinstance(node, ast.For | ast.comprehension)]
    for loop in loops:
        if isinstance(loop.iter, ast.Call) and ast.unparse(loop.iter.func) == "enumerate":
            assert isinstance(loop.target, ast.Tuple), ast.unparse(loop.target)
            yield ast.unparse(loop.target.elts[0])
        elif isinstance(loop.iter, ast.Call) and ast.unparse(loop.iter).startswith("range(len("):
            yield ast.unparse(loop.target)


@pytest.mark.parametrize(
    "path", [ROOT / "__main__.py", *(path for path in modules() if makes_resources(path))], ids=name_of
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
