"""The one reader of the configuration."""

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env, is_config_secret

from .judged import Judged, Settings


class SettingsError(pulumi.RunError):
    """The stack file is wrong; its text is the whole message. RunError ends the program without a traceback."""


def load(model: type[Settings], namespace: str) -> Settings:
    """Read the stack's configuration once, in a namespace; raise one SettingsError that names every fault."""
    config = pulumi.Config(namespace)
    texts = {
        full: None if is_config_secret(full) else config.get(full.removeprefix(f"{namespace}:")) or ""
        for full in sorted({**get_config_env(), **CONFIG.get()})
        if full.startswith(f"{namespace}:")
    }
    judged = Judged(model, namespace, texts, pulumi.Config("aws").get("region"))
    if judged.settings is not None:
        return judged.settings
    raise SettingsError(
        "\n  ".join([f"the configuration of stack {pulumi.get_stack()} has {judged.count}:", *map(str, judged.faults)])
    )
