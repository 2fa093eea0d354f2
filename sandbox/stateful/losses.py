"""What the steps of a plan lose: by deletion, by replacement, and in place."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..plans import Step
from ..wire import UNKNOWN
from .documents import ENDS_OBJECTS, weakened
from .floors import Fallen, fallen, leaves
from .guards import guard_of
from .review import holds_none
from .strangers import stranger
from .table import Loss, loss_of

# The engine's names of what it does: pkg/resource/deploy/step.go
REPLACES = ("replace", "create-replacement", "delete-replaced", "import-replacement", "read-replacement")
_DOES = {**dict.fromkeys(REPLACES, "replace"), "delete": "delete", "update": "update", "same": "update"}
_DOES |= dict.fromkeys(("create", "import"), "create")
_PROTECTED = Loss(
    (), "what its program protects", "take `protect` off in a change of its own, with a reason, if it may go"
)
_UNPROTECTED = Fallen(
    "protect", "what keeps the program from deleting it", "leave it on; where the thing is to go, that takes a waiver"
)
_UNRETAINED = Fallen(
    "retainOnDelete", "what would still be there once the program forgets it", "leave it on until the thing may go"
)


@dataclass(frozen=True)
class Lost:
    """A step, what it does (`replace`, `delete`, `update` or `create`), and what is lost by it."""

    step: Step
    does: str
    loss: Loss


def losses(steps: Sequence[Step]) -> Iterator[Lost]:
    """Yield each step that loses something. A replacement counts once, and a guard goes with what it guards."""
    seen: set[tuple[str, str]] = set()
    gone = {step.id for step in steps if step.id and _DOES.get(step.operation) in ("replace", "delete") and kept(step)}
    made = {
        str(value)
        for step in steps
        if step.operation == "create" and loss_of(step.type)
        for value in step.after.values()
    }
    # of a replacement's steps that which tells both sides
    for step in sorted(steps, key=lambda step: step.operation in REPLACES and step.operation != "replace"):
        does = _DOES.get(step.operation, "")
        found = _lost(step, does, gone, made)
        if found and (does, step.urn) not in seen:
            seen.add((does, step.urn))
            yield Lost(step, does, found)


def kept(step: Step) -> Loss | None:
    """Return what goes with a resource, by its type, or by its name where no table knows that; None where nothing."""
    found = _by_type(step)
    return None if found and found.spares(step) else found


def _by_type(step: Step) -> Loss | None:
    return loss_of(step.type) or (None if guard_of(step.type) else stranger(step, holds_none()))


def _lost(step: Step, does: str, gone: set[str], made: set[str]) -> Loss | None:
    if does == "update":
        return _in_place(step)
    if does == "create":
        beside = step.after.get(ENDS_OBJECTS.get(step.type, ""))
        # of what is made by the same plan nothing can end
        return None if beside in (None, UNKNOWN) or beside in made else _joined(weakened(step))
    if not does or (step.retained and does == "delete"):  # what is forgotten stays
        return None
    if found := kept(step):
        return found
    if step.protect:
        return _PROTECTED
    guard = guard_of(step.type)
    if not guard or guard.spares(step) or _goes_along(step, gone):
        return None
    return _in_place(step) if does == "replace" and guard.replaceable else guard


def _goes_along(step: Step, gone: set[str]) -> bool:
    """Return whether what a guard is for goes in the same plan: it names that by its id, or by an ARN that ends so."""
    names = [value for _, value in leaves(step.before) if isinstance(value, str)]
    return any(name == one or name.endswith((f":{one}", f"/{one}")) for name in names for one in gone)


def _in_place(step: Step) -> Loss | None:
    found = _by_type(step)
    fell: list[Fallen] = []
    if found and step.protect and step.protect_after is False:
        fell.append(_UNPROTECTED)
    if found and step.retained and step.retained_after is False:
        fell.append(_UNRETAINED)
    if step.operation != "same":
        if (found and found.data) or guard_of(step.type) or step.type.startswith("kubernetes:helm.sh/"):
            fell += fallen(step)
        fell += weakened(step)
    return _joined(fell)


def _joined(fell: Sequence[Fallen] | Iterator[Fallen]) -> Loss | None:
    found = list(fell)
    if not found:
        return None
    lost = "; ".join(f"{each.lost} (`{each.path}`)" for each in found)
    return Loss((), lost, "; ".join(dict.fromkeys(each.instead for each in found)))
