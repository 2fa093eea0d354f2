"""A stack's own file, read as the engine reads it: its settings, or its faults with the line of each.

It loads no component: settings need no SDK, and a component's is most of what loading it takes.
"""

import importlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from components.config.judged import Judged
from components.config.problems import Fault, nearest

if TYPE_CHECKING:
    from examples.web_stack import UncachedWebStack
    from stack import StackSettings

    AnyStack = StackSettings | UncachedWebStack

ROOT = Path(__file__).parents[1]


class StackFileError(Exception):
    """A stack's file cannot be read; its text says where, and what to do."""


@dataclass(frozen=True)
class StackFile:
    """A stack's own file: its settings, or what is wrong with them. Lines count from 1, by key as typed."""

    project: str
    stack: str
    text: str
    region: str
    settings: "AnyStack | None"
    faults: tuple[Fault, ...] = ()
    lines: dict[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """How the names of what the stack makes begin."""
        return f"{self.project}-{self.stack}"

    def line_of(self, key: str) -> int:
        """Return the line of a key, or of the nearest section above it that is written."""
        while key not in self.lines:
            shorter = re.sub(r"(\[\d+\]|\.[^.\[]*|:[^:.\[]*)$", "", key)
            if shorter in ("", key):
                return self.lines.get("config", 1)
            key = shorter
        return self.lines[key]


def at_folder(folder: Path) -> Path:
    """Go to a program's folder, where Pulumi finds its stacks; return it whole. Raises StackFileError."""
    if not folder.is_dir():
        raise StackFileError(f"{folder} is no folder: name a Pulumi program's with --cwd")
    os.chdir(folder)
    return Path.cwd()


def stacks_of(folder: Path) -> list[str]:
    """Return the stacks that have a file in a program's folder."""
    return sorted(path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in folder.glob("Pulumi.*.yaml"))


def there_are(folder: Path, stack: str) -> str:
    """Say which stacks have a file, to whoever named one that has none."""
    known = stacks_of(folder)
    return nearest(stack, known, f"there are {', '.join(known)}" if known else "no stack has one here")


def read_stack(folder: Path, stack: str) -> StackFile:
    """Read the file of a stack. Raises StackFileError where there is none, or where it is no YAML."""
    project = _content(folder / "Pulumi.yaml", "name a Pulumi program's folder")[0].get("name")
    path = folder / f"Pulumi.{stack}.yaml"
    content, lines, text = _content(path, there_are(folder, stack))
    config = content.get("config") or {}
    if not isinstance(config, dict):
        raise StackFileError(f"{path.name}:{lines['config']}: config must be an object of keys: indent them below it")
    # the engine takes a key without a namespace for one of the project's (sdk/go/common/workspace/loaders.go)
    bare = {str(key) for key in config if ":" not in str(key)}
    lines |= {f"{project}:{key}": line for key, line in lines.items() if re.split(r"[.\[]", key)[0] in bare}
    config = {f"{project}:{key}" if key in bare else str(key): value for key, value in config.items()}
    texts = {
        key: None if isinstance(value, dict) and set(value) == {"secure"} else _text(value)
        for key, value in config.items()
        if key.startswith(f"{project}:")
    }
    region = config.get("aws:region")
    judged = Judged(_model(folder), str(project), texts, None if region is None else _text(region))
    return StackFile(str(project), stack, text, str(region or ""), judged.settings, tuple(judged.faults), lines)


def _model(folder: Path) -> "type[AnyStack]":
    """Return the settings of the program in a folder: the class StackSettings of its stack.py."""
    file = (folder / "stack.py").resolve()
    # the repository's own, and a copy of its stacks' files somewhere else
    if not file.exists() or file == ROOT / "stack.py":
        from stack import StackSettings  # noqa: PLC0415 - another program has its own

        return StackSettings
    if ROOT in file.parents:
        name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        model: type[AnyStack] = importlib.import_module(name).StackSettings
        return model
    raise StackFileError(
        f"{file}: the tools know programs of this repository: name the folder of one, such as examples/aps"
    )


class _Loader(yaml.SafeLoader):
    """YAML as the engine's reader, yaml.v3, reads it for whoever asks for no type: 1.2's booleans, dates as text."""


_OLD_BOOLEANS, _KEPT = re.compile(r"^(true|false)$", re.IGNORECASE), "tag:yaml.org,2002:bool"
_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, _OLD_BOOLEANS if tag == _KEPT else pattern)
        for tag, pattern in resolvers
        if tag != "tag:yaml.org,2002:timestamp"
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


# what YAML's reader says -> what somebody did who gets to hear it
_MENDS: Mapping[str, str] = {
    "expected <block end>": "begin each key in the column of those beside it",
    "mapping values are not allowed": "put a value with a colon in quotes, or end the key above with its colon",
    "could not find expected ':'": "write a colon and a space after the key",
    "cannot start any token": "indent with spaces, no tabs, and put a value that begins with a sign in quotes",
    "while scanning a quoted scalar": "end the text with the quote that it begins with",
    "found unexpected end of stream": "end the text with the quote that it begins with",
    "expected ',' or": "end the list with its bracket, and separate its items by commas",
}


def _content(path: Path, otherwise: str) -> tuple[dict[str, Any], dict[str, int], str]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise StackFileError(f"{path.name} does not exist: {otherwise}") from None
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        lines = dict(_lines(node, "", path.name)) if node is not None else {}
        content = loader.construct_document(node) if node is not None else {}
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f":{mark.line + 1}" if mark else ""
        said = f"{error.problem or error.context}"
        hint = next((f": {mend}" for words, mend in _MENDS.items() if words in said), "")
        raise StackFileError(f"{path.name}{where}: this is no YAML: {said}{hint}") from None
    finally:
        loader.dispose()
    if not isinstance(content, dict):
        raise StackFileError(f"{path.name}:1: must be an object of keys")
    return content, lines, text


def _lines(node: yaml.Node, above: str, file: str) -> Iterator[tuple[str, int]]:
    """Yield every key as typed, with its line. Raises StackFileError for one that is written twice."""
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield f"{above}[{index}]", item.start_mark.line + 1
            yield from _lines(item, f"{above}[{index}]", file)
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.value in seen:
                raise StackFileError(f"{file}:{line}: {key.value} stands in line {seen[key.value]}, too: keep one")
            seen[key.value] = line
            name = f"{above}.{key.value}" if above else key.value
            # what lies below config is named without it
            name = name.removeprefix("config.")
            yield name, line
            yield from _lines(value, name, file)


def _text(value: object) -> str:
    """Return a value as the engine hands it over: a text as it is, all else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, default=str)
