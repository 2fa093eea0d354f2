"""Makes a stack's report of a plan: a pure function over what the engine said."""

import difflib
import re
from collections.abc import Sequence

import yaml
from platform_policies.sarif import SAID

from sandbox.plans import Finding, Inputs, Plan, PlanError, Step
from sandbox.wire import UNKNOWN

from ..masking import in_text, masked
from . import answers
from .classes import Judged, changes
from .costs import at_full_scale, money
from .model import KNOWN_AFTER, Answer, Change, Money, Rules, StackReport, Verdict, plural
from .refusals import unexplained

# policies/kit/exceptions.py writes it
_EXCEPTIONS = re.compile(r"^exceptions: (\d+) in force")
_POLICY = "NetworkPolicy"
_ROADS = ("SecurityGroupIngressRule", "SecurityGroupEgressRule", _POLICY)
_RULES, _ALARM = "PrometheusRule", "cloudwatch MetricAlarm"
_DASHBOARD = "grafana_dashboard"
_MOST_DIFF = 300_000


def report(judged: Judged, before: Sequence[Finding] = (), mandatory: Sequence[Finding] = ()) -> StackReport:
    """Return what a plan does; `before` is what policies say of the base, `mandatory` what they refuse.

    A plan that is none, or not whole, is not judged.
    """
    try:
        if wrong := _why_not(judged.plan):
            return not_judged(judged.stack, wrong)
        listed, waived, standing = changes(judged)
    except PlanError as error:
        return not_judged(judged.stack, [str(error)])
    steps = judged.steps
    first = not any(step.stands for step in steps)
    bill = money(judged.plan.config, steps)
    full_scale = "" if first else at_full_scale(listed, steps)
    schedule = answers.schedule(listed, steps, judged.resources)
    path = [(urn.rpartition("::")[2], seconds) for urn, seconds in schedule.path]
    rules = _rules(before, judged.plan.findings, mandatory)
    verdict, why = _verdict(listed, bill, full_scale, rules, waived, first)
    return StackReport(
        stack=judged.stack,
        verdict=verdict,
        why=why,
        first=first,
        total=sum(step.operation != "delete" for step in steps),
        data=answers.data(listed),
        service=answers.service(listed),
        cost=answers.cost(bill, full_scale, first),
        time=answers.time(listed, path, schedule.total_seconds, ordered=bool(judged.resources)),
        decide=answers.decide(listed, bill, full_scale, len(rules.mandatory), first),
        changes=listed,
        money=bill,
        path=path,
        rules=rules,
        roads=_roads(listed),
        alerts=_alerts(listed),
        dashboards=_dashboards(steps),
        kubernetes="" if first else _kubernetes(steps),
        waived=[*waived, *standing],
        unjudged=[
            f"{each.type} {each.name}: {effect.sentence}" for each, effect in answers.effects(listed, "unjudged")
        ],
    )


def not_judged(stack: str, wrong: Sequence[str]) -> StackReport:
    """Return the report of what could not be judged, and why."""
    unknown = Answer(word="unknown", text="nothing was judged", tone="bad")
    said = [in_text(each) for each in dict.fromkeys(wrong)]
    return StackReport(
        stack=stack,
        verdict="not judged",
        why=said[0].splitlines()[0][:200] if said else "there is no plan",
        data=unknown,
        service=unknown,
        cost=unknown,
        time=unknown,
        decide=["Mend what stands below: until then nobody knows what this change does"],
        money=Money(before=None, after=None, items={}),
        diagnostics=[each[:4000] for each in said],
    )


def _why_not(plan: Plan) -> list[str]:
    if not plan.steps:
        return list(plan.errors) or ["the plan is empty: it names no resource, not even the stack"]
    broken = [each.message for each in plan.findings if each.mandatory]
    # of a plan that was made whole without them they are told beside what it does
    refused = [f"the policies refuse it: {plural(len(broken), 'finding')}", *broken] if broken and plan.errors else []
    return unexplained(plan) or refused or list(plan.errors)


def _verdict(
    listed: Sequence[Change], bill: Money, full_scale: str, rules: Rules, waived: Sequence[str], first: bool
) -> tuple[Verdict, str]:
    if answers.of_kind(listed, "refused"):
        return "stop", "AWS would refuse it half-way"
    if answers.of_kind(listed, "lost", "gone"):
        data = answers.data(listed)
        return "stop", "data would be lost" if data.word == "LOST" else "what others stand on would be lost"
    if rules.mandatory:
        return "stop", f"the policies refuse it: {plural(len(rules.mandatory), 'finding')}"
    if first:
        return "calm", "nothing stands yet: this is the first deployment"
    reasons = [
        *(f"the {effect.sentence.partition(':')[0]} pauses {answers.span(effect.pause_seconds)}{_on(effect.window)}"
          for _, effect in answers.effects(listed, "pauses")),
        *(["nodes are replaced"] if answers.effects(listed, "nodes") else []),
        *(waived[:1]),
        *(["something may be replaced"] if answers.of_kind(listed, "perhaps") else []),
        *(["something is replaced"] if answers.of_kind(listed, "replace") else []),
        *(["something is deleted"] if answers.of_kind(listed, "delete") else []),
        *(["pods restart"] if answers.effects(listed, "restarts") else []),
        *(["an update that nothing here can judge"] if answers.effects(listed, "unjudged") else []),
        *(["the bill changes"] if answers.worth_a_look(bill) else []),
        *(["it may cost more at full scale"] if full_scale else []),
        *(["not all of it has a price"] if bill.unpriced else []),
    ]  # fmt: skip
    if reasons:
        return "look", reasons[0]
    return "calm", "nothing that anybody notices" if listed else "nothing changes"


def _on(window: str) -> str:
    return f", on {window.partition(' ')[0]}" if window.endswith("UTC") else ", in its window" if window else ""


def _rules(before: Sequence[Finding], after: Sequence[Finding], mandatory: Sequence[Finding]) -> Rules:
    old, new = _said(before), _said(after)
    return Rules(
        new=[text for subject, text in new.items() if subject not in old],
        gone=[text for subject, text in old.items() if subject not in new],
        changed=[text for subject, text in new.items() if subject in old and old[subject] != text],
        exceptions=sum(int(found[1]) for each in after if (found := _EXCEPTIONS.match(each.message))),
        mandatory=list(_said(mandatory).values()),
    )


def _said(findings: Sequence[Finding]) -> dict[tuple[str, str], str]:
    """Return what is said, by its subject: a resource and the words, or the stack and a rule, which counts."""
    told = dict[tuple[str, str], str]()
    for each in findings:
        of_stack = not each.urn or "::pulumi:pulumi:Stack::" in each.urn
        named = SAID.match(each.message)
        # `exceptions: 2 in force, ...`, `exceptions: 1 not needed, ...`, `off: 3 rules (...)`
        rule = named["rule"] if named else " ".join(re.sub(r"\d+", "#", each.message).split()[:3])
        name = each.urn.rpartition("::")[2]
        text = in_text(f"{name}: {each.message}" if name else each.message)
        told[each.urn, rule if of_stack else text] = text
    return told


def _roads(listed: Sequence[Change]) -> list[str]:
    does = {"create": "opens", "delete": "closes", "update": "changes", "replace": "is made anew"}
    # one that lets nobody in closes
    of_policies = {**does, "create": "is made", "delete": "goes"}
    return [
        f"{(of_policies if each.type == _POLICY else does)[each.kind]}: {each.type} {each.name}"
        for each in listed
        if each.type.endswith(_ROADS) and each.kind in does
    ]


def _alerts(listed: Sequence[Change]) -> list[str]:
    return [
        f"{each.name + ' ' if each.type == _ALARM else ''}{one.path}: {one.old} → {one.new}"
        for each in listed
        if each.type in (_RULES, _ALARM) and each.kind == "update"
        for one in each.properties
    ] + [f"{each.name}: {each.kind}d" for each in listed if each.type == _ALARM and each.kind in ("create", "delete")]


def _dashboards(steps: Sequence[Step]) -> list[str]:
    return [
        f"{step.name}: {step.operation}d"
        for step in steps
        if step.operation in ("create", "update", "delete", "replace")
        and _DASHBOARD in ((step.after or step.before).get("metadata") or {}).get("labels", {})
    ]


def _kubernetes(steps: Sequence[Step]) -> str:
    """Return what changes in the objects, as a diff of their YAML, without what is alike around it."""
    parts = list[str]()
    for step in sorted(steps, key=lambda each: each.name):
        if step.type.startswith("kubernetes:") and step.operation in ("create", "update", "delete", "replace"):
            old, new = (_yaml(side) for side in (step.before, step.after))
            parts += difflib.unified_diff(old, new, f"{step.name} now", f"{step.name} then", n=2, lineterm="")
    text = "\n".join(parts)
    if len(text) <= _MOST_DIFF:
        return text
    kept = text[:_MOST_DIFF].rpartition("\n")[0]
    return f"{kept}\n… {text.count(chr(10)) - kept.count(chr(10)):,} more lines"


def _yaml(inputs: Inputs) -> list[str]:
    shown = masked({key: value for key, value in inputs.items() if not key.startswith("__")})
    written = yaml.safe_dump(shown, sort_keys=True, width=110, allow_unicode=True) if shown else ""
    return str(written).replace(UNKNOWN, KNOWN_AFTER).splitlines()
