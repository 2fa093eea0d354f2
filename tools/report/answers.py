"""The four answers, on data, service, cost and time, and the questions that remain."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox import clock
from sandbox.plans import Step

from .classes import holds_data
from .costs import LOOK_SHARE, LOOK_USD
from .model import Answer, Change, Effect, Money, counted, plural

# what people wait for when it is gone; of other things only their readers notice
_SERVES = ("Instance", "Cluster", "ReplicationGroup", "ServerlessCache", "Table", "Queue", "Distribution", "Namespace")
_JUDGES = ("cloudwatch MetricAlarm", "PrometheusRule")
_MINUTE = 60


def of_kind(changes: Sequence[Change], *kinds: str) -> list[Change]:
    """Return the changes of some kinds."""
    return [each for each in changes if each.kind in kinds]


def effects(changes: Sequence[Change], *words: str) -> list[tuple[Change, Effect]]:
    """Return the updates that have such effects."""
    return [(each, each.effect) for each in changes if each.effect and each.effect.word in words]


def span(seconds: tuple[int, int]) -> str:
    """Return `1 to 2 min`, `1 to 10 s`."""
    low, high = seconds
    if high < _MINUTE:
        return f"{low} to {high} s"
    return f"{max(round(low / _MINUTE), 1)} to {round(high / _MINUTE)} min"


def time_of(seconds: int) -> str:
    """Return `40 s`, `12 min`."""
    return f"{round(seconds / _MINUTE)} min" if seconds >= _MINUTE else f"{seconds} s"


def named(changes: Sequence[Change], most: int = 2) -> str:
    """Return some names, and how many more there are."""
    names = [f"{each.type} {each.name}" for each in changes]
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def data(changes: Sequence[Change]) -> Answer:
    """Say whether data, keys or addresses go."""
    lost = of_kind(changes, "lost", "gone")
    held = [each for each in lost if holds_data(each.type)]
    if held:
        more = f"; and of {plural(len(held) - 1, 'more resource')}" if len(held) > 1 else ""
        return Answer(word="LOST", text=f"{held[0].type} {held[0].name}: {held[0].why}{more}", tone="bad")
    if lost:
        would = "" if lost[0].in_place else " would go"
        return Answer(word="kept", text=f"but {named(lost)}{would}: {lost[0].why}", tone="care")
    if uncertain := [each for each in of_kind(changes, "perhaps") if holds_data(each.type)]:
        return Answer(word="perhaps", text=f"{named(uncertain)} may be replaced: only `up` can tell", tone="bad")
    return Answer(word="kept", text="no data, key or address is replaced or deleted", tone="ok")


def service(changes: Sequence[Change]) -> Answer:
    """Say whether somebody notices."""
    if refused := of_kind(changes, "refused"):
        return Answer(
            word="down", text=f"`up` stops half-way: what comes before {named(refused, 1)} is done by then", tone="bad"
        )
    if gone := [each for each in of_kind(changes, "lost", "gone") if each.type.endswith(_SERVES) and not each.in_place]:
        text = f"no {gone[0].type} {gone[0].name} from its deletion until a new one is there and filled again"
        return Answer(word="down", text=text, tone="bad")
    if pausing := effects(changes, "pauses"):
        return Answer(word="pauses", text="; ".join(_pause(each) for _, each in pausing[:2]), tone="care")
    restarting = effects(changes, "restarts", "nodes")
    replaced = of_kind(changes, "replace", "perhaps", "delete")
    one = len(restarting) == 1
    texts = [f"{'one thing restarts' if one else f'{len(restarting)} things restart'} one by one"] if restarting else []
    texts += [counted(replaced)] if replaced else []
    if not texts:
        return Answer(word="keeps", text="nothing restarts", tone="ok")
    return Answer(word="keeps", text=f"no gap is known; {'; '.join(texts)}, see below", tone="ok")


def _pause(effect: Effect) -> str:
    subject = effect.sentence.partition(":")[0]
    when = f", not at `up` but in its window {effect.window}" if effect.window else ""
    return f"{span(effect.pause_seconds)} without {subject}{when}"


def cost(money: Money, full_scale: str, first: bool) -> Answer:
    """Say what it costs in a month."""
    if money.after is None or money.before is None:
        return Answer(word="unknown", text=f"not priced: {'; '.join(money.unpriced)}", tone="care")
    left_out = f"; not priced: {'; '.join(money.unpriced)}" if money.unpriced else ""
    if first:
        dearest = ", ".join(f"{name} {after:,.0f}" for name, (_, after) in list(money.items.items())[:3])
        return Answer(word=f"{money.after:,.0f} USD", text=f"a month: {dearest}, …{left_out}", tone="plain")
    difference = money.after - money.before
    if not worth_a_look(money) and abs(difference) < 1:
        more = f"; at full scale {full_scale}" if full_scale else ""
        word, tone = ("at rest 0", "care") if full_scale else ("same", "care" if money.unpriced else "ok")
        return Answer(word=word, text=f"{money.after:,.0f} USD a month{more}{left_out}", tone=tone)
    moved = [
        f"{name} {before:,.0f} → {after:,.0f}"
        for name, (before, after) in money.items.items()
        if abs(after - before) >= 1
    ]
    text = f"a month: {money.before:,.0f} → {money.after:,.0f}; {', '.join(moved[:3])}{left_out}"
    tone = "care" if worth_a_look(money) or money.unpriced else "plain"
    return Answer(word=f"{difference:+,.0f} USD", text=text, tone=tone)


def worth_a_look(money: Money) -> bool:
    """Return whether the difference is one that somebody must want."""
    if money.before is None or money.after is None:
        return False
    difference = abs(money.after - money.before)
    return difference >= LOOK_USD or bool(money.before and difference / money.before >= LOOK_SHARE)


def schedule(
    changes: Sequence[Change], steps: Sequence[Step], resources: Sequence[Mapping[str, Any]]
) -> clock.Schedule:
    """Return how long `up` takes, in the order that the state's resources demand."""
    known = {str(each["urn"]): each for each in resources}
    by_urn = {step.urn: step for step in steps}
    for step in steps:
        if step.urn not in known:  # what is new waits for its parent: what else it comes from, a plan does not tell
            known[step.urn] = {"urn": step.urn, "type": step.type, "custom": step.custom, "parent": step.parent}
    takes = {
        each.urn: _seconds(each, {**known[each.urn], "inputs": by_urn[each.urn].after or by_urn[each.urn].before})
        for each in changes
        if each.urn in by_urn and by_urn[each.urn].custom
    }
    return clock.of_changes(known.values(), takes)


def _seconds(change: Change, resource: Mapping[str, Any]) -> int:
    typical = clock.typical(resource)
    if change.kind == "create":
        return typical.create_seconds
    if change.kind == "delete":
        return typical.delete_seconds
    if change.kind in ("replace", "lost", "gone", "refused", "perhaps"):
        return typical.create_seconds + typical.delete_seconds
    return change.effect.seconds if change.effect else 1


def time(changes: Sequence[Change], path: Sequence[tuple[str, int]], total_seconds: int, *, ordered: bool) -> Answer:
    """Say how long `up` takes, and what takes longest; without what comes from what it is the least that it can be."""
    if of_kind(changes, "refused"):
        return Answer(word="never", text="it does not finish", tone="bad")
    if not changes:
        return Answer(word="0 min", text="there is nothing to do", tone="ok")
    slow = sorted((each for each in path if each[1] >= _MINUTE), key=lambda each: -each[1])[:3]
    told = [f"{name} {time_of(seconds)}" for name, seconds in slow] + ["the rest in seconds"]
    later = max((each.later_seconds for _, each in effects(changes, "pauses", "nodes")), default=0)
    after = [f"some {time_of(later)} more in the window"] if later else []
    least = "" if ordered else "≥ "
    return Answer(word=f"{least}{time_of(total_seconds)}", text=", ".join([*told, *after]), tone="plain")


def decide(changes: Sequence[Change], money: Money, full_scale: str, mandatory: int, first: bool) -> list[str]:
    """Return the questions that somebody must answer, the worst first."""
    asked = [f"Do not merge: {way}" for way in _different(of_kind(changes, "refused"))]
    if of_kind(changes, "lost", "gone"):
        asked.append("Do not merge, or give a waiver with owner and day (guard:waivers)")
    if mandatory:
        asked.append(f"Mend {plural(mandatory, 'finding')} of the policies, or give an exception with owner and day")
    if uncertain := of_kind(changes, "perhaps"):
        asked.append(f"{len(uncertain)} may be replaced: it hangs on what is known only during `up`")
    for change, effect in effects(changes, "pauses"):
        if effect.window:
            judges = sum(each.type in _JUDGES for each in of_kind(changes, "update"))
            sets = f" Until then {plural(judges, 'set')} of alarms judge the old one by the new limits"
            until = sets if judges else ""
            asked.append(f"Wait for {effect.window.partition(' ')[0]}?{until}")
        else:
            asked.append(f"May {change.name} pause now, for {span(effect.pause_seconds)}?")
    if effects(changes, "nodes"):
        asked.append("May nodes be replaced now, in working hours?")
    if first:
        return asked
    if worth_a_look(money) and money.before is not None and money.after is not None:
        asked.append(f"Is {money.after - money.before:+,.0f} USD a month wanted?")
    if full_scale:
        asked.append(
            f"{full_scale.partition(' (')[0].replace('up', 'Up', 1)} at full scale: is the budget's alarm to follow?"
        )
    if unknown := effects(changes, "unjudged"):
        asked.append(f"What does this do to {named([change for change, _ in unknown])}? Nothing here can tell")
    return asked


def _different(changes: Sequence[Change]) -> list[str]:
    return [each for each, _ in Counter(change.instead for change in changes).most_common(2)]
