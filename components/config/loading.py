"""The one reader of the configuration."""

import json
from typing import Any, TypeVar

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env, is_config_secret
from pydantic import ValidationError

from .base_stack import BaseStack
from .floor import production_floor
from .problems import Fault, fault_of, faults_of

Settings = TypeVar("Settings", bound=BaseStack)


class SettingsError(pulumi.RunError):
    """The stack file is wrong; its text is the whole message. RunError ends the program without a traceback."""


def load(model: type[Settings], namespace: str) -> Settings:
    """Read the stack's configuration once, in a namespace; raise one SettingsError that names every fault."""
    raw, faults = _read(namespace)
    try:
        settings = model.model_validate_json(json.dumps(raw), strict=True)
    except ValidationError as error:
        faults += faults_of(error, model, namespace)
        if raw.get("environment") == "prod":
            # pydantic looks across sections only once each is sound; the operator wants to hear of the floor in the
            # same breath
            judged = frozenset(fault.key.removeprefix(f"{namespace}:").split("[")[0] for fault in faults)
            faults += [fault_of(each, namespace) for each in production_floor(model, raw, judged)]
    else:
        if not faults:
            return settings
    lines = "\n".join(f"  {fault}" for fault in faults)
    raise SettingsError(
        f"the configuration of stack {pulumi.get_stack()} has {len(faults)} fault{'s' * (len(faults) > 1)}:\n{lines}"
    )


def _read(namespace: str) -> tuple[dict[str, Any], list[Fault]]:
    """Collect the namespace's values as data, with what is wrong with the text of each."""
    config, raw, faults = pulumi.Config(namespace), dict[str, Any](), list[Fault]()
    for full in sorted({**get_config_env(), **CONFIG.get()}):
        owner, _, key = full.partition(":")
        if owner != namespace:
            continue
        if key == "region":
            faults.append(Fault(full, "is not a known key", "a region", "write it as aws:region"))
        elif is_config_secret(full):
            faults.append(
                Fault(full, "must not be encrypted", "a secret", "keep the secret in Secrets Manager and name it here")
            )
        else:
            text = config.get(key) or ""
            try:
                raw[key] = text if key == "environment" else json.loads(text)
            except ValueError:
                # a plain word where an object, list or truth value belongs; the model says what it should have been
                raw[key] = text
    region = pulumi.Config("aws").get("region")
    return raw if region is None else {**raw, "region": region}, faults
