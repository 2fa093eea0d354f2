"""Reads from the AWS SDK which properties are of a kind that rules judge wherever it stands.

`python -m tools.policy_catalogue --write` writes policies/src/platform_policies/kit/catalogue.json anew, and `--check`
says whether it is what the installed SDK gives. A property belongs to a kind by its name, its type and where it
stands; what a reader of the SDK's own words left out stands in tools/policy_kinds.py with the reason. After an upgrade
of the SDK the difference of the file is what to read.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .policy_kinds import KINDS

CATALOGUE = Path(__file__).parents[1] / "policies" / "src" / "platform_policies" / "kit" / "catalogue.json"
_CLASS = re.compile(
    r"^@pulumi\.input_type\nclass (\w+Args):\n(.*?)(?=^(?:@pulumi\.input_type\n)?class |\Z)", re.DOTALL | re.MULTILINE
)
_PROPERTY = re.compile(
    r'    @pulumi\.getter(?:\(name="(\w+)"\))?\n(?:    @_utilities[^\n]*\n)?'
    r'    def (\w+)\(self\) -> ([^\n]*):\n(?:        """\n(.*?)\n        """)?',
    re.DOTALL,
)
_NESTED = re.compile(r"'(\w+Args)'")
_ON_BY_DEFAULT = re.compile(r"(?i)\bdefaults?(?: value)?(?: is| to|:| it is)?:? *`?true\b")
# Statements of a firewall hold statements, and a dashboard's blocks are the size of all others together; neither has a
# property of these kinds.
_TOO_DEEP = ("aws:wafv2/", "aws:waf", "aws:quicksight/", "aws:medialive/")
_DEEPEST = 7


@cache
def _package() -> Path:
    spec = find_spec("pulumi_aws")
    if spec is None or spec.origin is None:
        raise SystemExit("pulumi-aws is not installed")
    return Path(spec.origin).parent


@cache
def _classes(folder: Path) -> dict[str, list[tuple[str, str, str]]]:
    """Return the input classes of a module of the SDK: name, type and words of each property."""
    return {
        found[1]: [(one[1] or one[2], one[3], one[4] or "") for one in _PROPERTY.finditer(found[2])]
        for path in sorted(folder.glob("*.py"))
        for found in _CLASS.finditer(path.read_text(encoding="utf-8"))
    }


@cache
def types() -> Mapping[str, tuple[str, Path]]:
    """Return every resource type of the SDK, with its class and the folder that this lies in."""
    text = (_package() / "__init__.py").read_text(encoding="utf-8")
    listed = json.loads(text.split('resource_modules="""', 1)[1].split('"""', 1)[0])
    return {
        token: (cls, _package() / entry["fqn"].partition(".")[2].replace(".", "/"))
        for entry in listed
        for token, cls in entry["classes"].items()
    }


def properties(token: str) -> Iterator[tuple[str, str, str]]:
    """Yield every input of a type, those inside of others too: its path (`*` for each element), its type, its words."""
    cls, folder = types()[token]
    own = _classes(folder)

    def inside(name: str, path: str, above: frozenset[str]) -> Iterator[tuple[str, str, str]]:
        for wire, hint, words in own.get(name, ()):
            yield path + wire, hint, words
            each = ".*." if "Sequence[" in hint else "."
            for nested in _NESTED.findall(hint):
                if nested not in above and len(above) < _DEEPEST:
                    yield from inside(nested, path + wire + each, above | {nested})

    yield from inside(f"{cls}Args", "", frozenset({f"{cls}Args"}))


def catalogue() -> dict[str, Any]:
    """Return what the file holds: by kind and type the paths; one that ends with `?` is on where it is left out."""
    found: dict[str, dict[str, list[str]]] = {name: {} for name in KINDS}
    compiled = {
        name: (re.compile(kind.path), re.compile(kind.hint), [re.compile(one) for one in kind.left_out])
        for name, kind in KINDS.items()
    }
    for token in sorted(types()):
        if token.startswith(_TOO_DEEP):
            continue
        for path, hint, words in properties(token):
            for name, (paths, hints, left_out) in compiled.items():
                if not paths.fullmatch(path) or not hints.search(hint):
                    continue
                if any(one.fullmatch(f"{token} {path}") for one in left_out):
                    continue
                on = _ON_BY_DEFAULT.search(words) or re.fullmatch(KINDS[name].on_by_default, f"{token} {path}")
                mark = "?" if KINDS[name].hint.startswith("bool") and on else ""
                listed = found[name].setdefault(token, [])
                if path + mark not in listed:
                    listed.append(path + mark)
    return {"sdk": f"pulumi-aws {version('pulumi-aws')}", "kinds": found}


def text() -> str:
    """Return the file's text."""
    return json.dumps(catalogue(), indent=1) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Write the file, or compare it; 1 where it differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument("--write", action="store_true", help="write the file anew")
    way.add_argument("--check", action="store_true", help="say whether the file is what the SDK gives")
    asked = parser.parse_args(arguments)
    if asked.write:
        CATALOGUE.write_text(text(), encoding="utf-8")
        return 0
    if CATALOGUE.read_text(encoding="utf-8") == text():
        return 0
    sys.stderr.write(f"{CATALOGUE.name} is not what the SDK gives: python -m tools.policy_catalogue --write\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
