"""Which types were looked at and hold nothing: `holds_none.txt`, a module a line, as `aws.sns: Topic TopicPolicy`.

A type that stands nowhere is not taken to hold nothing: the guard goes by its name (`strangers.py`), and
tests/contract/test_stateful.py fails until somebody has looked.
"""

from functools import cache
from pathlib import Path

from .table import aws

_FILE = Path(__file__).with_name("holds_none.txt")


@cache
def holds_none() -> frozenset[str]:
    """Return the types, as `loss_of` has them."""
    found: list[str] = []
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        module, _, names = line.partition(": ")
        package, _, module = module.partition(".")
        if package == "aws":
            found += aws(module, *names.split())
        elif package == "random":
            found += [f"random:index/{name[0].lower()}{name[1:]}:{name}" for name in names.split()]
        else:
            found += [f"{package}::{name}" for name in names.split()]
    return frozenset(found)
