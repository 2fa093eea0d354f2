"""Writes docs/policies.md from the rules of the packs: `python -m tools.policy_reference`."""

import sys
from collections.abc import Iterable
from pathlib import Path

from policies.security.rules import STACK_RULES, TOPICS

PAGE = Path(__file__).parents[1] / "docs" / "policies.md"
HEAD = """# Policies

Written by `python -m tools.policy_reference`; do not edit.

The pack `security` is enforced by `make preview` and `make up`, and by the checks of a pull request. With the plain
CLI: `pulumi preview --policy-pack policies/security --policy-pack-config policies/security/levels.<stack>.json`. It
needs nothing else of this repository, so it judges any other Pulumi program just as well.

A violation names its rule. To leave a rule out for a stack, list it in the levels file of that stack under the policy
it belongs to: `{{"all": "mandatory", "database": {{"exempt": ["rds-kms"]}}}}`.

In a preview a value may be unknown. Rules on what a program writes down (a flag, a range of addresses, a TLS version)
refuse an unknown; rules on what only exists after `up` (a key's ARN, a computed document) wait for `up`.

{count} rules:
"""


def reference() -> str:
    """Give the whole page."""
    tables = {
        topic: [(r.id, r.severity, _types(r.types), r.advice, r.source) for r in TOPICS[topic]] for topic in TOPICS
    }
    tables["stack"] = [(r.id, r.severity, "the whole stack", r.advice, r.source) for r in STACK_RULES]
    return "\n".join(
        [HEAD.format(count=sum(map(len, tables.values()))), *(_table(topic, rows) for topic, rows in tables.items())]
    )


def _table(topic: str, rows: Iterable[tuple[str, ...]]) -> str:
    lines = [f"## {topic}", "", "| rule | severity | judges | what to do | after |", "|---|---|---|---|---|"]
    for rule_id, *cells in rows:
        lines.append(f"| {' | '.join([f'`{rule_id}`', *cells])} |")
    return "\n".join([*lines, ""])


def _types(pattern: str) -> str:
    return "`" + pattern.replace("|", "\\|") + "`"


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.name} written\n")
