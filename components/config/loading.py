"""The one reader of the configuration."""

import json
from typing import Any

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env, is_config_secret
from pydantic import ValidationError

from stack import StackSettings, production_floor

from .problems import NAMESPACE, Fault, fault_of, faults_of


class SettingsError(pulumi.RunError):
    """The stack file is wrong; its text is the whole message. RunError ends the program without a traceback."""


def load() -> StackSettings:
    """Read the stack's configuration once; raise one SettingsError that names every fault."""
    raw, faults = _read()
    try:
        settings = StackSettings.model_validate_json(json.dumps(raw), strict=True)
    except ValidationError as error:
        faults += faults_of(error, StackSettings)
        if raw.get("environment") == "prod":
            # pydantic looks across sections only once each is sound; the operator wants to hear of the floor in the
            # same breath
            judged = frozenset(fault.key.removeprefix(f"{NAMESPACE}:").split("[")[0] for fault in faults)
            faults += [fault_of(each) for each in production_floor(raw, judged)]
    else:
        if not faults:
            return settings
    lines = "\n".join(f"  {fault}" for fault in faults)
    raise SettingsError(
        f"the configuration of stack {pulumi.get_stack()} has {len(faults)} fault{'s' * (len(faults) > 1)}:\n{lines}"
    )


def _read() -> tuple[dict[str, Any], list[Fault]]:
    """Collect the namespace's values as data, with what is wrong with the text of each."""
    config, raw, faults = pulumi.Config(NAMESPACE), dict[str, Any](), list[Fault]()
    for full in sorted({**get_config_env(), **CONFIG.get()}):
        namespace, _, key = full.partition(":")
        if namespace != NAMESPACE:
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
