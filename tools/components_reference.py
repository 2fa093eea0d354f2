"""Writes docs/components.md from the components' Args and outputs: `python -m tools.components_reference --write`.

It invents nothing: what a component makes is seen in the stacks' shapes, what it takes is read from its Args, what it
gives from its outputs and references.
"""

import ast
import importlib
import inspect
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pulumi

ROOT = Path(__file__).parents[1]
PAGE, SHAPES = ROOT / "docs" / "components.md", ROOT / "tests" / "shapes"
HEAD = """# Components

Written by `python -m tools.components_reference --write`; do not edit.

`from components.vpc import Vpc, VpcArgs`, from any folder of the environment. Each takes a name, its Args and resource
options. A section of settings (`settings`) is described in [settings.md](settings.md), what components hand on whole
(`NetworkRef`, `ClusterRef` and so on) in `components/shared/references.py`. "Makes" lists the types of resources below
it in this repository's stacks; settings decide which of them a stack has.
"""


def public_modules() -> list[ModuleType]:
    """Return the folders' packages, and the modules beside them that are public as well."""
    folders = sorted(path.parent.name for path in (ROOT / "components").glob("*/__init__.py"))
    packages = [importlib.import_module(f"components.{folder}") for folder in folders]
    beside = re.findall(r"`(components\.\w+\.\w+)`", "\n".join(package.__doc__ or "" for package in packages))
    return [*packages, *(importlib.import_module(name) for name in beside)]


def components() -> list[type[pulumi.ComponentResource]]:
    """Return every component that a program may import, in the order of their folders."""
    found = {
        kind
        for module in public_modules()
        for kind in (getattr(module, name) for name in getattr(module, "__all__", dir(module)))
        if inspect.isclass(kind)
        and issubclass(kind, pulumi.ComponentResource)
        and kind.__module__.startswith(module.__name__)
    }
    return sorted(found, key=lambda kind: (kind.__module__, kind.__name__))


def reference() -> str:
    """Return the whole page."""
    made = _made()
    return "\n".join([HEAD, *(_component(kind, made) for kind in components())])


def _component(kind: type[pulumi.ComponentResource], made: dict[str, set[str]]) -> str:
    folder = importlib.import_module(".".join(kind.__module__.split(".")[:2]))
    module = sys.modules[kind.__module__]
    importable = folder.__name__ if hasattr(folder, kind.__name__) else module.__name__
    args = f"{kind.__name__}Args"
    types = sorted(made.get(_token(kind), ()))
    makes = ", ".join(f"`{each}`" for each in types) if types else "nothing in this repository's stacks"
    return "\n".join([
        f"## {kind.__name__}",
        "",
        f"`from {importable} import {kind.__name__}, {args}`",
        "",
        inspect.cleandoc(kind.__doc__ or ""),
        "",
        *_table("takes", _fields(getattr(module, args))),
        *_table("gives", _gives(kind)),
        f"Makes {makes}.",
        "",
    ])  # fmt: skip


def _table(head: str, rows: list[tuple[str, str]]) -> Iterator[str]:
    if rows:
        yield from (f"| {head} | type |", "|---|---|")
        yield from (f"| `{name}` | {given} |" for name, given in rows)
        yield ""


def _body(kind: type) -> list[ast.stmt]:
    (made,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(made, ast.ClassDef)
    return made.body


def _fields(args: type) -> list[tuple[str, str]]:
    return [
        (ast.unparse(node.target), _text(node.annotation) + ("" if node.value is None else ", optional"))
        for node in _body(args)
        if isinstance(node, ast.AnnAssign)
    ]


def _gives(kind: type[pulumi.ComponentResource]) -> list[tuple[str, str]]:
    outputs = [(ast.unparse(node.target), _text(node.annotation)) for node in _body(kind)
               if isinstance(node, ast.AnnAssign)]  # fmt: skip
    references = [
        (node.name, _text(node.returns))
        for node in _body(kind)
        if isinstance(node, ast.FunctionDef) and node.returns and "property" in map(ast.unparse, node.decorator_list)
    ]
    return [*outputs, *references]


def _text(annotation: ast.expr) -> str:
    """Return a type as it is written, without where it comes from; what is only passed on is what it holds."""
    text = re.sub(r"\b(?:\w+\.)+(?=[A-Z])", "", ast.unparse(annotation))
    return f"`{text}`".replace("|", "\\|")


def _token(kind: type[pulumi.ComponentResource]) -> str:
    found = re.search(r'super\(\)\.__init__\(\s*"(platform:\w+:\w+)"', inspect.getsource(kind))
    if found is None:
        raise LookupError(f"{kind.__module__}.{kind.__name__} registers under no token of the platform")
    return found[1]


def _made() -> dict[str, set[str]]:
    """Return the types of resources below each component, by its token, as the stacks' shapes have them."""
    made: dict[str, set[str]] = {}
    for shape in sorted(SHAPES.glob("*.txt")):
        for line in shape.read_text().splitlines():
            *above, last = line.partition(" ")[0].split("$")
            if not last.startswith("platform:"):
                for token in above:
                    made.setdefault(token, set()).add(last)
    return made


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        PAGE.write_text(reference())
        sys.stdout.write(f"{PAGE.name} written\n")
    else:
        sys.stdout.write(reference())
