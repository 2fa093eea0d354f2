"""The whole workflow of a pull request, in a clone of this repository: what it prints, writes and ends with."""

import json
from collections.abc import Callable, Sequence

import pytest

from . import changes
from .account import STACKS, Account, github

pytestmark = pytest.mark.rehearsal


@pytest.mark.parametrize(
    ("change", "stacks", "conclusion", "says"),
    [
        (changes.harmless_tag, STACKS, "success", ["| **prod** | ⚠️ LOOK | kept | keeps |", "nodes are replaced"]),
        (changes.bigger_database, ["prod"], "success", ["| **prod** | ⚠️ LOOK | kept | pauses |", "a month wanted?"]),
        (changes.new_service, ["dev"], "success", ["| **dev** | ⚠️ LOOK | kept |", "created"]),
        (changes.dangerous_replace, ["dev"], "failure", ["| **dev** | ⛔ STOP | LOST | down |", "lost: every row"]),
        (changes.another_range, ["dev"], "failure", ["⛔ STOP", "not in the same Vpc"]),
        (changes.broken_policy, ["dev"], "failure", ["⛔ STOP", "the policies refuse it"]),
    ],
    ids=["harmless-tag", "bigger-database", "new-service", "dangerous-replace", "another-range", "broken-policy"],
)  # fmt: skip
def test_a_change_is_judged_and_told_in_one_comment(
    change: Callable[[Account], None], stacks: Sequence[str], conclusion: str, says: Sequence[str], bare: Account
) -> None:
    bare.git("checkout", "--quiet", "-b", "change")
    change(bare)
    with github() as server:
        ended = bare.pull_request(7, bare.commit(change.__name__), server, stacks)
        assert {name: each.conclusion for name, each in ended.items()} == {
            **{f"report {stack}": conclusion for stack in stacks},
            "comment": "success",
            "code-scanning": "skipped",
        }
        (comment,) = server.comments.values()
        for words in says:
            assert words in comment["body"]
        assert [each for each in server.asked if each.startswith("POST")] == ["POST issues/7/comments"]


def test_a_later_commit_is_told_in_place_of_the_earlier_and_findings_go_to_the_code_host(bare: Account) -> None:
    bare.git("checkout", "--quiet", "-b", "change")
    levels = list[set[str]]()
    with github() as server:
        for change in (changes.broken_policy, lambda each: each.git("checkout", "--quiet", "main", "--", ".")):
            change(bare)
            ended = bare.pull_request(7, bare.commit("again"), server, ["dev"], scanned=True)
            assert ended["code-scanning"].conclusion == "success"
            (run,) = json.loads((bare.findings / "dev.sarif").read_text(encoding="utf-8"))["runs"]
            levels.append({each["level"] for each in run["results"]})
        (comment,) = server.comments.values()
    assert ["error" in each for each in levels] == [True, False]
    assert "✅ CALM" in comment["body"]
    assert server.asked.count("PATCH issues/comments/1") == 1
