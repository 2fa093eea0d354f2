"""What a second run may ask for: an update that the first one did in vain is none."""

from collections.abc import Iterator, Mapping
from typing import Any

from .. import diffing
from ..clouds import aws_readback
from .law import Law, Refusal, ResourceOperation


def _in_vain(op: ResourceOperation) -> Iterator[Refusal]:
    """A preview shows the difference, as on AWS; the update that would repeat itself for ever is refused."""
    if op.preview or op.old is None:
        return
    if _written(op.old.inputs) != _written(op.inputs):
        return
    for change, known in diffing.restless(op.token, op.inputs, op.old.outputs, op.provider):
        yield Refusal(
            "NeverAtRest",
            f"{change.path} was written so by the last run, and given back otherwise: {known.why}. This update would be "
            "the same one again, at every run",
            known.instead,
        )


def _written(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in inputs.items() if not key.startswith("__")}


LAWS = (
    Law(
        "never-at-rest",
        "a stack comes to rest",
        "https://github.com/hashicorp/terraform-provider-aws/issues/39252",
        "|".join(sorted({each.types for each in aws_readback.READ_BACKS})),
        _in_vain,
        operations=("update",),
    ),
)
