"""What no rule has judged in a stack: silence about it is no approval."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .reading import UNKNOWN
from .stack import Finding, Node, Stack

_CLOUDS = ("aws", "kubernetes")
_DOCUMENT = re.compile(r"(policy|assumeRolePolicy|\w*Polic(y|ies)|\w*PolicyDocument|policies)")
_CHART = re.compile(r"kubernetes:helm\.sh/v\d+:(Release|Chart)")
_MOST = 12


def uncovered(stack: Stack, _: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield one finding about types that no rule judges, documents that are not known yet, and charts."""
    found = [node for node in stack.nodes if _is_of_a_cloud(node)]
    unjudged = Counter(node.type for node in found if not stack.judges(node.type) and not _CHART.fullmatch(node.type))
    documents = sorted(node.name for node in found if _has_an_unknown_document(node))
    charts = sorted(node.name for node in found if _CHART.fullmatch(node.type))
    parts = [
        f"{unjudged.total()} resources of {len(unjudged)} types that no rule judges: {folded(map(short, unjudged))}"
        if unjudged else "",
        f"{len(documents)} policy documents that only `up` knows: {folded(documents)}" if documents else "",
        f"{len(charts)} charts whose objects are not seen here: {folded(charts)}" if charts else "",
    ]  # fmt: skip
    if any(parts):
        yield Finding("", "; ".join(filter(None, parts)))


def short(token: str) -> str:
    """Return `ec2 Route`, `apps/v1 Deployment`, `gcp sql DatabaseInstance`."""
    package, _, rest = token.partition(":")
    middle, _, name = rest.rpartition(":")
    module = middle if package == "kubernetes" else middle.partition("/")[0]
    return " ".join(filter(None, ("" if package in _CLOUDS else package, module, name)))


def folded(names: Any) -> str:
    """Return names in one line, the first of them by the alphabet."""
    listed: Sequence[str] = sorted(names)
    more = len(listed) - _MOST
    return ", ".join(listed[:_MOST]) + (f" and {more} more" if more > 0 else "")


def _is_of_a_cloud(node: Node) -> bool:
    package = node.type.partition(":")[0]
    return package in _CLOUDS or (node.provided and package not in ("pulumi", "random"))


def _has_an_unknown_document(node: Node) -> bool:
    # what its provider answers, and nobody wrote, is no document of the program's
    return any(value is UNKNOWN and _DOCUMENT.fullmatch(key) and node.wrote(key) for key, value in node.props.items())
