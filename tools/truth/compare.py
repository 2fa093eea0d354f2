"""Where two providers' answers to a case differ, and which of it is known."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .cases import Case
from .side import Answers

# Case -> why ours differs and is left as it is.
KNOWN: Mapping[str, str] = yaml.safe_load((Path(__file__).parent / "known.yaml").read_text(encoding="utf-8")) or {}


@dataclass(frozen=True)
class Verdict:
    """How a case went: the differences, ours first; none where both agree."""

    case: Case
    differences: tuple[str, ...]
    beside_others: tuple[str, ...] = ()
    """The differences that were seen before it was asked alone; none where it was asked once."""

    @property
    def reason(self) -> str:
        """Why a difference is left; empty where none is."""
        return KNOWN.get(self.case.name, "")


def compared(case: Case, ours: Answers, real: Answers) -> Verdict:
    """Return the verdict on a case."""
    return Verdict(case, tuple(_differences(case, ours, real)))


def _differences(case: Case, ours: Answers, real: Answers) -> Iterator[str]:
    if not _refuse_alike(ours, real):
        yield f"refused: ours {_refusal(ours)}, the real one {_refusal(real)}"
    elif ours.refused and case.says is not None:
        for who, answers in (("ours", ours), ("the real one", real)):
            if not re.search(case.says, answers.said):
                yield f"words: {who} says {answers.said!r}"
    for number, (mine, theirs) in enumerate(zip(ours.steps, real.steps, strict=False)):
        for key in sorted({*mine, *theirs}):
            for path, one, other in _apart(mine.get(key), theirs.get(key), key):
                yield f"step {number}: {path}: ours {one!r}, the real one {other!r}"


def _refuse_alike(ours: Answers, real: Answers) -> bool:
    """Return whether both refuse, or neither; ours may do so in a preview already: laws speak as early as they can."""
    step, _, at = real.refused.partition(": ")
    early = at in ("create", "update") and ours.refused == f"{step}: preview"
    return early or ours.refused == real.refused


def _refusal(answers: Answers) -> str:
    return f"at {answers.refused} ({answers.said[:200]})" if answers.refused else "never"


def _apart(one: Any, other: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in sorted({*one, *other}):
            yield from _apart(one.get(key), other.get(key), f"{path}.{key}")
    elif one != other:
        yield path, one, other
