"""Cases of rules over AWS, each with the controls of checkov, FSBP and CIS that know its faults."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .case import ABSENT, Case, Variation, one


@dataclass(frozen=True)
class Row:
    """A case of a rule, and who knows the fault that it is about."""

    rule: str
    controls: tuple[str, ...]
    case: Case


def row(
    rule: str, controls: str, resource_type: str, path: str, good: Any, bad: Sequence[Any], *, absent: bool = False,
    passed: Sequence[Variation] = (), around: Mapping[str, Any] | None = None, **more: Any,
) -> Row:  # fmt: skip
    """Return a row that turns on one property of a type; `absent` is whether the rule holds without it."""
    case = one(resource_type, path, good, bad, absent=absent, passed=passed, **more)
    return Row(rule, _split(controls), Case(case.type, case.good, case.refused, case.passed, around or {}))


def of(
    rule: str, controls: str, resource_type: str, good: Mapping[str, Any], refused: Sequence[Variation],
    passed: Sequence[Variation] = (), around: Mapping[str, Any] | None = None,
) -> Row:  # fmt: skip
    """Return a row of more than one property."""
    return Row(rule, _split(controls), Case(resource_type, good, refused, passed, around or {}))


def cases(rows: Sequence[Row], beside: Mapping[str, Case]) -> dict[str, Case]:
    """Return the cases by name, the rule's, and a number where it has several, those beside them among these."""
    found: dict[str, Case] = dict(beside)
    for one_row in rows:
        number = sum(name.split("/")[0] == one_row.rule for name in found)
        found[f"{one_row.rule}/{number}" if number else one_row.rule] = one_row.case
    return found


def _split(controls: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in controls.split(",") if part.strip())


__all__ = ["ABSENT", "Row", "cases", "of", "row"]
