"""The report as one comment on a pull request: what matters is open, the rest folded, and what is cut is named."""

import re
from collections.abc import Callable, Sequence

from .model import LOUD, NONE, SIGNS, WORDS, Report, StackReport, Verdict, counted, plural
from .rows import Group, Row, groups, tags

MARKER = "<!-- platform-report:v1 -->"
# GitHub takes 65,536 characters in a comment; a run's summary takes 1 MiB in all its steps
COMMENT_CHARACTERS, SUMMARY_CHARACTERS = 60_000, 900_000
_BADGES: dict[Verdict, str] = {"stop": "⛔ STOP", "look": "⚠️ LOOK", "calm": "✅ CALM", "not judged": "❔ NOT JUDGED"}
_ALERTS: dict[Verdict, str] = {"stop": "CAUTION", "look": "WARNING", "calm": "TIP", "not judged": "CAUTION"}
_LONGEST = 160
_HEAD = re.compile(r"<!-- head:([0-9a-f]{7,64}) made:(\S*) -->")

Section = tuple[str, str]


def face(report: Report, budget: int = COMMENT_CHARACTERS) -> str:
    """Return the comment; from its end sections are cut until it fits, and named."""
    fixed = [_top(report), *(_open(each) for each in report.stacks if _worth_opening(each))]
    folded = _judges(report) + [section for make in _FOLDED for each in report.stacks for section in make(each)]
    footer = _footer(report)
    kept, left_out = list(folded), list[str]()
    while kept and len("\n".join([*fixed, *(text for _, text in kept), footer])) + 400 > budget:
        left_out.append(kept.pop()[0])
    cut = (
        [f"\n_Left out here, for want of room: {', '.join(reversed(left_out))}. The whole report has it._"]
        if left_out
        else []
    )
    whole = "\n".join([*fixed, *(text for _, text in kept), *cut, footer])
    return (
        whole
        if len(whole) <= budget
        else whole[: budget - 200].rpartition("\n")[0] + f"\n\n_Cut at {budget:,} characters._\n{footer}"
    )


def head_of(comment: str) -> tuple[str, str]:
    """Return the commit that a comment is about, and when it was made; both empty where it does not say."""
    found = _HEAD.search(comment)
    return (found[1], found[2]) if found else ("", "")


def code(value: str, longest: int = _LONGEST) -> str:
    """Return a value as code that ends where it ends, whatever is in it: no markup, mention or link of its own."""
    if len(value) > longest:
        value = f"{value[: longest - 1]}…"
    value = re.sub(r"\s+", " ", value).strip() or " "
    runs = [len(run) for run in re.findall(r"`+", value)]
    fence = "`" * (max(runs, default=0) + 1)
    space = " " if value.startswith("`") or value.endswith("`") else ""
    # inside of a table a bar ends the cell even in code
    return f"{fence}{space}{value.replace('|', chr(92) + '|')}{space}{fence}"


def prose(text: str) -> str:
    """Return a sentence of ours that holds names of others: nothing in it is markup, a mention, or a link."""
    text = re.sub(r"\s+", " ", text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = re.sub(r"([\\*_\[\]|#~])", r"\\\1", text)
    # a zero-width space keeps a name from being told, a commit or issue from being linked
    return re.sub(r"@(?=\w)", "@\u200b", text).replace("://", ":\u200b//")


def _top(report: Report) -> str:
    lines = [
        f"{MARKER}\n<!-- head:{report.head} made:{report.made_at} -->"
        if re.fullmatch(r"[0-9a-f]{7,64}", report.head)
        else MARKER,
        "### What this change does",
        "",
        "| stack | verdict | data | service | USD a month | time | changes |",
        "|---|---|---|---|---|---|---|",
    ]
    for each in report.stacks:
        name = f"**{prose(each.stack)}**" if each.verdict != "calm" else prose(each.stack)
        words = (each.data.word, each.service.word, each.cost.word, each.time.word, counted(each.changes))
        lines.append(f"| {name} | {_BADGES[each.verdict]} | {' | '.join(map(prose, words))} |")
    return "\n".join(lines)


def _worth_opening(stack: StackReport) -> bool:
    return stack.verdict != "calm" or stack.first


def _open(stack: StackReport) -> str:
    lines = [
        "",
        f"> [!{_ALERTS[stack.verdict]}]",
        f"> **{prose(stack.stack)}: {stack.verdict.upper()}, {prose(stack.why)}.**",
    ]
    answers = (("Data", stack.data), ("Service", stack.service), ("Cost", stack.cost), ("Time", stack.time))
    lines += [f"> {label}: **{prose(each.word)}**, {_ticks(each.text)}  " for label, each in answers]
    lines += [f"> {code(each, 600)}  " for each in stack.diagnostics[:20]]
    for group in groups(stack.changes):
        for row in group.rows:
            if row.one.kind in LOUD:
                lines.append(f"> {_loud(row)}  ")
    lines += [f"> ✖ {prose(each)}  " for each in stack.rules.mandatory[:20]]
    lines += ["", "**To decide**", *(f"- [ ] {_ticks(each)}" for each in stack.decide)] if stack.decide else []
    return "\n".join(lines)


def _loud(row: Row) -> str:
    one = row.one
    title = code(one.name) if len(row.changes) == 1 else f"{len(row.changes)} ({prose(row.names)})"
    source = f" ([source]({one.source}))" if re.fullmatch(r"https://[\w./#?=&%-]+", one.source) else ""
    instead = f". Instead: {prose(one.instead)}" if one.instead else ""
    lost = "" if one.kind == "refused" else f"{WORDS[one.kind].lower()}: "
    return f"{SIGNS[one.kind]} {title} ({prose(one.type)}): {lost}{prose(one.why)}{_because(row)}{instead}.{source}"


def _because(row: Row) -> str:
    """Return which property cannot change in place; a law says so itself."""
    forced = next((each for each in row.properties if each.replaces and row.one.kind != "refused"), None)
    if forced is None:
        return ""
    values = f" {_cell(forced.old)} → {_cell(forced.new)}" if forced.old or forced.new else ""
    return f". Because of {code(forced.path)}{values}"


def _ticks(text: str) -> str:
    """Escape a sentence of ours, whose own words of code stay so."""
    return "`".join(part if index % 2 else prose(part) for index, part in enumerate(text.split("`")))


def _details(summary: str, body: str) -> str:
    return f"\n<details><summary>{summary}</summary>\n\n{body}\n\n</details>"


def _by_component(stack: StackReport) -> list[Section]:
    found, tagged = groups(stack.changes), tags(stack.changes)
    if not found and not tagged:
        return []
    told = [f"{prose(each.component)} {each.summary}" for each in found]
    more = f"; {len(told) - 4} more" if len(told) > 4 else ""  # noqa: PLR2004 # what a line of a summary holds
    summary = f"{prose(stack.stack)}: {'; '.join(told[:4]) or 'tags only'}{more}"
    if stack.first:
        body = "\n".join(f"- {each}" for each in told)
        return [(f"components of {stack.stack}", _details(summary, body))]
    number = sum(each.kind == "tags" for each in stack.changes)
    lines = (
        [f"· {plural(number, 'resource')}: tags only; {', '.join(code(each) for each in tagged[:10])}"]
        if tagged
        else []
    )
    body = "\n\n".join([*(_table(each) for each in found), *lines])
    return [(f"changes by component of {stack.stack}", _details(summary, body))]


def _table(group: Group) -> str:
    lines = [f"**{prose(group.component)}**", "", "| | resource | what | before | after |", "|---|---|---|---|---|"]
    for row in group.rows:
        one = row.one
        name = (
            f"{code(one.name)} {prose(one.type)}"
            if len(row.changes) == 1
            else f"{prose(row.title)}: {prose(row.names)}"
        )
        first = f"| {SIGNS[one.kind]} {WORDS[one.kind]} | {name} |"
        told = [f" {code(each.path)} | {_cell(each.old)} | {_cell(each.new)} |" for each in row.properties] or [
            "  | | |"
        ]
        lines += [f"{first if not index else '| | |'}{text}" for index, text in enumerate(told)]
        if one.effect and one.effect.word != "none":
            lines.append(f"| | | {prose(one.effect.sentence)} | | |")
    return "\n".join(lines)


def _cell(value: str) -> str:
    return "" if not value else value if value == NONE else code(value)


def _besides(stack: StackReport) -> list[Section]:
    money, rules = stack.money, stack.rules
    lines = [f"- Money: {prose(stack.cost.text)}. On demand; nodes that Karpenter adds are not in it."]
    if stack.path:
        lines.append(
            f"- Time: {prose(stack.time.text)}; the path: "
            f"{', '.join(f'{prose(name)} {seconds} s' for name, seconds in stack.path[:8])}."
        )
    lines.append(
        f"- Policies (the target branch's): {plural(len(rules.new), 'new finding')}, {len(rules.gone)} gone; "
        f"{plural(rules.exceptions, 'exception')} in force."
    )
    for label, texts in (
        *(
            ("new", rules.new),
            ("gone", rules.gone),
            ("otherwise", rules.changed),
            ("waived", stack.waived),
            ("not judged", stack.unjudged),
        ),
        *(
            ("not priced", money.unpriced),
            ("roads", stack.roads),
            ("alerts", stack.alerts),
            ("dashboards", stack.dashboards),
        ),
    ):
        lines += [f"- {label}: {prose(each)}" for each in texts[:15]]
        lines += [f"- {label}: {len(texts) - 15} more"] if len(texts) > 15 else []  # noqa: PLR2004 # what is read
    return [] if stack.verdict == "not judged" else [
        (
            f"money, time, policies and alerts of {stack.stack}",
            _details(f"{prose(stack.stack)}: money, time, policies, alerts", "\n".join(lines)),
        )
    ]  # fmt: skip


def _judges(report: Report) -> list[Section]:
    if not report.judges:
        return []
    body = "\n".join(f"- {code(each)}" for each in report.judges[:40])
    return [
        (
            "what changes among the judges",
            _details("This change alters what judges it: it was judged by the target branch's", body),
        )
    ]


def _kubernetes(stack: StackReport) -> list[Section]:
    if not stack.kubernetes:
        return []
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", stack.kubernetes)), default=0))
    body = f"{fence}diff\n{stack.kubernetes}\n{fence}"
    return [
        (
            f"the diff of Kubernetes' objects of {stack.stack}",
            _details(f"{prose(stack.stack)}: Kubernetes' objects, as YAML", body),
        )
    ]


# what is cut first stands last
_FOLDED: Sequence[Callable[[StackReport], list[Section]]] = (_besides, _by_component, _kubernetes)


def _footer(report: Report) -> str:
    ahead = f" {prose(report.base_name)} is {plural(report.ahead, 'commit')} ahead of it." if report.ahead else ""
    link = f" [Whole report]({report.link})." if re.fullmatch(r"https://[\w./#?=&%:-]+", report.link) else ""
    # nothing of it is markup
    plain = [each.stack for each in report.stacks if re.fullmatch(r"[\w.-]+", each.stack)]
    by_hand = " or ".join(f"`{report.again(each)}`" for each in plain if re.fullmatch(r"[\w./-]*", report.program))
    same = f" The same by hand: {by_hand}" if by_hand else ""
    # a real stack's own state has no commit
    against = f"against {prose(report.base_name)} {report.base[:7]} " if report.base else ""
    return (
        f"\n<sub>Judged {against}at {report.head[:7]}, "
        f"{prose(report.made_at)}, {prose(report.judged)}.{ahead}{link}{same}</sub>\n"
    )
