"""Writes docs/policies.md and docs/policy-coverage.md from the packs' rules: `python -m tools.policy_reference`."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml
from platform_policies import RULE_SETS
from platform_policies.frameworks import page
from platform_policies.kit.rule import Rule, RuleMetadata
from platform_policies.kit.stack import StackRule
from platform_policies.kubernetes.containers import CHOOSING
from platform_policies.kubernetes.secrets import OBJECTS
from platform_policies.kubernetes.templates import PODS
from platform_policies.reliability.support import calendar

from .policy_missed import MISSED, NONE_OF_PULUMI

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "policies.md"
COVERAGE = ROOT / "docs" / "policy-coverage.md"
# tests/policies/programs/kubernetes_faults.py: faults, how many are found, ways around the rules, how many are caught
OF_KUBERNETES = (162, 157, 29, 27)
MISSED_OF_KUBERNETES = {
    "CKV_K8S_44": "a Service without its pods opens nothing; Tiller's pods are found (CKV_K8S_34)",
    "CKV_K8S_68": "a control plane's own command line, which EKS runs; so are CKV_K8S_69 to 151",
    "CKV_K8S_159": "a variable of one program alone, git-sync",
    "cronjob-restartpolicy": "the API server refuses it",
    "label-values": "the API server refuses it",
    "a name for the internet": "a name for another's service is what an ExternalName is for",
    "a secret cut in two": "halves look like nothing; what puts them together is the program's",
}
# types whose expression says less than words
_NAMED = {
    PODS: "every pod template, in custom resources too",
    CHOOSING: "every pod template but a DaemonSet's",
    OBJECTS: "every Kubernetes object",
}
HEAD = """# Policies

Written by `python -m tools.policy_reference`; do not edit.

{count} rules in four packs. `make preview` and `make up` enforce them all, and so do the checks of a pull request, in
one process: the pack `policies/all` is these four. With the plain CLI:
`pulumi preview --policy-pack policies/cost --policy-pack-config policies/levels.<stack>.json`. A pack is a few lines
over the package `platform_policies` (`policies/src/`), which knows nothing else of this repository: it judges any other
Pulumi program just as well, and what stands without its program ([packs-elsewhere.md](packs-elsewhere.md)). Which
controls of which frameworks the rules cover: [policy-coverage.md](policy-coverage.md).

## What a stack sets

`policies/levels.<stack>.json` is for every pack: each passes over what is about another's rules. Under `rules` stand:

- `levels`: a rule's level, `mandatory` or `advisory`, where it is not the one below;
- `off`: rules that are off for the stack, each with the reason;
- `parameters`: values of a rule's parameters;
- `exceptions`: a rule that one resource may break: `rule`, `resource`, `reason`, `owner` and `expires`. `resource` is a
  URN or its end, `<type>::<name>`, which must then be one resource's alone (`parent$type::name` tells twins apart); for
  a version out of support it is the product and its version as the calendar below has them. An exception ends within a
  year. One that has ended, ends later or stands for twins fails the run; one that nothing needs, or that names no
  resource of the stack, is a finding;
- `today`: judge as on a day to come, to see what it will refuse. A day that is gone by is refused.

A finding is one line: rule, severity, resource, what holds, what to do, and where this page says more. The output has
one line on the exceptions in force, with the one that ends next, and one on the rules that are off. `make preview
SARIF=FILE JUNIT=FILE` writes the findings for a code host. The engine refuses a file that names a rule, a parameter or
a field that does not exist. `fill-tags` of the pack `cost` adds missing tags where a stack sets it to
`{{"enforcementLevel": "remediate", "tags": {{...}}}}`; nothing else changes what a program asks for.

A rule is silent on what is unknown in a preview, and decides on `up`. What makes a resource safe must therefore be
written down: `no-unknown-flags` refuses a preview in which it is not. No message holds a value of a resource, for a
policy sees secrets in clear.

The rules on pods refuse what Kubernetes's own Pod Security evaluator refuses, and nothing else, for every version since
1.26: `python -m tools.pod_security` asks it, and records its answers about the pods of the tests.

References: FSBP is a control of AWS Security Hub (Foundational Security Best Practices), CIS AWS the AWS Foundations
Benchmark 3.0.0, CIS EKS the EKS Benchmark 1.5.0, CIS Kubernetes the Kubernetes Benchmark 1.8, PSS the Pod Security
Standards, CKV a check of checkov, NIST a control of SP 800-53 Rev. 5, LGPD an article of Brazil's Lei 13.709/2018 that
the rule serves where personal data is held.
"""
COVERED = """# What the packs cover

Written by `python -m tools.policy_reference`; do not edit. `python -m platform_policies coverage` prints the same of
the packs that are installed.

A control is covered where a rule claims it; each rule has cases of what it passes, refuses and cannot know
(`tests/policies/cases/`). It is covered as far as a program shows it: what was made by hand, and what happens over
time, no rule sees. Partly: as the table says. The words are ours, the numbers the frameworks' own: a test holds them
against the checks that Prowler, Turbot and kube-bench have for each, as `python -m tools.policy_controls` reads them
from their sources, and where they have none against the rule of AWS Config that AWS's own page names. Of what is not
covered nothing is said in a run; `scan-coverage` names the types that no rule judges at all.

"""


def coverage() -> str:
    """Return the page of frameworks."""
    return COVERED + page(rule for rule_set in RULE_SETS.values() for rule in rule_set.every)


def reference() -> str:
    """Return the whole page."""
    parts = [HEAD.format(count=sum(len(rule_set.every) for rule_set in RULE_SETS.values()))]
    for pack in RULE_SETS:
        project = yaml.safe_load((ROOT / "policies" / pack / "PulumiPolicy.yaml").read_text(encoding="utf-8"))
        parts.append(f"## Pack `{pack}` {project['version']}\n\n{project['description']}\n")
        parts += [_table(topic, rules) for topic, rules in _topics(pack).items()]
    return "\n".join([*parts, *_calendar(), *_stacks(), *_missed()])


def _topics(pack: str) -> dict[str, tuple[RuleMetadata, ...]]:
    return {**RULE_SETS[pack].topics, "the whole stack": RULE_SETS[pack].stack_rules}


def _table(topic: str, rules: Iterable[RuleMetadata]) -> str:
    lines = [f"### {topic}", "", "| rule | holds | level | what to do | frameworks |", "|---|---|---|---|---|"]
    for rule in rules:
        level = "off" if rule.level == "disabled" else rule.level
        parameters = f"; parameters: `{json.dumps(dict(rule.parameters))}`" if rule.parameters else ""
        cells = (
            f'[`{rule.id}`]({rule.url}) ({rule.severity})<a id="{rule.id}"></a>',
            f"{_judges(rule)}: {rule.sentence}",
            level,
            f"{rule.advice}{parameters}",
            rule.frameworks,
        )
        lines.append(f"| {' | '.join(cells)} |".replace("\n", " "))
    return "\n".join([*lines, ""])


def _judges(rule: RuleMetadata) -> str:
    if isinstance(rule, Rule):
        return rule.judges or _NAMED.get(rule.types) or "`" + rule.types.replace("|", "\\|") + "`"
    return rule.judges if isinstance(rule, StackRule) else ""


def _calendar() -> Iterator[str]:
    yield "## Support\n\n`support-ending` warns 90 days ahead, `support-ended` refuses from the day after.\n"
    yield "| product | version | supported until | patched here until | source |\n|---|---|---|---|---|"
    for product in calendar().values():
        for version, end in product.ends.items():
            yield f"| {product.name} | {version} | {end} | {product.patched_until or ''} | {product.source} |"
    yield ""


def _stacks() -> Iterator[str]:
    yield "## Exceptions, and what is off\n"
    yield "| stack | pack | rule | resource | why | until |\n|---|---|---|---|---|---|"
    owners = {rule.id: pack for pack, rule_set in RULE_SETS.items() for rule in rule_set.every}
    for file in sorted((ROOT / "policies").glob("levels.*.json")):
        stack = file.name.split(".")[1]
        settings = json.loads(file.read_text(encoding="utf-8"))["rules"]
        for one in settings.get("exceptions", []):
            rule, name = one["rule"], one["resource"].rpartition("::")[2]
            yield f"| {stack} | {owners[rule]} | `{rule}` | `{name}` | {one['reason']} | {one['expires']} |"
        for rule, reason in settings.get("off", {}).items():
            yield f"| {stack} | {owners[rule]} | `{rule}` | all | {reason} | |"
    yield ""


def _missed() -> Iterator[str]:
    yield "## What is missed\n"
    yield (
        "tests/policies/faults.py has the faults of AWS that checkov, FSBP and CIS know, control by control, and the "
        "packs find each. "
        "Of checkov's controls over AWS no rule finds these:\n"
    )
    yield "| control | what, and why |\n|---|---|"
    yield from (f"| {control} | {why} |" for control, why in MISSED.items())
    yield "\nand these are about nothing that Pulumi has:\n"
    yield "| control | why |\n|---|---|"
    yield from (f"| {control} | {why} |" for control, why in NONE_OF_PULUMI.items())
    yield "\nWays around a rule that no rule sees stand in tests/policies/evasions.py, each with why.\n"
    faults, found, evasions, caught = OF_KUBERNETES
    yield (
        f"\nOf {faults} faults of Kubernetes objects that the Pod Security Standards, checkov, CIS and kube-score know "
        f"(`tests/policies/programs/kubernetes_faults.py`, control by control) {found} are found, and of {evasions} "
        f"ways around the rules {caught}; not these:\n"
    )
    yield "| known as | what |\n|---|---|"
    yield from (f"| {known_as} | {what} |" for known_as, what in MISSED_OF_KUBERNETES.items())
    yield ""


if __name__ == "__main__":
    for path, text in ((PAGE, reference()), (COVERAGE, coverage())):
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path.name} written\n")
