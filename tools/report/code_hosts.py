"""What packs find in a preview, for code hosts: SARIF 2.1.0 for annotations and alerts, JUnit XML for a run's tests."""

import re
from collections.abc import Mapping
from xml.etree import ElementTree

from platform_policies import RULE_SETS
from platform_policies import sarif as policies_sarif
from platform_policies.kit.rule import RuleMetadata
from platform_policies.sarif import SAID, Told

from sandbox.plans import Finding, Plan

from .refusals import unexplained

_OFF = re.compile(r"off: \d+ rules? \(([^)]*)\)")
_RULES: Mapping[str, tuple[str, RuleMetadata]] = {
    rule.id: (pack, rule) for pack, rule_set in RULE_SETS.items() for rule in rule_set.every
}


def sarif(plan: Plan, stack: str) -> str:
    """Return a plan's findings as SARIF. A policy knows no line of a program: a finding's place is the stack's file."""
    told = [Told(each.mandatory, each.urn, each.message) for each in plan.findings]
    return policies_sarif.sarif(
        told, f"policies/{stack}", f"Pulumi.{stack}.yaml", stack=stack, errors=list(unexplained(plan))
    )


def junit(plan: Plan, stack: str) -> str:
    """Return a plan's findings as JUnit XML: a test for each rule, and for each resource that breaks one.

    A mandatory finding fails its test, an advisory one is the output of a test that was skipped, and a preview that
    failed for another reason is an error.
    """
    suite = ElementTree.Element("testsuite", name=f"policies: {stack}")
    found: dict[str, list[Finding]] = {}
    off = {rule for each in plan.findings if (named := _OFF.match(each.message)) for rule in named[1].split(", ")}
    for each in plan.findings:
        if said := SAID.match(each.message):
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
