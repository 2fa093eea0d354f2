"""What packs find in a preview, for code hosts: SARIF 2.1.0 for annotations and alerts, JUnit XML for a run's tests."""

import json
import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from platform_policies import RULE_SETS
from platform_policies.kit.rule import RuleMetadata

from sandbox.plans import Finding, Plan

from .refusals import unexplained

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# policies/kit/rule.py writes it
_SAID = re.compile(r"(?P<rule>[a-z0-9-]+) \((?P<severity>critical|high|medium|low)\)")
_OFF = re.compile(r"off: \d+ rules? \(([^)]*)\)")
# GitHub's bands of `security-severity`: over 9 critical, over 7 high, over 4 medium
_SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}
_RULES: Mapping[str, tuple[str, RuleMetadata]] = {
    rule.id: (pack, rule) for pack, rule_set in RULE_SETS.items() for rule in rule_set.every
}


def sarif(plan: Plan, stack: str) -> str:
    """Return a plan's findings as SARIF. A policy knows no line of a program: a finding's place is the stack's file."""
    found = [(each, said["rule"]) for each in plan.findings if (said := _SAID.match(each.message))]
    ids = sorted({rule for _, rule in found})
    run = {
        "tool": {"driver": {"name": "platform-policies", "rules": [_described(rule) for rule in ids]}},
        "automationDetails": {"id": f"policies/{stack}"},
        "invocations": [
            {
                "executionSuccessful": not unexplained(plan),
                "toolExecutionNotifications": [
                    {"level": "error", "message": {"text": each.strip()}} for each in unexplained(plan)
                ],
            }
        ],
        "results": [_result(each, rule, ids.index(rule), stack) for each, rule in found],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1)


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


def _result(finding: Finding, rule: str, index: int, stack: str) -> dict[str, Any]:
    subject = finding.urn or f"stack {stack}"
    return {
        "ruleId": rule,
        "ruleIndex": index,
        "level": "error" if finding.mandatory else "warning",
        "message": {"text": finding.message},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": f"Pulumi.{stack}.yaml"},
                    "region": {"startLine": 1},
                },
                "logicalLocations": [{"fullyQualifiedName": subject, "kind": "resource"}],
            }
        ],
        # by which a host knows a finding again, whatever its words become
        "partialFingerprints": {"ruleAndResource/v1": f"{rule}:{subject}"},
    }


def junit(plan: Plan, stack: str) -> str:
    """Return a plan's findings as JUnit XML: a test for each rule, and for each resource that breaks one.

    A mandatory finding fails its test, an advisory one is the output of a test that was skipped, and a preview that
    failed for another reason is an error.
    """
    suite = ElementTree.Element("testsuite", name=f"policies: {stack}")
    found: dict[str, list[Finding]] = {}
    off = {rule for each in plan.findings if (named := _OFF.match(each.message)) for rule in named[1].split(", ")}
    for each in plan.findings:
        if said := _SAID.match(each.message):
            found.setdefault(said["rule"], []).append(each)
    for rule in sorted({*_RULES, *found}):
        pack = _RULES[rule][0] if rule in _RULES else "policies"
        for each in found.get(rule, ()):
            name = f"{rule}: {each.urn.rpartition('::')[2] or stack}"
            case = ElementTree.SubElement(suite, "testcase", classname=pack, name=name)
            kind = "failure" if each.mandatory else "skipped"
            ElementTree.SubElement(case, kind, message=each.message).text = each.urn
        # nothing is said to be sound that was not looked at, or where the preview did not end
        if rule not in found and rule not in off and not unexplained(plan):
            ElementTree.SubElement(suite, "testcase", classname=pack, name=rule)
    for error in unexplained(plan):
        case = ElementTree.SubElement(suite, "testcase", classname="preview", name="the preview ends")
        ElementTree.SubElement(case, "error", message=error.strip().splitlines()[0]).text = error.strip()
    for key, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(key, str(len(list(suite.iter(tag)))))
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"
