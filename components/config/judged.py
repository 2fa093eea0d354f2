"""What a model makes of a stack's configuration; it knows nothing of Pulumi, and needs none."""

import json
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from .base_stack import BaseStack
from .floor import production_floor
from .problems import Fault, fault_of, faults_of

Settings = TypeVar("Settings", bound=BaseStack)


class Judged(Generic[Settings]):
    """What a model makes of a stack's configuration: the settings, or every fault.

    `texts` are the namespace's values as the engine hands them over, objects as JSON; an encrypted one is None.
    """

    def __init__(
        self, model: type[Settings], namespace: str, texts: Mapping[str, str | None], region: str | None
    ) -> None:
        raw, self.faults = _data(namespace, texts)
        if region is not None:
            raw["region"] = region
        raw = model.filled(raw)
        self.settings: Settings | None = None
        try:
            settings = model.model_validate_json(json.dumps(raw), strict=True)
        except ValidationError as error:
            self.faults += faults_of(error, model, namespace)
            if raw.get("environment") == "prod":
                # pydantic looks across sections only once each is sound; the operator wants to hear of the floor in
                # the same breath
                judged = frozenset(fault.key.removeprefix(f"{namespace}:").split("[")[0] for fault in self.faults)
                self.faults += [fault_of(each, namespace) for each in production_floor(model, raw, judged)]
        else:
            self.settings = None if self.faults else settings

    @property
    def count(self) -> str:
        """How many faults there are, in words."""
        return f"{len(self.faults)} fault{'s' * (len(self.faults) != 1)}"


def _data(namespace: str, texts: Mapping[str, str | None]) -> tuple[dict[str, Any], list[Fault]]:
    """Return the values as data, with what is wrong with the text of each."""
    raw, faults = dict[str, Any](), list[Fault]()
    for full, text in texts.items():
        key = full.removeprefix(f"{namespace}:")
        if key == "region":
            faults.append(Fault(full, "is not a known key", "a region", "write it as aws:region"))
        elif text is None:
            faults.append(
                Fault(full, "must not be encrypted", "a secret", "keep the secret in Secrets Manager and name it here")
            )
        else:
            try:
                raw[key] = text if key == "environment" else json.loads(text)
            except ValueError:
                # a plain word where an object, list or truth value belongs; the model says what it should have been
                raw[key] = text
    return raw, faults
