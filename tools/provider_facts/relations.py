"""What a provider asks of several properties together, as its refusals say it."""

import re
from typing import Any

from sandbox.aws_provider.terraform import Fault

_QUOTED = re.compile(r'"([a-z0-9_.\[\]]+)"')


def relation_of(fault: Fault) -> str:
    """Return what a refusal asks of several properties together; empty where it is about the value of one.

    `conflict`: one has to go; `missing`: one has to come; `few`: there must be more of it.
    """
    if re.match(r"Not enough|Insufficient", fault.summary):
        return "few"
    if re.match(r"Missing (required|Configuration|Attribute)|Invalid Block", fault.summary):
        return "missing"
    if fault.summary.startswith("Conflicting configuration"):
        return "conflict"
    if fault.summary.startswith(("Invalid combination", "Invalid Attribute Combination")):
        only = re.search(r"only one of|cannot be specified when|were specified|\(Exclusive\)", fault.detail)
        return "conflict" if only else "missing"
    return ""


def _plain(name: str) -> str:
    """Return a property's path without indexes: `a.0.b` and `a[0].b` are `a.b`."""
    return ".".join(part for part in re.split(r"[.\[\]]+", name) if part and not part.isdigit())


class Relations:
    """The relations of one type. Properties are given by their paths (`a.b`), blocks counted as one."""

    def __init__(self) -> None:
        self._found: dict[str, set[tuple[str, ...]]] = {}

    def note(self, fault: Fault) -> None:
        """Keep what a refusal says of several properties."""
        text = fault.detail
        if fault.summary.startswith("Conflicting configuration") and (
            said := re.match(r'"(.+?)": conflicts with (.+)', text)
        ):
            self._keep("conflicts", sorted((_plain(said[1]), _plain(said[2]))))
        elif said := re.search(r"only one of `(.+?)` can be specified", text):
            self._keep("one", sorted(map(_plain, said[1].split(","))))
        elif said := re.search(r"(?<!only )one of `(.+?)` must be specified", text):
            self._keep("any", sorted(map(_plain, said[1].split(","))))
        elif said := re.match(r'"(.+?)": all of `(.+?)` must be specified', text):
            one = _plain(said[1])
            self._keep("with", [one, *(_plain(name) for name in said[2].split(",") if _plain(name) != one)])
        elif said := re.search(r'Attribute "(.+?)" cannot be specified when "(.+?)" is specified', text):
            self._keep("conflicts", sorted((_plain(said[1]), _plain(said[2]))))
        elif said := re.search(r'Attribute "(.+?)" must be specified when "(.+?)" is specified', text):
            self._keep("with", [_plain(said[2]), _plain(said[1])])
        elif said := re.search(r"(Exactly|At least) one (?:of these attributes|attribute out of).*?\[(.+)\]", text):
            names = sorted(_plain(name) for name in re.split(r"[,\s]+", said[2]) if name)
            self._keep("any", names)
            if said[1] == "Exactly":
                self._keep("one", names)

    def _keep(self, kind: str, names: list[str]) -> None:
        if len(names) > 1 and all(re.fullmatch(r"[a-z0-9_.]+", name) for name in names):
            self._found.setdefault(kind, set()).add(tuple(names))

    def found(self) -> dict[str, Any]:
        """Return what was noted: `conflicts`: never both; `one`: at most one; `any`: at least one; `with`: the first
        only with the others.
        """
        return {kind: sorted(map(list, names)) for kind, names in sorted(self._found.items())}
