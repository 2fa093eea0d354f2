"""The report as one static page: no script, no other file, light and dark, wide and narrow."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape as html
from pathlib import Path

from .model import (
    KINDS,
    LOUD,
    SIGNS,
    VERDICT_SIGNS,
    WORDS,
    Answer,
    Change,
    Money,
    Property,
    Report,
    StackReport,
    counted,
    plural,
)
from .rows import Group, Row, groups, tags

# so many changes are shown without a click
_OPEN = 12
_QUESTIONS = ("Is data lost?", "Is it interrupted?", "What does it cost?", "How long does it take?")
_SAID = {
    **{"kept": "No", "LOST": "Yes", "perhaps": "Perhaps", "unknown": "Unknown", "keeps": "No"},
    **{
        "pauses": "Yes, briefly",
        "down": "Yes",
        "same": "The same",
        "never": "Never done",
        "at rest 0": "At rest the same",
    },
}
_TONES = {"bad": "bad", "care": "care", "ok": "ok", "plain": ""}


def face(report: Report) -> str:
    """Return the page."""
    title = "; ".join(f"{each.verdict.upper()}: {each.stack}, {each.why}" for each in report.stacks)
    stacks = "".join(_stack(each, alone=len(report.stacks) == 1) for each in report.stacks)
    ahead = f"; {report.base_name} is {plural(report.ahead, 'commit')} ahead of it" if report.ahead else ""
    judges = _section("What changes among the judges", _list(report.judges)) if report.judges else ""
    by_hand = " or ".join(f"<code>{html(report.again(each.stack))}</code>" for each in report.stacks)
    style = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
    return (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<meta name=viewport content='width=device-width,initial-scale=1'><title>{html(title[:200])}</title>"
        f"<style>{style}</style><main><header><b>What this change does</b>"
        f"<span>{html(f'{report.base_name} {report.commits}' if report.base else report.head[:7])}{html(ahead)}</span>"
        f"<span>{html(report.made_at)}</span><span>judged {html(report.judged)}</span></header>{stacks}{judges}"
        "<footer>Prices are those on demand, and what Karpenter adds is not in them. Times are typical ones, not "
        f"promises. The same on the terminal: {by_hand}.</footer></main></html>\n"
    )


def _stack(stack: StackReport, *, alone: bool) -> str:
    style = stack.verdict.replace(" ", "")
    heading = "" if alone else f"<h2 class=stack>{html(stack.stack)}</h2>"
    of = (
        ""
        if stack.diagnostics
        else f"<p>{len(stack.changes)} of {stack.total} resources: {counted(stack.changes)}.</p>"
    )
    answers = zip(_QUESTIONS, (stack.data, stack.service, stack.cost, stack.time), strict=True)
    return "".join(
        [
            heading,
            f"<section class='verdict {style}'><h1>{VERDICT_SIGNS[stack.verdict]} {stack.verdict.upper()}: "
            f"{html(stack.stack)}, {html(stack.why)}</h1>{of}</section>",
            f"<dl class=answers>{''.join(_answer(question, answer) for question, answer in answers)}</dl>",
            _section("Why nothing was judged", "".join(f"<pre>{html(each)}</pre>" for each in stack.diagnostics)),
            _section("To decide", _questions(stack)),
            _section("What would be lost or refused", _loud(stack)),
            _section("What the policies refuse", _list(stack.rules.mandatory)),
            _section("Changes by component", _components(stack)),
            _section("Money, a month", _bars(stack.money)),
            _section("Time", _list([f"{name}: {seconds} s" for name, seconds in stack.path[:12]])),
            _section("Rules", _rules(stack)),
            _section("Roads", _list(stack.roads)),
            _section("Alerts and dashboards", _list([*stack.alerts, *stack.dashboards])),
            _section("Kubernetes", _kubernetes(stack)),
        ]
    )  # fmt: skip


def _section(title: str, body: str) -> str:
    return f"<h2>{html(title)}</h2>{body}" if body else ""


def _questions(stack: StackReport) -> str:
    asked = "".join(f"<li>{_ticks(each)}" for each in stack.decide)
    return f"<ol>{asked}</ol>" if asked else "<p>Nothing.</p>"


def _kubernetes(stack: StackReport) -> str:
    if not stack.kubernetes:
        return ""
    return f"<details><summary><b>The objects, as YAML</b></summary><pre>{html(stack.kubernetes)}</pre></details>"


def _list(texts: Iterable[str]) -> str:
    items = "".join(f"<li>{html(each)}" for each in texts)
    return f"<ul>{items}</ul>" if items else ""


def _ticks(text: str) -> str:
    parts = (f"<code>{html(part)}</code>" if index % 2 else html(part) for index, part in enumerate(text.split("`")))
    return "".join(parts)


def _answer(question: str, answer: Answer) -> str:
    word = _SAID.get(answer.word, answer.word)
    return (
        f"<div class='{_TONES[answer.tone]}'><dt>{question}</dt><dd class=big>{html(word)}</dd>"
        f"<dd class=t>{_ticks(answer.text)}</dd></div>"
    )


def _loud(stack: StackReport) -> str:
    told = [row for group in groups(stack.changes) for row in group.rows if row.one.kind in LOUD]
    return f"<div class=law>{''.join(map(_law, told))}</div>" if told else ""


def _law(row: Row) -> str:
    one = row.one
    source = f" <a href='{html(one.source)}' rel=noreferrer>Source</a>" if one.source.startswith("https://") else ""
    instead = f"<br><span>Instead: {_ticks(one.instead)}.{source}</span>" if one.instead else source
    names = f" <span>{html(row.names)}</span>" if row.names else ""
    lost = "" if one.kind == "refused" else f"{WORDS[one.kind].lower()}: "
    title = f"{SIGNS[one.kind]} <b>{html(row.title)}</b> <span>{html(one.type)}</span>{names}"
    return f"<p>{title}<br>{lost}{_ticks(one.why)}{_because(row)}{instead}</p>"


def _because(row: Row) -> str:
    """Return which property cannot change in place; a law says so itself."""
    forced = next((each for each in row.properties if each.replaces and row.one.kind != "refused"), None)
    return f"<br><span>Because of</span> {_property(forced).replace('class=p', 'class=because', 1)}" if forced else ""


def _components(stack: StackReport) -> str:
    found, tagged = groups(stack.changes), tags(stack.changes)
    is_open = " open" if len(stack.changes) - sum(each.kind == "tags" for each in stack.changes) <= _OPEN else ""
    number = sum(each.kind == "tags" for each in stack.changes)
    line = f"<p>· {plural(number, 'resource')}: tags only. {html('; '.join(tagged[:10]))}</p>" if tagged else ""
    return "".join(_component(group, is_open) for group in found) + line


def _component(group: Group, is_open: str) -> str:
    kind, _, name = group.component.partition(" ")
    return (
        f"<details{is_open}><summary><b>{html(kind)} <code>{html(name)}</code></b>"
        f"{''.join(_counts(group.changes))}</summary>"
        f"<table>{''.join(map(_row, group.rows))}</table></details>"
    )


def _counts(changes: Sequence[Change]) -> Iterator[str]:
    for kind in KINDS:
        if number := sum(each.kind == kind for each in changes):
            hot = " class=hot" if kind in LOUD else ""
            yield f"<span{hot}>{number} {WORDS[kind]}</span>"


def _row(row: Row) -> str:
    one = row.one
    told = "".join(map(_property, row.properties)) + (f"<span class=p>{html(one.why)}</span>" if one.why else "")
    if one.effect and one.effect.word != "none":
        told += f"<span class='p effect'>{html(one.effect.sentence)}</span>"
    small = f"{html(one.type)}{': ' + html(row.names) if row.names else ''}"
    return (
        f"<tr><td class='op o-{one.kind}'>{SIGNS[one.kind]} {WORDS[one.kind]}<td class=res>{html(row.title)}"
        f"<small>{small}</small><td>{told}"
    )


def _property(one: Property) -> str:
    if not one.old and not one.new:
        return f"<span class=p><i>{html(one.path)}</i></span>"
    return (
        f"<span class=p><i>{html(one.path)}</i><code class=old>{html(one.old)}</code> → "
        f"<code class=new>{html(one.new)}</code></span>"
    )


def _bars(money: Money) -> str:
    rows = [(name, before, after) for name, (before, after) in money.items.items() if max(before, after) >= 1]
    most = max((max(before, after) for _, before, after in rows), default=0)
    bars = "".join(_bar(*row, most) for row in sorted(rows, key=lambda row: (-abs(row[2] - row[1]), -row[2]))[:8])
    left_out = "".join(f"<p>Not priced: {html(each)}</p>" for each in money.unpriced)
    return (f"<div class=bars>{bars}</div>" if bars else "") + left_out


def _bar(name: str, before: float, after: float, most: float) -> str:
    low, high = (100 * each / most for each in sorted((before, after)))
    told = f"{after:,.0f} USD" if abs(after - before) < 1 else f"{before:,.0f} → {after:,.0f} USD"
    return (
        f"<div class=bar><span>{html(name)}</span><div style='--a:{low:.1f}%;--b:{high:.1f}%' aria-hidden=true></div>"
        f"<em>{told}</em></div>"
    )


def _rules(stack: StackReport) -> str:
    rules = stack.rules
    if stack.diagnostics:
        return ""
    said = (
        f"<p>Policies of the target branch: {plural(len(rules.new), 'new finding')}, {len(rules.gone)} gone; "
        f"{plural(rules.exceptions, 'exception')} in force.</p>"
    )
    return said + _list(
        [
            *(f"new: {each}" for each in rules.new),
            *(f"gone: {each}" for each in rules.gone),
            *(f"otherwise: {each}" for each in rules.changed),
            *stack.waived,
            *stack.unjudged,
        ]
    )
