"""Queries to Loki: those that can be asked pass, and the others are refused."""

import re
from pathlib import Path

import pytest

from sandbox.logql import faults

DOCS = Path(__file__).parents[2] / "docs"

READ = (
    '{app="flowise"}',
    '{app=~".+"}',
    '{app="",level="error"}',
    '{app=~"(?i)flowise(?P<colour>-blue)?"}',
    '{app="a"} |= "(" |~ `b` != "c" !~ "d"',
    '{app="a"} | json | line_format "{{.message}}"',
    '{app="a"} | json status="response.status" | status >= 400 and level="error"',
    '{app="a"} | logfmt --strict | took > 10ms | label_format slow=took | drop took',
    '{app="a"} | __error__=""',
    'rate({app="a"} |= "x" [5m] offset 1h)',
    'rate({app="a"} | json | unwrap bytes [5m])',
    'absent_over_time({app="a"}[5m])',
    'absent_over_time({app="a"} | unwrap took [5m])',
    'sum_over_time({app="a"} | json | unwrap duration(took) [5m])',
    'max_over_time({app="a"} | json | unwrap took [5m]) by (app)',
    'quantile_over_time(0.9, {app="a"} | json | unwrap took [5m])',
    'topk(5, sum by (namespace, app) (rate({namespace=~".+"}[1h])))',
    'sort(sum(rate({app="a"}[1m])) / sum(rate({app="b"}[1m])))',
    "vector(1)",
)
REFUSED = (
    "",
    "up",
    "rate(up[5m])",
    "{app=}",
    "{}",
    '{app=""}',
    '{app!="a"}',
    '{app=~".*"}',
    '{app=~"a|"}',
    '{app=~"("}',
    '{app=~"(?=a)b"}',
    '{app="a"}}',
    '{app="a"} more',
    '{app="a"} |~ "("',
    '{app="a"} | level =~ "("',
    '{app="a"} | jsonl',
    '{app="a"} | unwrap took',
    'count_over_time({app="a"})',
    'rate({app="a"}[5m]',
    'rate({app="a"}[5x])',
    'sum by (app) ({app="a"})',
    'sum(rate({app="a"}[5m])) +',
    'sum_over_time({app="a"}[5m])',
    'count_over_time({app="a"} | unwrap took [5m])',
    'sum_over_time({app="a"} | unwrap took [5m]) by (app)',
    'rate({app="a"}[5m]) by (app)',
    'topk(sum(rate({app="a"}[1h])))',
    'quantile_over_time({app="a"} | unwrap took [5m])',
)


def test_what_can_be_asked_passes_and_nothing_else() -> None:
    assert list(faults((*READ, *REFUSED))) == list(REFUSED)


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("{app=}", 'it cannot be read from "}"'),
        ('{app=~".*"}', '{app=~".*"} needs a matcher that does not hold for an empty value'),
        ('sum_over_time({app="a"}[5m])', "sum_over_time needs an unwrap"),
        ('count_over_time({app="a"} | unwrap took [5m])', "count_over_time counts lines: it takes no unwrap"),
        ('rate({app="a"}[5m]) by (app)', "rate does not group: let an aggregation around it do so"),
        ('topk(sum(rate({app="a"}[1h])))', "topk needs a number"),
        ('{app=~"(?=a)b"}', "RE2 does not look around or back: (?=a)b"),
    ],
)
def test_a_fault_says_what_is_wrong(query: str, fault: str) -> None:
    assert faults([query]) == {query: fault}


def test_what_the_pages_tell_to_ask_can_be_asked() -> None:
    spans = [
        span.replace(r"\|", "|")
        for page in sorted(DOCS.rglob("*.md"))
        for span in re.findall(r"`([^`\n]+)`", page.read_text(encoding="utf-8"))
    ]
    # a selector without a metric's name before it is Loki's
    asked = [span for span in spans if re.search(r'(?:^|\()\{\w+=~?"', span)]
    assert len(asked) >= 10
    assert faults(asked) == {}
