"""Production's floor: the least that a stack of production may have, as the fields of its settings say."""

from collections.abc import Iterator, Mapping
from typing import Any

from .problems import Problem
from .section import InProd, Section


def floors(model: type[Section], path: str = "") -> Iterator[tuple[str, Any, InProd]]:
    """Yield every field that production sets a floor to: its key (`cluster.app_nodes.min_size`), default and floor."""
    for name, field in model.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, Section):
            yield from floors(section, f"{path}{name}.")
        for mark in field.metadata:
            if isinstance(mark, InProd):
                yield f"{path}{name}", field.get_default(call_default_factory=True), mark


def production_floor(
    model: type[Section], values: Mapping[str, Any], judged: frozenset[str] = frozenset()
) -> Iterator[Problem]:
    """Yield every value below production's floor, except for keys whose value is judged wrong already."""
    for path, default, floor in floors(model):
        *sections, key = path.split(".")
        owner: Any = values
        for section in sections:
            owner = owner.get(section) or {} if isinstance(owner, Mapping) else None
        above = {".".join(sections[:depth]) for depth in range(1, len(sections) + 1)}
        if judged & {path, *above} or not isinstance(owner, Mapping):
            continue
        value = owner.get(key, default)
        if not floor.holds(value):
            yield Problem(path, f"must be {floor} in prod", value, f"write {floor.to_write()}")
