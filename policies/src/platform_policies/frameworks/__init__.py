"""Which controls of which frameworks the rules cover: `python -m platform_policies coverage`.

`controls.json` has the numbers of each framework's controls, with words of our own for what they are about, and which
of them nothing in a program shows. A rule claims a control by its `refs`; those of the Pod Security Standards, which
have no numbers, are claimed there.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from ..kit.rule import CONCERNS, RuleMetadata

State = Literal["covered", "partly", "not", "outside"]
_CLAIM = re.compile(r"(FSBP|CIS AWS|CIS EKS) ([A-Za-z0-9]+(?:\.[0-9]+)*)")
_OFF = "the rule is off unless a levels file raises it"


@dataclass(frozen=True)
class Control:
    """A control, what it is about, the rules that claim it, and how far they cover it."""

    framework: str
    id: str
    title: str
    rules: tuple[str, ...]
    state: State
    why: str = ""


@dataclass(frozen=True)
class Framework:
    """A framework by its short name, as references have it."""

    key: str
    name: str
    link: str
    controls: Sequence[Control]
    beside: Sequence[Control] = ()
    """What rules claim of its maker's that is not among them: Security Hub has more controls than the standard."""

    def count(self, *states: State) -> int:
        """Return how many of its controls are in one of these states."""
        return sum(control.state in states for control in self.controls)


@cache
def _catalogue() -> Mapping[str, Mapping[str, Any]]:
    read: Mapping[str, Mapping[str, Any]] = json.loads(
        Path(__file__).with_name("controls.json").read_text(encoding="utf-8")
    )
    return read


def claims(rules: Iterable[RuleMetadata]) -> dict[tuple[str, str], list[RuleMetadata]]:
    """Return by framework and control the rules that claim it."""
    found: dict[tuple[str, str], list[RuleMetadata]] = defaultdict(list)
    by_id = {rule.id: rule for rule in rules}
    # AWS itself writes both AutoScaling.1 and Autoscaling.5
    spelt = {(key, name.lower()): name for key, told in _catalogue().items() for name, _ in _known(told)}
    for rule in by_id.values():
        for framework, control in _CLAIM.findall(rule.refs):
            found[framework, spelt.get((framework, control.lower()), control)].append(rule)
    for key, told in _catalogue().items():
        for control, ids in told.get("rules", {}).items():
            found[key, control] += [by_id[one] for one in ids if one in by_id]
    return found


def _known(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each control of a framework and what it is about."""
    for service, numbers in told.get("services", {}).items():
        yield from ((f"{service}.{number}", "") for number in numbers.split())
    yield from told.get("controls", {}).items()
    yield from ((control, "") for control in told.get("rules", {}))


def frameworks(rules: Iterable[RuleMetadata]) -> list[Framework]:
    """Return the frameworks, and how far these rules cover each."""
    claimed = claims(list(rules))

    def control(key: str, told: Mapping[str, Any], name: str, title: str) -> Control:
        by = claimed.get((key, name), [])
        outside, partly = told.get("outside", {}).get(name), told.get("partly", {}).get(name)
        ids = tuple(rule.id for rule in by)
        if by and all(rule.level == "disabled" for rule in by):
            return Control(key, name, title, ids, "partly", _OFF)
        if by:
            return Control(key, name, title, ids, "partly" if partly else "covered", partly or "")
        return Control(key, name, title, (), "outside" if outside else "not", outside or "")

    found = []
    for key, told in _catalogue().items():
        known = dict(_known(told))
        beside = sorted(name for framework, name in claimed if framework == key and name not in known)
        found.append(
            Framework(
                key,
                told["name"],
                told["link"],
                [control(key, told, *each) for each in known.items()],
                [control(key, told, name, "") for name in beside],
            )
        )
    return found


def unknown(rules: Iterable[RuleMetadata]) -> list[str]:
    """Return the claims of controls that their framework does not have.

    Security Hub has controls beside those of the standard, and adds to it each month: of those nothing can be said.
    """
    known = {(key, name) for key, told in _catalogue().items() for name, _ in _known(told)}
    return sorted(f"{key} {name}" for key, name in claims(list(rules)) if key != "FSBP" and (key, name) not in known)


def page(rules: Iterable[RuleMetadata]) -> str:
    """Return all of it as Markdown."""
    listed = list(rules)
    found = frameworks(listed)
    return "\n".join([*_summary(found), *(line for one in found for line in _section(one)), *_nist(listed), ""])


def _summary(found: Sequence[Framework]) -> Iterator[str]:
    yield "| framework | controls | covered | partly | not | no program shows it |\n|---|---|---|---|---|---|"
    for one in found:
        states: tuple[State, ...] = ("covered", "partly", "not", "outside")
        counts = " | ".join(str(one.count(state)) for state in states)
        yield f"| [{one.name}]({one.link}) | {len(one.controls)} | {counts} |"
    yield ""


def _section(one: Framework) -> Iterator[str]:
    yield f"## {one.name}\n"
    if one.key == "FSBP":
        yield from _services(one)
        return
    yield "| control | about | state | rules |\n|---|---|---|---|"
    for each in one.controls:
        rules = ", ".join(f"`{rule}`" for rule in each.rules)
        state = "no program shows it" if each.state == "outside" else each.state
        yield f"| {each.id} | {each.title} | {state}{f': {each.why}' if each.why else ''} | {rules} |"
    yield ""


def _services(one: Framework) -> Iterator[str]:
    services: dict[str, dict[State, list[str]]] = defaultdict(lambda: defaultdict(list))
    for each in one.controls:
        service, _, number = each.id.partition(".")
        services[service][each.state].append(number)
    yield "| service | covered | partly | not |\n|---|---|---|---|"
    for service, states in services.items():
        link = f"https://docs.aws.amazon.com/securityhub/latest/userguide/{service.lower()}-controls.html"
        cells = [", ".join(states[state]) for state in ("covered", "partly")]
        yield f"| [{service}]({link}) | {' | '.join(cells)} | {', '.join([*states['not'], *states['outside']])} |"
    yield ""
    if one.beside:
        names = ", ".join(each.id if each.state == "covered" else f"{each.id} (partly)" for each in one.beside)
        yield f"Security Hub has controls beside that standard. Of those the rules claim {names}.\n"
    yield from (f"- {each.id} partly: {each.why}" for each in (*one.controls, *one.beside) if each.state == "partly")
    yield ""


def _nist(rules: Sequence[RuleMetadata]) -> Iterator[str]:
    yield "## NIST SP 800-53 Rev. 5\n"
    yield (
        "Each rule has one concern, which serves one control. What that asks of people and papers no rule sees. Which\n"
        "one it is, is our reading: where Prowler or Turbot hold a control of FSBP or CIS to be one of NIST's, nine\n"
        "of ten are the one that the rule's concern serves (a test counts). IA-5 they bear out nowhere.\n"
    )
    yield "| control | rules |\n|---|---|"
    for concern, (control, _) in CONCERNS.items():
        if control:
            yield f"| {control} ({concern}) | {sum(rule.concern == concern for rule in rules)} |"
