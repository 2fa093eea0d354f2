"""What a stack sets for a pack: levels and parameters by rule, what is off and why, and exceptions that end."""

import os
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from .rule import Level, RuleMetadata

CLOCK = "PLATFORM_POLICIES_CLOCK"
_DATE = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_KINDS: list[tuple[type, str]] = [
    (bool, "boolean"),
    (int, "number"),
    (float, "number"),
    (str, "string"),
    (list, "array"),
]


MOST_DAYS = 366
"""How far ahead an exception may end."""


@dataclass(frozen=True)
class Exemption:
    """A rule that one resource may break, why, who answers for it, and until when."""

    rule: str
    resource: str
    """A URN or its end, `<type>::<name>`; or what else a rule says that it is about, such as `flowise 3.1`."""
    reason: str
    owner: str
    expires: str

    def names(self, urn: str, subject: str = "") -> bool:
        """Return whether it is for a resource, or for what a rule says that it is about."""
        return self.resource in (urn, subject) or urn.endswith((f"::{self.resource}", f"${self.resource}"))

    def stands(self, today: date) -> bool:
        """Return whether it is in force: it has not ended, and ends within a year."""
        return not self.expired(today) and not self.endless(today)

    def expired(self, today: date) -> bool:
        """Return whether it has ended; a date that is none has."""
        try:
            return date.fromisoformat(self.expires) < today
        except ValueError:
            return True

    def endless(self, today: date) -> bool:
        """Return whether it ends later than anybody can answer for."""
        return not self.expired(today) and date.fromisoformat(self.expires) > today + timedelta(days=MOST_DAYS)


class Settings:
    """The configuration of a pack for a stack. Of a rule that is none of its `rules` it says nothing."""

    def __init__(self, config: Mapping[str, Any], rules: Container[str], now: date | None = None) -> None:
        """Take the configuration, the ids of the rules that are served, and which day it is (that of the clock)."""
        self._levels: Mapping[str, Level] = config.get("levels") or {}
        self.off: Mapping[str, str] = {
            rule: reason for rule, reason in (config.get("off") or {}).items() if rule in rules
        }
        self._parameters: Mapping[str, Mapping[str, Any]] = config.get("parameters") or {}
        self.exemptions = [
            Exemption(**{name: str(entry.get(name, "")) for name in Exemption.__dataclass_fields__})
            for entry in config.get("exceptions") or []
            if entry.get("rule") in rules
        ]
        now = now or _clock()
        asked = date.fromisoformat(config["today"]) if config.get("today") else now
        # another day than today, to see what a day to come will refuse; one that is gone would revive what has ended
        self.back_dated = asked < now
        self.today = max(asked, now)

    def level(self, rule: RuleMetadata) -> Level:
        """Return the level at which a rule is enforced."""
        return "disabled" if rule.id in self.off else self._levels.get(rule.id, rule.level)

    def parameters(self, rule: RuleMetadata) -> dict[str, Any]:
        """Return a rule's parameters, its defaults among them; rules that need it find the day under `today`."""
        return {**rule.parameters, **self._parameters.get(rule.id, {}), "today": self.today}

    def exemption(self, rule: RuleMetadata, urn: str, subject: str = "") -> Exemption | None:
        """Return the exception under which a resource, or what else a rule is about, may break a rule."""
        own = (one for one in self.exemptions if one.rule == rule.id and one.names(urn, subject))
        return next((one for one in own if one.stands(self.today)), None)


def _clock() -> date:
    """Return the day; tests, whose fixtures would run out, set another one, which no file of a stack can."""
    return date.fromisoformat(os.environ.get(CLOCK) or date.today().isoformat())


def schema(rules: Sequence[RuleMetadata]) -> dict[str, Any]:
    """Return the JSON schema of the configuration. The engine refuses a file that breaks it: a misspelt rule, say."""
    entry: dict[str, Any] = {name: {"type": "string", "minLength": 1} for name in ("resource", "reason", "owner")}
    entry |= {"rule": {"type": "string", "enum": [rule.id for rule in rules]}, "expires": _DATE}
    return {
        "levels": {
            "type": "object",
            "additionalProperties": False,
            "properties": {rule.id: {"type": "string", "enum": ["mandatory", "advisory"]} for rule in rules},
        },
        "off": {
            "type": "object",
            "additionalProperties": False,
            "properties": {rule.id: {"type": "string", "minLength": 1} for rule in rules},
        },
        "parameters": {
            "type": "object",
            "additionalProperties": False,
            "properties": {rule.id: _parameters(rule.parameters) for rule in rules if rule.parameters},
        },
        "exceptions": {
            "type": "array",
            "items": {"type": "object", "additionalProperties": False, "required": list(entry), "properties": entry},
        },
        "today": _DATE,
    }


def _parameters(defaults: Mapping[str, Any]) -> dict[str, Any]:
    kinds = {
        name: next((kind for of, kind in _KINDS if isinstance(value, of)), "object") for name, value in defaults.items()
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: {"type": kind} for name, kind in kinds.items()},
    }
