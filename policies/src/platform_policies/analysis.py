"""Judges what stands or is planned, without an engine or a program: packs see resources, not languages.

Read is what `pulumi stack export` gives, and `pulumi preview --json --show-sames`. Secrets in either are unknown, so
that of them nothing is said: `pulumi stack export --show-secrets` has them judged too.
"""

import difflib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyCustomTimeouts,
    PolicyProviderResource,
    PolicyResource,
    PolicyResourceOptions,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE

from .kit.pack import Pack
from .kit.rule import RuleMetadata
from .kit.rule_set import RuleSet

# sdk/go/common/resource/{sig,asset}.go: what marks a secret in a state; pkg/backend/display/json.go: in a preview
_SIGNATURE, _SECRET, _MASKED = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270", "[secret]"
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


@dataclass
class _Told:
    found: list[Reported] = field(default_factory=list)

    def by(self, policy: Policy, urn: str = "") -> Callable[..., None]:
        level = "mandatory" if policy.enforcement_level is EnforcementLevel.MANDATORY else "advisory"

        def report(message: str, about: str | None = None) -> None:
            self.found.append(Reported(level, about or urn, message))

        return report


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
    told, nodes = _Told(), _nodes(found)
    for policy in Pack(*rule_sets, known=known).policies():
        if isinstance(policy, ResourceValidationPolicy) and policy.has_validation():
            for node, each in zip(nodes, found, strict=True):
                asked = _plain(each.get("inputs") or {})
                args = ResourceValidationArgs(
                    node.resource_type, asked, node.urn, node.name, node.opts, node.provider, dict(config)
                )
                policy.validate(args, told.by(policy, node.urn))
        elif isinstance(policy, StackValidationPolicy):
            policy.validate(StackValidationArgs(nodes), told.by(policy))
    return told.found


def _nodes(found: Sequence[Mapping[str, Any]]) -> list[PolicyResource]:
    by_urn = {str(each["urn"]): each for each in found}
    nodes = {urn: _node(each, by_urn) for urn, each in by_urn.items()}
    for urn, each in by_urn.items():
        nodes[urn].dependencies = [nodes[one] for one in each.get("dependencies") or [] if one in nodes]
        nodes[urn].property_dependencies = {
            key: [nodes[one] for one in urns or [] if one in nodes]
            for key, urns in (each.get("propertyDependencies") or {}).items()
        }
    return list(nodes.values())


def _node(each: Mapping[str, Any], by_urn: Mapping[str, Mapping[str, Any]]) -> PolicyResource:
    urn, provider = str(each["urn"]), None
    if made_by := by_urn.get(str(each.get("provider") or "").rpartition("::")[0]):
        provider = PolicyProviderResource(
            str(made_by["type"]), _plain(made_by.get("inputs") or {}), str(made_by["urn"]), _name(str(made_by["urn"]))
        )
    options = PolicyResourceOptions(
        bool(each.get("protect")), [], None, [], PolicyCustomTimeouts(0, 0, 0), [], each.get("parent")
    )
    answered = {**(each.get("inputs") or {}), **(each.get("outputs") or {})}
    return PolicyResource(str(each["type"]), _plain(answered), urn, _name(urn), options, provider, None, [], {})


def _name(urn: str) -> str:
    return urn.rpartition("::")[2]


def _plain(value: Any) -> Any:
    """Return properties with what is secret unknown, unless it stands there in clear."""
    if isinstance(value, Mapping):
        if value.get(_SIGNATURE) == _SECRET:
            return _plain(json.loads(value["plaintext"])) if value.get("plaintext") else UNKNOWN_STRING_VALUE
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return UNKNOWN_STRING_VALUE if value == _MASKED else value


def lines(found: Iterable[Reported]) -> Iterator[str]:
    """Yield each finding on one line, what stops a run first."""
    for each in sorted(found, key=lambda one: (one.level != "mandatory", one.message)):
        yield f"{each.level}: {each.resource}: {each.message}"
