"""The report on a terminal: at most 24 lines, the worst first."""

import os
import textwrap
from collections.abc import Iterator
from typing import TextIO

from .model import LOUD, SIGNS, VERDICT_SIGNS, Answer, Property, Report, StackReport, counted, plural
from .rows import Group, Row, groups, tags

LINES = 24
_ANSWER, _WORD, _WIDE = 11, 12, 110
# so many lines are kept for what changes
_BODY = 6
_COLOURS = {
    "stop": "31;1",
    "not judged": "31;1",
    "look": "33;1",
    "calm": "32;1",
    "bad": "31;1",
    "care": "33;1",
    "ok": "32",
}


def coloured(stream: TextIO) -> bool:
    """Return whether a stream is a terminal that wants colours (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def face(report: Report, width: int = 80, *, colour: bool = False, full: bool = False) -> str:
    """Return the report, each stack in at most 24 lines unless all of it is asked for."""
    return "\n\n".join("\n".join(_Page(report, each, width, colour).lines(full)) for each in report.stacks) + "\n"


def short(report: Report, width: int = 80, *, colour: bool = False) -> str:
    """Return the short form that a preview ends with: a dozen lines."""
    (stack,) = report.stacks
    return "\n".join(_Page(report, stack, width, colour).short()) + "\n"


class _Page:
    def __init__(self, report: Report, stack: StackReport, width: int, colour: bool) -> None:
        self.report, self.stack, self.width, self.colour = report, stack, width, colour

    def lines(self, full: bool) -> list[str]:
        head, tail = [*self._head(), *self._decide(), ""], self._tail()
        room = 10_000 if full else LINES - len(head) - len(tail)
        if room < _BODY:  # questions without end: what is lost must still be seen
            asked = self._decide(LINES - len(self._head()) - len(tail) - _BODY - 2)
            head = [*self._head(), *asked, ""]
            room = LINES - len(head) - len(tail)
        body = list(self._body(room))
        if len(body) > room:
            body = [*body[: room - 1], f"    …                         {len(body) - room + 1} more lines; see --full"]
        return [*head, *body, *tail]

    def short(self) -> list[str]:
        if self.stack.diagnostics:  # why is all that there is to say
            return self._said()
        told = "; ".join(f"{each.component} {each.summary}" for each in groups(self.stack.changes))
        label, indent = f"  {'In':<{_ANSWER - 2}}", " " * _ANSWER
        named = textwrap.wrap(told, self.width - _ANSWER, max_lines=2, placeholder=" …")
        lines = [f"{indent if number else label}{line}" for number, line in enumerate(named)]
        following = self._next("", "against what main has")
        return [*self._head(), *self._decide(3), *(["", *lines] if lines else []), following]

    def _next(self, option: str, hint: str) -> str:
        """Return what to run next: whole, however narrow the terminal, for it is copied."""
        line = f"  {'Next':<{_ANSWER - 2}}{self.report.again(self.stack.stack)}{option}"
        return f"{line} ({hint})" if len(line) + len(hint) + 3 <= self.width else line

    def _said(self) -> list[str]:
        """Return the title, and what is wrong where that says more."""
        title, told = self._title(), "\n".join(self.stack.diagnostics)
        return [title] if title.endswith(told) else [title, "", *self._wrapped("  ", told, 12)]

    def _title(self) -> str:
        stack = self.stack
        sign = f"{VERDICT_SIGNS[stack.verdict]} {stack.verdict.upper()}"
        commits = self.report.commits
        title = _cut(f"{stack.stack}: {stack.why}", self.width - len(sign) - 2 - (len(commits) + 2 if commits else 0))
        gap = " " * max(self.width - len(sign) - 2 - len(title) - len(commits), 2)
        return f"{self._paint(sign, stack.verdict)}  {title}{gap if commits else ''}{commits}"

    def _head(self) -> list[str]:
        stack = self.stack
        lines = [self._title()]
        if stack.diagnostics:
            lines += ["", *self._wrapped("  ", "\n".join(stack.diagnostics), 12)]
        else:
            lines += self._wrapped(
                "  ", f"{len(stack.changes)} of {stack.total} resources: {counted(stack.changes)}", 2
            )
        lines.append("")
        for label, answer in (
            ("Data", stack.data),
            ("Service", stack.service),
            ("Cost", stack.cost),
            ("Time", stack.time),
        ):
            lines += self._answer(label, answer)
        return lines

    def _answer(self, label: str, answer: Answer) -> list[str]:
        indent = _ANSWER + _WORD
        wrapped = textwrap.wrap(answer.text.replace("`", ""), self.width - indent, max_lines=2, placeholder=" …") or [
            ""
        ]
        word = self._paint(f"{_cut(answer.word, _WORD - 1):<{_WORD}}", answer.tone)
        return [f"  {label:<{_ANSWER - 2}}{word}{wrapped[0]}", *(" " * indent + line for line in wrapped[1:])]

    def _decide(self, most: int = LINES) -> list[str]:
        """Return the questions, as many as have room whole; one of them always."""
        indent, lines = _ANSWER + _WORD, list[str]()
        for number, question in enumerate(self.stack.decide, 1):
            first, *rest = textwrap.wrap(question.replace("`", ""), self.width - indent)
            own = [f"  {'Decide' if number == 1 else '':<{_ANSWER - 2}}{number:<{_WORD}}{first}"]
            own += [" " * indent + line for line in rest]
            if lines and len(lines) + len(own) > most:
                return [*lines, f"{'':<{_ANSWER}}… {len(self.stack.decide) - number + 1} more; see --full"]
            lines += own
        return lines or [f"  {'Decide':<{_ANSWER - 2}}nothing"]

    def _tail(self) -> list[str]:
        if self.stack.diagnostics:  # that is mended first
            return []
        rules = self.stack.rules
        said = f"{len(rules.new)} new" if rules.new else "no new finding"
        said += f", {len(rules.gone)} gone" if rules.gone else ""
        said += f", {plural(rules.exceptions, 'exception')} in force" if rules.exceptions else ""
        lines = [f"  {'Policies':<{_ANSWER - 2}}{said}"]
        # of this repository's own stacks make writes a page
        asked = (" --full", "all of it") if self.report.program else ("", "all of it, as a page")
        return [*lines, self._next(*asked)]

    def _body(self, room: int) -> Iterator[str]:
        """Yield what is lost or refused, the components, and as many of their rows as there is room for."""
        changes, found = self.stack.changes, groups(self.stack.changes)
        loud = [row for group in found for row in group.rows if row.one.kind in LOUD]
        tagged = tags(changes)
        left = room - bool(tagged)
        rows = sum(len(group.rows) for group in found)
        if len(found) + rows > left:  # what is lost must be seen, and then in which components the rest lies
            loud = loud[: max(left // 2, 1)]
            yield from (self._row(row) for row in loud)
            left -= len(loud)
        else:
            loud = []
        fits = found if len(found) <= left else found[: max(left - 1, 0)]
        # of a first deployment the components say it all
        left = 0 if self.stack.first else left - len(fits)
        for group in fits:
            yield self._group(group)
            own = [row for row in group.rows if row not in loud]
            shown = own if len(own) <= left else own[: max(left - 2, 0)]
            yield from (self._row(row) for row in shown)
            left -= len(shown)
            if len(own) > len(shown) and left > 0 and shown:
                yield f"    …                         {len(own) - len(shown)} more rows; see --full"
                left -= 1
        if more := len(found) - len(fits):
            yield f"    …                         {more} more components; see --full"
        if tagged:
            number = sum(each.kind == "tags" for each in changes)
            more_tags = f", {len(tagged) - 1} more" if len(tagged) > 1 else ""
            yield _cut(f"  {SIGNS['tags']} {f'{number} tags only':<27}{tagged[0]}{more_tags}", self.width)

    def _group(self, group: Group) -> str:
        return _cut(f"  {group.component:<29} {group.summary}", self.width)

    def _row(self, row: Row) -> str:
        one = row.one
        name = row.title if len(row.changes) > 1 or self.width < _WIDE else f"{one.name} ({one.type})"
        column = 27 if self.width < _WIDE else 46
        text = one.why if one.kind in LOUD else ", ".join(_property(each) for each in row.properties)
        return _cut(
            f"  {self._paint(SIGNS[one.kind], _tone(one.kind))} {name:<{column}} {text or row.names}".rstrip(),
            self.width + (self._ink(one.kind)),
        )

    def _ink(self, kind: str) -> int:
        return len(self._paint("", _tone(kind))) if self.colour else 0

    def _wrapped(self, indent: str, text: str, most: int) -> list[str]:
        lines = [line for each in text.splitlines() for line in textwrap.wrap(each, self.width - len(indent)) or [""]]
        return [indent + line for line in lines[:most]] + (
            [f"{indent}… {len(lines) - most} more lines"] if len(lines) > most else []
        )

    def _paint(self, text: str, tone: str) -> str:
        return f"\033[{_COLOURS[tone]}m{text}\033[0m" if self.colour and tone in _COLOURS else text


def _tone(kind: str) -> str:
    return "bad" if kind in (*LOUD, "delete") else "care" if kind in ("replace", "perhaps") else "plain"


def _property(one: Property) -> str:
    return " ".join((f"{one.path} {one.old} → {one.new}" if one.old or one.new else one.path).split())


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: max(width - 1, 0)]}…"


def width_of(columns: int) -> int:
    """Return how wide a face is on a terminal of so many columns."""
    return max(60, min(columns, 120))
