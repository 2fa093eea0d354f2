import io
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from sandbox.plans import Plan, Step
from tools.report import comment, page, terminal
from tools.report.build import not_judged, report
from tools.report.classes import Judged
from tools.report.model import Report, StackReport
from tools.report.recorded import CHANGES, GOLDEN, KEPT, faces, told

STACK = "urn:pulumi:prod::flowise::pulumi:pulumi:Stack::flowise-prod"
CONFIG = "kubernetes:core/v1:ConfigMap"


def whole(*stacks: StackReport) -> Report:
    return Report(base="3f2c1ab", head="9d41e07", made_at="2026-11-29T21:30Z", stacks=stacks)


def of(*steps: Step) -> StackReport:
    stack = Step("same", STACK, "pulumi:pulumi:Stack", True, False, False, ())
    return report(Judged("prod", Plan([stack, *steps], {}, ())))


def update(name: str, before: dict[str, Any], after: dict[str, Any], token: str = CONFIG) -> Step:
    urn = f"urn:pulumi:prod::flowise::{token}::{name}"
    return Step("update", urn, token, True, False, False, (), STACK, True, before, after)


@pytest.mark.parametrize("name", CHANGES)
def test_a_recorded_change_reads_as_it_did(name: str) -> None:
    """`python -m tools.report.recorded --write` writes them anew: look at what differs."""
    for file, text in faces(name).items():
        assert text == (GOLDEN / file).read_text(encoding="utf-8"), file


@pytest.mark.parametrize(
    ("name", "verdict", "data"),
    [
        ("tag", "look", "kept"),
        ("class", "look", "kept"),
        ("queue", "look", "kept"),
        ("range", "stop", "kept"),
        ("replace", "look", "kept"),
        ("lost", "stop", "LOST"),
    ],
)
def test_a_recorded_change_has_its_verdict(name: str, verdict: str, data: str) -> None:
    (stack,) = told(name).stacks
    assert (stack.verdict, stack.data.word) == (verdict, data)


def test_what_is_recorded_is_small_and_of_these_changes() -> None:
    assert {path.name for path in KEPT.iterdir()} == {f"{name}.json.xz" for name in (*CHANGES, "dev", "prod")}
    assert sum(path.stat().st_size for path in KEPT.iterdir()) < 400_000


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("width", [80, 120])
def test_a_terminal_has_room_for_each_stack(name: str, width: int) -> None:
    lines = terminal.face(told(name), width).splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= width
    assert "Data " in "\n".join(lines[:6])


@pytest.mark.parametrize("name", CHANGES)
def test_the_short_form_has_about_a_dozen_lines_and_ends_with_what_to_do_next(name: str) -> None:
    lines = terminal.short(told(name)).splitlines()
    assert len(lines) <= 18
    assert lines[-1].startswith("  Next     make report STACK=")


@pytest.mark.parametrize(
    ("program", "command"),
    [
        ("", "make report STACK=prod"),
        ("examples/ranking", "python -m tools.report --stack prod --cwd examples/ranking"),
    ],
)
def test_every_face_names_the_command_that_gives_the_same(program: str, command: str) -> None:
    report_of = told("class").model_copy(update={"program": program})
    for text in (terminal.short(report_of), terminal.face(report_of), comment.face(report_of), page.face(report_of)):
        # `make report` takes this repository's own stacks alone
        assert command in text
        assert ("make report" in text) is (program == "")
    assert terminal.face(report_of).splitlines()[-1] == f"  Next     {command}" + (
        " --full" if program else " (all of it, as a page)"
    )
    # it is copied: whole on a narrow terminal, too
    assert terminal.face(report_of, 60).splitlines()[-1].startswith(f"  Next     {command}")


def test_all_of_it_is_shown_on_demand() -> None:
    full = terminal.face(told("range"), 120, full=True)
    assert "see --full" not in full
    assert all(each.component in full for each in told("range").stacks[0].changes)


def test_colours_are_for_a_terminal_that_wants_them(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert terminal.coloured(Terminal())
    assert not terminal.coloured(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not terminal.coloured(Terminal())
    assert "\033[31;1m✖ STOP\033[0m" in terminal.face(told("lost"), colour=True)
    assert "\033" not in terminal.face(told("lost"))


def test_what_was_not_judged_says_why_and_never_that_data_are_kept() -> None:
    stack = not_judged("prod", ["the preview failed: no such class\n  way out: another one"])
    for text in (terminal.face(whole(stack)), comment.face(whole(stack)), page.face(whole(stack))):
        assert "NOT JUDGED" in text
        assert "no such class" in text
        assert "way out: another one" in re.sub(r"\s+", " ", text)
        assert "kept" not in text


EVIL = "`x` | <img src=x onerror=alert(1)> @everyone [a](https://evil.example) ```\n# big\n</details> <!-- x -->"


def test_no_value_of_a_change_is_markup_in_a_comment() -> None:
    text = comment.face(whole(of(update("thing", {"data": {"a": "old"}}, {"data": {"a": EVIL}}))))
    (row,) = [line for line in text.splitlines() if "`data.a`" in line]
    # one span of code, longer than any run inside, whose bars do not end the cell
    assert re.search(r"\| (`{4})[^\n]*?```[^\n]*?\1 \|$", row)
    assert len(re.findall(r"(?<!\\)\|", row)) == 6
    assert "\n# big" not in text.partition("```diff")[0]


def test_no_name_or_sentence_of_others_is_markup_in_a_comment() -> None:
    assert comment.prose("@team <b> | [x](https://e.example) `a`") == (
        "@\u200bteam &lt;b&gt; \\| \\[x\\](https:\u200b//e.example) `a`"
    )
    report_of = whole(not_judged("prod", [EVIL])).model_copy(update={"program": EVIL})
    assert "<img" not in re.sub(r"`{4}.*?`{4}", "", comment.face(report_of), flags=re.S)
    assert "The same by hand" not in comment.face(report_of)


def test_a_comment_fits_and_says_what_was_left_out() -> None:
    steps = [update(f"thing-{n}", {"data": {f"k{n}": "a" * 300}}, {"data": {f"k{n}": "b" * 300}}) for n in range(400)]
    text = comment.face(whole(of(*steps)))
    assert len(text) <= comment.COMMENT_CHARACTERS
    assert (
        "Left out here, for want of room: changes by component of prod, the diff of Kubernetes' objects of prod."
        in text
    )
    assert "LOOK" in text
    assert "Judged against main 3f2c1ab at 9d41e07" in text
    assert len(comment.face(whole(of(*steps)), comment.SUMMARY_CHARACTERS)) > comment.COMMENT_CHARACTERS


def test_what_is_lost_is_never_folded_or_cut() -> None:
    open_part = comment.face(told("lost")).partition("<details>")[0]
    assert "✖ `db-instance` (rds Instance): lost: every row" in open_part
    assert "Because of `username` `flowise_master` → `flowise_admin`. Instead: " in open_part
    assert "> [!CAUTION]" in open_part


def test_a_network_that_goes_is_not_told_as_data() -> None:
    """A reader who sees LOST and "Data kept" knows nothing."""
    for text in faces("range").values():
        assert "16 GONE" in text
        assert "LOST" not in text
    report = told("range")
    assert "<span>Because of</span> <span class=because><i>cidrBlock</i>" in page.face(report)
    assert "gone: the network under what stands in it" in comment.face(report).partition("<details>")[0]


def test_a_comment_tells_the_commit_that_it_is_about() -> None:
    head = "9d41e07" + "0" * 33
    text = comment.face(whole(of()).model_copy(update={"head": head}))
    assert text.startswith(comment.MARKER)
    assert comment.head_of(text) == (head, "2026-11-29T21:30Z")
    assert comment.head_of("anything") == ("", "")


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


@pytest.mark.parametrize("name", CHANGES)
def test_a_page_runs_nothing_and_asks_nobody(name: str) -> None:
    tags = Tags()
    tags.feed(page.face(told(name)))
    names = {tag for tag, _ in tags.seen}
    assert not names & {"script", "img", "link", "iframe", "form", "object", "base"}
    assert not [
        attributes for _, attributes in tags.seen if any(key.startswith("on") or key == "src" for key in attributes)
    ]
    assert all((attributes.get("href") or "https://").startswith("https://") for _, attributes in tags.seen)
    assert {"main", "h1", "dl"} <= names


def test_no_value_of_a_change_is_markup_on_a_page() -> None:
    text = page.face(whole(of(update("thing", {"data": {"a": "old"}}, {"data": {"a": EVIL}}))))
    assert "<img" not in text
    assert "&lt;img src=x" in text


def test_a_first_deployment_reads_as_a_summary_by_component() -> None:
    component = "urn:pulumi:dev::flowise::platform:vpc:Vpc::vpc"
    steps = [
        Step("create", STACK, "pulumi:pulumi:Stack", False, False, False, ()),
        Step("create", component, "platform:vpc:Vpc", False, False, False, (), STACK),
        *(
            Step(
                "create",
                f"{component.rpartition('::')[0]}$aws:ec2/subnet:Subnet::subnet-{n}",
                "aws:ec2/subnet:Subnet",
                False,
                False,
                False,
                (),
                component,
                True,
                {},
                {"availabilityZone": f"z{n}"},
            )
            for n in range(40)
        ),
    ]
    told_of = report(Judged("dev", Plan(steps, {"flowise:environment": "dev"}, ())))
    assert told_of.first
    assert (told_of.verdict, told_of.cost.word.endswith(" USD"), told_of.data.word) == ("calm", True, "kept")
    shown = terminal.face(whole(told_of))
    assert "Vpc vpc                       41 created" in shown
    assert "subnet-1" not in shown
    assert "Vpc vpc 41 created" in comment.face(whole(told_of))
