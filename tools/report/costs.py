"""What a change costs in a month: the stack's price before and after, and what more it may be at full scale."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.plans import Step
from tools import prices
from tools.costs import HOURS, USAGE, Estimate, estimate

from ..masking import masked
from .model import Change, Money, plural

# from here on a difference is worth a look: USD a month, and of the whole
LOOK_USD, LOOK_SHARE = 50.0, 0.05
_QUOTA = "ResourceQuota"
_GROUP = "aws:eks/nodeGroup:NodeGroup"


def environment(config: Mapping[str, Any]) -> str:
    """Return the environment that a plan's configuration names; empty where it names none that has prices."""
    named = next((str(value) for key, value in config.items() if key.endswith(":environment")), "")
    return named if named in USAGE else ""


def money(config: Mapping[str, Any], steps: Sequence[Step]) -> Money:
    """Return the prices before and after; what has none is named, and the sum is without it."""
    before, wrong = _estimated(environment(config), [(step.type, step.before) for step in steps if step.stands])
    after, also = _estimated(
        environment(config), [(step.type, step.after) for step in steps if step.operation != "delete"]
    )
    unpriced = [each for each in dict.fromkeys((*also, *wrong)) if each]
    if after is None or before is None:
        return Money(before=before and before.total, after=after and after.total, items={}, unpriced=unpriced)
    names = [*after.costs, *(name for name in before.costs if name not in after.costs)]
    items = {name: (before.costs.get(name, 0.0), after.costs.get(name, 0.0)) for name in names}
    return Money(before=before.total, after=after.total, items=items, unpriced=unpriced)


def _estimated(of: str, resources: Sequence[tuple[str, Mapping[str, Any]]]) -> tuple[Estimate | None, list[str]]:
    if not of:
        return None, ["the stack: its configuration names no environment that has prices"]
    if not any(token.startswith(("aws:", "kubernetes:")) for token, _ in resources):
        return Estimate({}, (), USAGE[of]), []
    try:
        # by their URNs, as tools.costs has them
        told = estimate(of, resources)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        return None, [f"the stack: {masked(str(error))} has no price here"]
    return told, list(told.left_out)


def at_full_scale(changes: Sequence[Change], steps: Sequence[Step]) -> str:
    """Return what more a raised quota allows, in USD a month and nodes; empty where none is raised."""
    grown = sum(
        _cpus(each.new) - _cpus(each.old)
        for change in changes
        if change.type == _QUOTA and change.kind == "update"
        for each in change.properties
        if each.path.endswith("requests.cpu")
    )
    types = [(step.after.get("instanceTypes") or [""])[0] for step in steps if step.type == _GROUP and step.after]
    known = [each for each in types if each in prices.INSTANCES]
    if grown <= 0 or not known:
        return ""
    largest = max(known, key=prices.INSTANCES.__getitem__)
    nodes = math.ceil(grown / _vcpus(largest))
    monthly = nodes * prices.INSTANCES[largest] * HOURS
    return f"up to {monthly:,.0f} USD a month more ({plural(nodes, 'node')}, for {grown:g} CPUs more in the quota)"


def _cpus(text: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(m?)", text)
    return float(found[1]) / (1000 if found[2] else 1) if found else 0.0


def _vcpus(instance_type: str) -> int:
    """Return the vCPUs of a size: docs.aws.amazon.com/ec2/latest/instancetypes/gp.html."""
    size = instance_type.partition(".")[2]
    found = re.fullmatch(r"(\d*)xlarge", size)
    return 4 * int(found[1] or 1) if found else 2
