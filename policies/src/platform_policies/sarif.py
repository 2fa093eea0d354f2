"""Findings as SARIF 2.1.0, which code hosts and editors read."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from . import RULE_SETS

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# kit/rule.py writes it
SAID = re.compile(r"(?P<rule>[a-z0-9-]+) \((?P<severity>critical|high|medium|low)\)")
# GitHub's bands of `security-severity`: over 9 critical, over 7 high, over 4 medium
_SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}
_RULES = {rule.id: (pack, rule) for pack, rule_set in RULE_SETS.items() for rule in rule_set.every}


@dataclass(frozen=True)
class Told:
    """What a pack says of a resource, or of the whole stack (no URN)."""

    mandatory: bool
    urn: str
    message: str


def sarif(told: Sequence[Told], run: str, uri: str, *, stack: str = "", errors: Sequence[str] = ()) -> str:
    """Return findings as SARIF. A policy knows no line of a program: a finding's place is the file `uri`.

    `run` tells runs over different stacks apart; `errors` say why the run did not succeed.
    """
    found = [(each, said["rule"]) for each in told if (said := SAID.match(each.message))]
    ids = sorted({rule for _, rule in found})
    one = {
        "tool": {"driver": {"name": "platform-policies", "rules": [_described(rule) for rule in ids]}},
        # GitHub's category is what stands before the last slash; of one category it keeps the newest run alone
        "automationDetails": {"id": f"{run}/"},
        "invocations": [
            {
                "executionSuccessful": not errors,
                "toolExecutionNotifications": [
                    {"level": "error", "message": {"text": each.strip()}} for each in errors
                ],
            }
        ],
        "results": [_result(each, rule, ids.index(rule), uri, stack) for each, rule in found],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [one]}, indent=1)


def _described(rule_id: str) -> dict[str, Any]:
    if rule_id not in _RULES:  # a pack of somebody else's
        return {"id": rule_id}
    pack, rule = _RULES[rule_id]
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.sentence},
        "help": {"text": f"{rule.advice}. {rule.frameworks}"},
        **({"helpUri": rule.url} if rule.url else {}),
        "properties": {
            "tags": [pack, *filter(None, map(str.strip, rule.frameworks.split(",")))],
            "security-severity": _SCORES[rule.severity],
        },
    }


def _result(told: Told, rule: str, index: int, uri: str, stack: str) -> dict[str, Any]:
    subject = told.urn or f"stack {stack}".strip()
    return {
        "ruleId": rule,
        "ruleIndex": index,
        "level": "error" if told.mandatory else "warning",
        "message": {"text": told.message},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": 1}},
                "logicalLocations": [{"fullyQualifiedName": subject, "kind": "resource"}],
            }
        ],
        # by which a host knows a finding again, whatever its words become; GitHub reads the second alone, and all
        # findings stand on one line
        "partialFingerprints": {
            "ruleAndResource/v1": f"{rule}:{subject}",
            "primaryLocationLineHash": f"{sha256(f'{rule}:{subject}'.encode()).hexdigest()[:16]}:1",
        },
    }
