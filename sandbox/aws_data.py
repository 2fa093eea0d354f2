"""AWS's own schemas and lists, as cfn-lint ships them, read from its files: importing it takes half a second."""

import ast
import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any


@cache
def _package() -> Path:
    spec = find_spec("cfnlint")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def read(path: str) -> Any:
    """Return a document below cfn-lint's folder of data."""
    return json.loads((_package() / "data" / path).read_text(encoding="utf-8"))


@cache
def availability_zones() -> Mapping[str, Sequence[str]]:
    """Return the zones of each region that AWS gives to some account."""
    for statement in ast.parse((_package() / "helpers.py").read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "AVAILABILITY_ZONES":
            zones: Mapping[str, Sequence[str]] = ast.literal_eval(statement.value)
            return zones
    raise LookupError("cfn-lint no longer lists AVAILABILITY_ZONES in helpers.py")
