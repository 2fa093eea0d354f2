"""What the clouds would refuse, read from a preview's errors: which law, whose, and the way out."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sandbox.plans import Plan

# sandbox/laws/law.py writes it
_REFUSAL = re.compile(
    r"(?P<said>[^\n]*)\n\s+resource: (?P<urn>\S+)\n\s+law:\s+(?P<law>[\w-]+): (?P<title>[^\n]*) \((?P<source>\S+)\)"
    r"\n\s+way out:\s+(?P<instead>[^\n]*)"
)
# pkg/resource/deploy/step_generator.go: what is said of a resource with `protect`
_PROTECTED = re.compile(r"(?P<urn>urn:pulumi:\S+).*marked for protection", re.S)
# what follows from an error elsewhere, and says nothing by itself
_FOLLOWS = re.compile(r"context canceled|resource monitor shut down|BAIL: step generator|preview failed$", re.I)


@dataclass(frozen=True)
class Refusal:
    """A law that refuses what would be done to a resource."""

    urn: str
    law: str
    title: str
    said: str
    instead: str
    source: str


def refusals(errors: Sequence[str]) -> Iterator[Refusal]:
    """Yield what laws refuse, among errors."""
    for error in errors:
        for found in _REFUSAL.finditer(error):
            said = found["said"].rpartition("Preview failed: ")[2]
            # "updating TYPE: Code: message": the message is what people read
            message = re.sub(r"^\w+ \S+: (\w[\w.]*: )?", "", said)
            yield Refusal(found["urn"], found["law"], found["title"], message, found["instead"], found["source"])


def protected(errors: Sequence[str]) -> list[str]:
    """Return the URNs that `protect` keeps from being deleted or replaced."""
    return [found["urn"].rstrip(":,") for error in errors if (found := _PROTECTED.search(error))]


def unexplained(plan: Plan) -> list[str]:
    """Return the errors that are no refusal of a law, of `protect` or of a policy, nor follow from one."""
    policies = tuple(f"{each.policy}: " for each in plan.findings if each.mandatory)
    known = (_REFUSAL, _PROTECTED, _FOLLOWS)
    return [
        each
        for each in plan.errors
        if not any(one.search(each.strip()) for one in known) and not (policies and each.startswith(policies))
    ]
