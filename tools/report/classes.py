"""What happens to each resource: is it lost, refused, deleted, replaced, updated, created, or its tags alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sandbox.plans import Plan, Step
from sandbox.stateful import LOSS, REPLACES, Lost, losses
from sandbox.wire import UNKNOWN
from tools import plan_guard
from tools.plan_guard import waived

from .differences import Difference, differences, properties
from .effects import effect, tags_only
from .model import Change, Kind
from .refusals import Refusal

_KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(REPLACES, "replace"),
    **{"update": "update", "delete": "delete", "create": "create", "import": "create"},
}
STACK = "(stack)"


@dataclass(frozen=True)
class Judged:
    """A plan, and what else is known of it. `resources` are the state's: they tell what comes from what."""

    stack: str
    plan: Plan
    resources: Sequence[Mapping[str, Any]] = ()
    refusals: Sequence[Refusal] = ()
    today: date = field(default_factory=date.today)

    @property
    def steps(self) -> list[Step]:
        """One step for each resource: of a replacement that which tells both sides."""
        chosen: dict[str, Step] = {}
        for step in self.plan.steps:
            known = chosen.get(step.urn)
            if known is None or (step.operation == "replace" and known.operation in REPLACES):
                chosen[step.urn] = step
        return list(chosen.values())


def short_type(token: str) -> str:
    """Return `rds Instance` of `aws:rds/instance:Instance`, `Deployment` of one of Kubernetes, `Vpc` of a component."""
    package, _, rest = token.partition(":")
    module, _, name = rest.rpartition(":")
    return f"{module.partition('/')[0]} {name}" if package == "aws" else name or token


def component_of(urn: str, parents: Mapping[str, str]) -> str:
    """Return the outermost component around a resource, as `RdsPostgres db`."""
    found = STACK
    while urn:
        token, name = urn.split("::")[2].rpartition("$")[2], urn.rpartition("::")[2]
        if parents.get(urn) and not parents.get(parents[urn]) and token.count(":") == 2 and "/" not in token:  # noqa: PLR2004 # package:module:Type
            found = f"{short_type(token)} {name}" if not token.startswith("pulumi:") else found
        urn = parents.get(urn, "")
    return found


def changes(judged: Judged) -> tuple[list[Change], list[str], list[str]]:
    """Return what happens to each resource, the worst first; what waivers let through; and waivers that merely stand.

    Raises PlanError.
    """
    steps = judged.steps
    parents = {str(each["urn"]): str(each.get("parent") or "") for each in judged.resources}
    parents |= {step.urn: step.parent for step in steps}
    lost = {each.step.urn: each for each in losses(judged.plan.steps)}
    let_through = waived(judged.plan, judged.today)
    refused = {each.urn: each for each in judged.refusals}
    replaced = {step.urn for step in steps if step.operation in REPLACES}
    around: dict[str, list[Step]] = {}
    for step in steps:
        around.setdefault(step.parent, []).append(step)
    came_from = {str(each["urn"]): each.get("propertyDependencies") or {} for each in judged.resources}

    def change(step: Step, kind: Kind) -> Change:
        found = differences(step) if kind in ("update", "replace") else []
        told: dict[str, Any] = {}
        if refusal := refused.get(step.urn):
            kind = "refused"
            told = {"why": _refused(refusal), "instead": refusal.instead, "source": refusal.source}
        elif (found_lost := lost.get(step.urn)) and (found_lost.does, step.resource) not in let_through:
            told = {"why": _lost(found_lost), "instead": found_lost.loss.instead}
            told["in_place"] = found_lost.does == "update"
            kind = "lost" if told["in_place"] or holds_data(short_type(step.type)) else "gone"
        elif kind == "replace" and perhaps(step, found, came_from.get(step.urn, {}), replaced):
            kind = "perhaps"
        elif kind == "update" and tags_only(step, found):
            kind = "tags"
        if kind == "update":
            told["effect"] = effect(step, found, around[step.parent])
        return Change(
            urn=step.urn,
            name=step.name,
            type=short_type(step.type),
            component=component_of(step.urn, parents),
            kind=kind,
            properties=properties(step, found),
            **told,
        )

    listed = [change(step, _KINDS[step.operation]) for step in steps if step.operation in _KINDS]
    listed += _refused_before(listed, refused, parents)
    listed.sort(key=lambda each: (each.component, each.name))
    used = {(each.does, each.step.resource) for each in lost.values()}
    sentences = {
        each: f"{each[0]} {each[1]}: waived until {waiver.expires} by {waiver.owner}: {waiver.reason}"
        for each, waiver in let_through.items()
    }
    return (
        listed,
        [said for each, said in sentences.items() if each in used],
        [f"{said} (nothing of it is planned)" for each, said in sentences.items() if each not in used],
    )


def perhaps(
    step: Step, found: Sequence[Difference], sources: Mapping[str, Sequence[str] | None], replaced: set[str]
) -> bool:
    """Return whether a replacement hangs on what is not known yet, and what that comes from is not replaced itself."""
    reasons = [reason.split(".")[0].split("[")[0] for reason in step.because]
    if not reasons:
        return False
    unknown = {path[0] for path, _, new in found if new == UNKNOWN}
    known = {path[0] for path, _, new in found if new != UNKNOWN}
    if any(reason in known or reason not in unknown for reason in reasons):
        return False
    return not any(urn in replaced for reason in reasons for urn in sources.get(reason) or ())


def _refused_before(
    listed: Sequence[Change], refused: Mapping[str, Refusal], parents: Mapping[str, str]
) -> Iterator[Change]:
    """Yield what was refused before it had a step."""
    known = {each.urn for each in listed}
    for urn, refusal in refused.items():
        if urn not in known:
            token = urn.split("::")[2].rpartition("$")[2] if urn.count("::") > 2 else ""  # noqa: PLR2004 # a URN's parts
            yield Change(
                urn=urn,
                name=urn.rpartition("::")[2],
                type=short_type(token),
                component=component_of(urn, parents),
                kind="refused",
                why=_refused(refusal),
                instead=refusal.instead,
                source=refusal.source,
            )


def _refused(refusal: Refusal) -> str:
    return f'{refusal.title}: "{refusal.said}"'


def _lost(lost: Lost) -> str:
    told = plan_guard.told(lost)
    if lost.step.before.get("skipFinalSnapshot") is True:
        # automated backups go with the instance unless told otherwise, and no snapshot is taken at the end
        return told.replace("every row since the last snapshot", "every row: no snapshot is taken at the end")
    return told


def holds_data(token: str) -> bool:
    """Return whether data go with it, by its short type."""
    return any(loss.data and short_type(full) == token for full, loss in LOSS.items())
