"""Findings as SARIF 2.1.0, which code hosts and editors read.

What GitHub makes of it, and asks for, is as
https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning has it: a
rule has both descriptions and a help, a place its first and its last column, and none of them may be empty. A file in
which a rule has more than 20 tags is refused, and 10 of them are shown.
"""

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
# GitHub's bands of `security-severity`: over 9 critical, from 7 on high, from 4 on medium
_SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}
_WHOLE_LINE = {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 2}
# what has that severity is shown as a hole; all else has one of these
_PROBLEMS = {"critical": "error", "high": "error", "medium": "warning", "low": "recommendation"}
MOST_TAGS = 10
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
        # GitHub's category is what stands before the last slash: a second file of one category takes the place of the
        # first, and in one run of a workflow it is refused
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
        return {"id": rule_id, **{text: {"text": rule_id} for text in ("shortDescription", "fullDescription", "help")}}
    pack, rule = _RULES[rule_id]
    frameworks = list(filter(None, map(str.strip, rule.frameworks.split(","))))
    # what a benchmark of hardening asks for, in whatever pack: CIS, and Kubernetes' Pod Security Standards
    security = pack == "security" or any(each.startswith(("CIS ", "PSS ")) for each in frameworks)
    said = {"security-severity": _SCORES[rule.severity]} if security else {"problem.severity": _PROBLEMS[rule.severity]}
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.sentence},
        "fullDescription": {"text": f"{rule.sentence}: {rule.advice}"},
        "help": {"text": f"{rule.advice}. {rule.frameworks}"},
        **({"helpUri": rule.url} if rule.url else {}),
        "properties": {
            "tags": list(dict.fromkeys([pack, *(["security"] if security else []), *frameworks]))[:MOST_TAGS],
            **said,
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
                "physicalLocation": {"artifactLocation": {"uri": uri}, "region": _WHOLE_LINE},
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
