"""Judges what stands or is planned, without an engine or a program: packs see resources, not languages.

Read is what `pulumi stack export` gives, and `pulumi preview --json --show-sames`. Secrets in either are unknown, so
that of them nothing is said: `pulumi stack export --show-secrets` has them judged too.
"""

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .kit.pack import Pack
from .kit.reading import UNKNOWN
from .kit.rule import RuleMetadata
from .kit.rule_set import RuleSet
from .kit.stack import Shown
from .kit.wire import SECRET, SIGNATURE, UNKNOWNS

_MASKED = "[secret]"  # pkg/backend/display/json.go: what a preview shows of a secret
_GONE = ("delete", "delete-replaced", "discard", "read-discard")


class InputError(Exception):
    """What was given cannot be judged; the text says why, and what to give."""


@dataclass(frozen=True)
class Reported:
    """What a pack says of a resource, or of the whole stack (no URN)."""

    level: str
    urn: str
    message: str

    @property
    def resource(self) -> str:
        """The resource by its type and name; `the stack` where it is about no one."""
        return "::".join(self.urn.split("$")[-1].split("::")[-2:]) if self.urn else "the stack"


def resources(text: str) -> list[Mapping[str, Any]]:
    """Return the resources of a state or of a plan. Raises InputError."""
    wanted = "give what `pulumi stack export` or `pulumi preview --json --show-sames` prints"
    try:
        read = json.loads(text)
    except ValueError:
        raise InputError(f"this is no JSON: {wanted}") from None
    if isinstance(read, dict) and isinstance(read.get("deployment"), dict):
        found = read["deployment"].get("resources") or []
    elif isinstance(read, dict) and isinstance(read.get("steps"), list):
        failed = [each.get("message", "") for each in read.get("diagnostics") or [] if each.get("severity") == "error"]
        if failed:
            raise InputError(f"the preview failed, so that its plan is not whole: {failed[0].strip()}")
        steps = (step for step in read["steps"] if step.get("op") not in _GONE)
        found = list({step["urn"]: step["newState"] for step in steps if step.get("newState")}.values())
    else:
        raise InputError(f"this is neither a state nor a plan: {wanted}")
    if not found:
        raise InputError(f"there is no resource in it: {wanted}")
    return [each for each in found if not each.get("delete")]


def levels(path: Path, rules: Iterable[RuleMetadata]) -> Mapping[str, Any]:
    """Return what a levels file sets; raise InputError where it names what does not exist."""
    try:
        read = json.loads(path.read_text(encoding="utf-8")).get("rules", {})
    except (OSError, ValueError, AttributeError) as error:
        raise InputError(f"{path}: {error}") from None
    known = {rule.id: rule for rule in rules}
    named = [*read.get("levels", {}), *read.get("off", {}), *read.get("parameters", {})]
    named += [str(entry.get("rule")) for entry in read.get("exceptions", [])]
    near = {name: difflib.get_close_matches(name, known, n=1) for name in named if name not in known}
    wrong = [
        f"{name}: no rule is called so{''.join(f'; did you mean {each}?' for each in near[name])}" for name in near
    ]
    wrong += [
        f"{name}.{key}: the rule has {', '.join(known[name].parameters) or 'no parameters'}"
        for name, given in read.get("parameters", {}).items()
        for key in given
        if name in known and key not in known[name].parameters
    ]
    wrong += [f"{key}: no such field" for key in read.keys() - {"levels", "off", "parameters", "exceptions", "today"}]
    if wrong:
        raise InputError(f"{path}: {'; '.join(sorted(wrong))}")
    given: Mapping[str, Any] = read
    return given


def judge(
    found: Sequence[Mapping[str, Any]],
    rule_sets: Sequence[RuleSet],
    config: Mapping[str, Any],
    known: Iterable[RuleSet],
) -> list[Reported]:
    """Return what rule sets say of resources, as the engine would have it from the pack."""
    pack, by_urn = Pack(*rule_sets, known=known), {str(each["urn"]): each for each in found}
    pack.configure(config)
    answered = [_shown(each, by_urn) for each in by_urn.values()]
    asked = [replace(one, props=_plain(by_urn[one.urn].get("inputs") or {})) for one in answered]
    stopping = [said for one in asked for said in pack.judge(one)] + pack.judge_stack(answered)
    told = [Reported("mandatory", said.urn, said.message) for said in stopping]
    return told + [Reported("advisory", said.urn, said.message) for said in pack.advise(by_urn)]


def _shown(each: Mapping[str, Any], by_urn: Mapping[str, Mapping[str, Any]]) -> Shown:
    urn, made_by = str(each["urn"]), by_urn.get(str(each.get("provider") or "").rpartition("::")[0])
    answered = {**(each.get("inputs") or {}), **(each.get("outputs") or {})}
    return Shown(
        urn,
        str(each["type"]),
        urn.rpartition("::")[2],
        _plain(answered),
        bool(each.get("protect")),
        provider=_plain(made_by.get("inputs") or {}) if made_by else None,
        refers={key: urns or [] for key, urns in (each.get("propertyDependencies") or {}).items()},
    )


def _plain(value: Any) -> Any:
    """Return properties with what is secret unknown, unless it stands there in clear."""
    if isinstance(value, Mapping):
        if value.get(SIGNATURE) == SECRET:
            return _plain(json.loads(value["plaintext"])) if value.get("plaintext") else UNKNOWN
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return UNKNOWN if isinstance(value, str) and (value == _MASKED or value in UNKNOWNS) else value


def lines(found: Iterable[Reported]) -> Iterator[str]:
    """Yield each finding on one line, what stops a run first."""
    for each in sorted(found, key=lambda one: (one.level != "mandatory", one.message)):
        yield f"{each.level}: {each.resource}: {each.message}"
