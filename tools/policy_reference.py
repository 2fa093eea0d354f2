"""Writes docs/policies.md from the rules of the packs: `python -m tools.policy_reference`."""

import json
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

from tests.policies.programs.bad import FAULTS

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "policies.md"
PACKS = ("security", "kubernetes", "reliability", "cost")
HEAD = """# Policies

Written by `python -m tools.policy_reference`; do not edit.

{count} rules in four packs. `make preview` and `make up` enforce them all, and so do the checks of a pull request, in
one process: the pack `policies/together` is these four. With the plain CLI:
`pulumi preview --policy-pack policies/cost --policy-pack-config policies/cost/levels.<stack>.json`. A pack needs
nothing else of this repository, so it judges any other Pulumi program just as well; copied elsewhere, its
PulumiPolicy.yaml must name an environment with `pulumi-policy`. `pulumi policy analyze --file state.json` judges a
state without a program, a backend or a login.

## What a stack sets

A pack's `levels.<stack>.json` holds, under `rules`:

- `levels`: a rule's level, `mandatory` or `advisory`, where it is not the one below;
- `off`: rules that are off for the stack, each with the reason;
- `parameters`: values of a rule's parameters;
- `exceptions`: a rule that one resource may break: `rule`, `resource` (`<type>::<name>`, the end of its URN; for a
  version out of support the product and its version as the calendar below has them), `reason`, `owner` and `expires`.
  One that has ended fails the run, whether anything breaks its rule or not;
- `today`: judge as on another day, to see what it will refuse.

The output lists every exception, and every rule that is off. The engine refuses a file that names a rule, a parameter
or a field that does not exist. `fill-tags` of the pack `cost` adds missing tags where a stack sets it to
`{{"enforcementLevel": "remediate", "tags": {{...}}}}`; nothing else changes what a program asks for.

A rule is silent on what is unknown in a preview, and decides on `up`. What makes a resource safe must therefore be
written down: `no-unknown-flags` refuses a preview in which it is not. No message holds a value of a resource, for a
policy sees secrets in clear.

References: FSBP is a control of AWS Security Hub (Foundational Security Best Practices), CIS AWS the AWS Foundations
Benchmark 3.0.0, CIS EKS the EKS Benchmark 1.5.0, PSS the Pod Security Standards, CKV a check of checkov, NIST a control
of SP 800-53 Rev. 5, LGPD an article of Brazil's Lei 13.709/2018 that the rule serves where personal data is held.
"""


def reference() -> str:
    """Give the whole page."""
    count = sum(len(rules) for pack in PACKS for rules in _topics(pack).values())
    parts = [HEAD.format(count=count)]
    for pack in PACKS:
        project = yaml.safe_load((ROOT / "policies" / pack / "PulumiPolicy.yaml").read_text(encoding="utf-8"))
        parts.append(f"## Pack `{pack}` {project['version']}\n\n{project['description']}\n")
        parts += [_table(topic, rules) for topic, rules in _topics(pack).items()]
    return "\n".join([*parts, *_calendar(), *_stacks(), *_missed()])


def _topics(pack: str) -> dict[str, tuple[Any, ...]]:
    module = import_module(f"policies.{pack}.rules")
    return {**module.TOPICS, "the whole stack": module.STACK_RULES}


def _table(topic: str, rules: Iterable[Any]) -> str:
    lines = [f"### {topic}", "", "| rule | holds | level | what to do | frameworks |", "|---|---|---|---|---|"]
    for rule in rules:
        level = "off" if rule.level == "disabled" else rule.level
        parameters = f"; parameters: `{json.dumps(dict(rule.parameters))}`" if rule.parameters else ""
        cells = (
            f"[`{rule.id}`]({rule.url}) ({rule.severity})",
            f"{_judges(rule)}: {rule.sentence}",
            level,
            f"{rule.advice}{parameters}",
            rule.frameworks,
        )
        lines.append(f"| {' | '.join(cells)} |".replace("\n", " "))
    return "\n".join([*lines, ""])


def _judges(rule: Any) -> str:
    judged: str = rule.judges if hasattr(rule, "judges") else "`" + rule.types.replace("|", "\\|") + "`"
    return judged


def _calendar() -> Iterator[str]:
    calendar = import_module("policies.reliability.rules.support").calendar()
    yield "## Support\n\n`support-ending` warns 90 days ahead, `support-ended` refuses from the day after.\n"
    yield "| product | version | supported until | patched here until | source |\n|---|---|---|---|---|"
    for product in calendar.values():
        for version, end in product.ends.items():
            yield f"| {product.name} | {version} | {end} | {product.patched_until or ''} | {product.source} |"
    yield ""


def _stacks() -> Iterator[str]:
    yield "## Exceptions, and what is off\n"
    yield "| stack | pack | rule | resource | why | until |\n|---|---|---|---|---|---|"
    for stack in ("dev", "prod"):
        for pack in PACKS:
            file = ROOT / "policies" / pack / f"levels.{stack}.json"
            settings = json.loads(file.read_text(encoding="utf-8"))["rules"]
            for one in settings.get("exceptions", []):
                name = one["resource"].rpartition("::")[2]
                yield f"| {stack} | {pack} | `{one['rule']}` | `{name}` | {one['reason']} | {one['expires']} |"
            for rule, reason in settings.get("off", {}).items():
                yield f"| {stack} | {pack} | `{rule}` | all | {reason} | |"
    yield ""


def _missed() -> Iterator[str]:
    missed = [fault for fault in FAULTS if fault.missed]
    yield "## What is missed\n"
    yield (
        f"Of {len(FAULTS)} faults in a deliberately bad program (`tests/policies/programs/bad.py`) the packs find "
        f"{len(FAULTS) - len(missed)}. The others:\n"
    )
    yield "| known as | what |\n|---|---|"
    yield from (f"| {fault.known_as} | {fault.missed} |" for fault in missed)
    yield ""


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.name} written\n")
