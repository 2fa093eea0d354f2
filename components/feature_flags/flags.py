"""What an application's flags are, and how AppConfig is told to hold whoever sets them to that."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..config.problems import Problem
from .settings import FeatureFlagSettings, Value

# StringWithLengthBetween0And32768 of the API's model
MOST_SCHEMA_CHARACTERS = 32_768


@dataclass(frozen=True)
class Flag:
    """One flag: its name, the value that the application has for it in its own code, and what it is for."""

    name: str
    default: Value
    description: str

    @property
    def kind(self) -> str:
        """Its type, as JSON Schema calls it."""
        if isinstance(self.default, bool):
            return "boolean"
        return "number" if isinstance(self.default, int | float) else "string"

    def takes(self, value: Value) -> bool:
        """Return whether a value is of its type."""
        return Flag(self.name, value, "").kind == self.kind


def content(flags: Sequence[Flag], values: Mapping[str, Value]) -> str:
    """Return a version as it is hosted: every flag, so that whoever looks at one sees them all."""
    return json.dumps({flag.name: values.get(flag.name, flag.default) for flag in flags}, sort_keys=True)


def validator(flags: Sequence[Flag]) -> str:
    """Return the schema that AppConfig judges each version by, also one that a person writes in the console.

    AppConfig takes JSON Schema 4 (user guide, appconfig-creating-configuration-and-profile-validators).
    """
    schema = {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "additionalProperties": False,
        "properties": {flag.name: {"type": flag.kind, "description": flag.description} for flag in flags},
    }
    text = json.dumps(schema, sort_keys=True)
    if len(text) > MOST_SCHEMA_CHARACTERS:
        raise ValueError(f"flags: their schema may have {MOST_SCHEMA_CHARACTERS} characters, has {len(text)}")
    return text


def flags_are_known(settings: FeatureFlagSettings, flags: Sequence[Flag], section: str) -> Iterator[Problem]:
    """Judge that every version sets flags that the application has, each to a value of its type."""
    known = {flag.name: flag for flag in flags}
    for label, values in settings.versions.items():
        for name, value in values.items():
            key = f"{section}.versions.{label}.{name}"
            if name not in known:
                yield Problem(key, "is no flag of the application", value, f"choose of {', '.join(sorted(known))}")
            elif not known[name].takes(value):
                yield Problem(key, f"must be a {known[name].kind}", value, f"write one, such as {known[name].default}")
