"""A service's environment: each variable with its value, or with where the value is kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from pulumi import Input

from ..shared.external_secrets import SOURCES, Source


@dataclass(frozen=True)
class EnvVar:
    """One variable: a value, or where the value is kept, which goes by a Kubernetes Secret; and why it is there."""

    name: str
    value: Input[str] | Source
    why: str = ""


def plain(environment: Sequence[EnvVar]) -> dict[str, Input[str]]:
    """Return the variables that go by a ConfigMap."""
    return {each.name: each.value for each in environment if not isinstance(each.value, SOURCES)}


def secret(environment: Sequence[EnvVar]) -> dict[str, Source]:
    """Return the variables that go by a Secret."""
    return {each.name: each.value for each in environment if isinstance(each.value, SOURCES)}
