"""What every pack is made of: levels, parameters, exceptions, unknown values, and what happens where a rule fails."""

import re
from dataclasses import replace
from typing import Any

import pytest
from platform_policies.kit.reading import UNKNOWN as UNREAD
from platform_policies.kit.reading import at_least, covers, get, number, on, statements, strings

from .packs import NAMES, Found, Resource, Server, rules, stack_rules

DATABASE = "aws:rds/instance:Instance"
EXPOSED = {"publiclyAccessible": True, "storageEncrypted": True, "kmsKeyId": "arn", "manageMasterUserPassword": True}
EXCEPTION = {
    "rule": "rds-private",
    "resource": f"{DATABASE}::it",
    "reason": "a test of the internet",
    "owner": "jo",
    "expires": "2026-12-31",
}
IN_FORCE = "exceptions: 1 in force, the next ends on"
LISTED = "; docs/policies.md#exceptions-and-what-is-off"


def security(today: str = "2026-11-21", **config: Any) -> Server:
    return Server("security", {"today": today, **config})


def at_the_end(server: Server) -> list[Found]:
    return server.judge_stack([Resource(DATABASE, "it", EXPOSED, {})])


def test_an_exception_lets_one_resource_break_one_rule_and_is_listed() -> None:
    server = security(exceptions=[EXCEPTION])
    assert "rds-private" not in [one.rule for one in server.judge(DATABASE, EXPOSED)]
    listed = [(one.level, one.message) for one in at_the_end(server) if "exception" in one.message]
    assert listed == [("advisory", f"{IN_FORCE} 2026-12-31 (rds-private for it, owner: jo){LISTED}")]
    # another resource, and another rule, are judged as ever
    assert "rds-private" in [one.rule for one in server.judge(DATABASE, EXPOSED, name="other")]
    assert "rds-encrypted" in [one.rule for one in server.judge(DATABASE, {**EXPOSED, "storageEncrypted": False})]


@pytest.mark.parametrize("expires", ["2026-11-20", "2025-01-01", "soon", ""])
def test_an_exception_that_has_ended_fails(expires: str) -> None:
    server = security(exceptions=[{**EXCEPTION, "expires": expires}])
    assert "rds-private" in [one.rule for one in server.judge(DATABASE, EXPOSED)]
    ended = [one for one in at_the_end(server) if "expired on" in one.message]
    assert [one.level for one in ended] == ["mandatory"]
    assert ended[0].message.endswith("(owner: jo)")


def test_an_exception_stands_until_the_end_of_its_day() -> None:
    server = security("2026-12-31", exceptions=[EXCEPTION])
    assert "rds-private" not in [one.rule for one in server.judge(DATABASE, EXPOSED)]


def about_exceptions(server: Server, *names: str) -> list[tuple[str, str]]:
    """Return what is said of exceptions, after resources of these names broke their rule."""
    said = server.judge_stack([Resource(DATABASE, name, EXPOSED, {}) for name in names])
    return [(one.level, one.message) for one in said if "exception" in one.message]


MEND, OUT = "take out, or mend the name", "take out what nothing breaks"
NAMED = f"rds-private: the exception for {DATABASE}::it"


@pytest.mark.parametrize(
    ("expires", "level", "said"),
    [
        ("2027-11-22", "advisory", f"{IN_FORCE} 2027-11-22 (rds-private for it, owner: jo){LISTED}"),
        ("2027-11-23", "mandatory", f"{NAMED} ends on 2027-11-23; 2027-11-22 is the latest day that it may"),
        ("9999-12-31", "mandatory", f"{NAMED} ends on 9999-12-31; 2027-11-22 is the latest day that it may"),
    ],
)  # fmt: skip
def test_an_exception_ends_within_a_year(expires: str, level: str, said: str) -> None:
    server = security(exceptions=[{**EXCEPTION, "expires": expires}])
    assert about_exceptions(server, "it") == [(level, said)]
    assert ("rds-private" in [one.rule for one in server.judge(DATABASE, EXPOSED)]) == (level == "mandatory")


def test_a_day_that_is_gone_by_revives_no_exception() -> None:
    server = security("2026-11-20", exceptions=[{**EXCEPTION, "expires": "2026-11-20"}])
    assert "rds-private" in [one.rule for one in server.judge(DATABASE, EXPOSED)]
    said = about_exceptions(server, "it")
    assert (
        "mandatory",
        "exceptions: `today` of the levels file is gone by, and would revive what has ended; leave it out",
    ) in said
    assert [message for _, message in said if "expired on 2026-11-20" in message]


@pytest.mark.parametrize(
    "resource", [f"urn:pulumi:dev::any::own:index:Db${DATABASE}::it", f"own:index:Db${DATABASE}::it"]
)  # fmt: skip
def test_an_exception_by_urn_does_not_excuse_a_twin_under_another_parent(resource: str) -> None:
    server = security(exceptions=[{**EXCEPTION, "resource": resource}])
    excused, twin = (f"urn:pulumi:dev::any::own:index:{parent}${DATABASE}::it" for parent in ("Db", "Other"))
    assert "rds-private" not in [one.rule for one in server.judge(DATABASE, EXPOSED, urn=excused)]
    assert "rds-private" in [one.rule for one in server.judge(DATABASE, EXPOSED, urn=twin)]


def test_an_exception_by_name_that_stands_for_twins_stops_the_run() -> None:
    server = security(exceptions=[EXCEPTION])
    for parent in ("Db", "Other"):
        server.judge(DATABASE, EXPOSED, urn=f"urn:pulumi:dev::any::own:index:{parent}$aws:rds/instance:Instance::it")
    said = [message for level, message in about_exceptions(server) if level == "mandatory"]
    assert said == [f"{NAMED} stands for 2 resources; write the URN of the one that is meant"]


def test_an_exception_that_nothing_needs_or_that_names_nothing_is_a_finding() -> None:
    sound = {**EXPOSED, "publiclyAccessible": False}
    server = security(exceptions=[EXCEPTION, {**EXCEPTION, "resource": f"{DATABASE}::typo"}])
    said = server.judge_stack([Resource(DATABASE, "it", sound, {})])
    assert [(one.level, one.message) for one in said if "exception" in one.message] == [
        ("advisory", f"exceptions: 1 for no resource of the stack (rds-private for {DATABASE}::typo); {MEND}"),
        ("advisory", f"exceptions: 1 not needed, as far as is known (rds-private for {DATABASE}::it); {OUT}"),
    ]


def test_a_finding_is_one_line_with_its_resource_and_a_link() -> None:
    (found,) = [one for one in security().judge(DATABASE, EXPOSED) if one.rule == "rds-private"]
    assert re.fullmatch(r"rds-private \(critical\) it: [^\n]+\. docs/policies\.md#rds-private", found.whole)


def test_an_exception_to_a_rule_over_the_stack_is_listed() -> None:
    bucket = Resource("aws:s3/bucket:Bucket", "open", {}, {})
    entry = {**EXCEPTION, "rule": "s3-pab", "resource": "aws:s3/bucket:Bucket::open"}
    server = security(exceptions=[entry])
    said = server.judge_stack([bucket])
    assert "s3-pab" not in [one.rule for one in said]
    assert [one.message for one in said if one.message.startswith("exceptions: 1 in force")]


def test_a_level_and_a_reason_decide_what_a_rule_does() -> None:
    assert ("rds-private", "mandatory") in [(one.rule, one.level) for one in security().judge(DATABASE, EXPOSED)]

    advised = security(levels={"rds-private": "advisory"})
    assert "rds-private" not in [one.rule for one in advised.judge(DATABASE, EXPOSED)]
    assert [one.level for one in at_the_end(advised) if one.rule == "rds-private"] == ["advisory"]

    off = security(off={"rds-private": "a demonstration"})
    assert "rds-private" not in [one.rule for one in off.judge(DATABASE, EXPOSED)]
    assert f"off: 1 rule (rds-private){LISTED}" in [one.message for one in at_the_end(off)]


def test_a_resource_that_is_judged_twice_is_advised_once() -> None:
    server = security(levels={"rds-private": "advisory"})
    for _ in range(2):  # in a preview, and in the update that follows it
        server.judge(DATABASE, EXPOSED)
    assert [one.rule for one in at_the_end(server)].count("rds-private") == 1


@pytest.mark.parametrize("pack", NAMES)
def test_a_rule_that_fails_is_reported_and_stops_the_run(pack: str, capsys: pytest.CaptureFixture[str]) -> None:
    def faulty(*_: Any) -> Any:
        raise KeyError("hunter2")

    rule = replace(next(iter(rules(pack).values())), id="own-fault", types="a:b:C", holds=faulty, parameters={})
    (found,) = Server(pack, every=True, only=rule).judge("a:b:C", {"password": "hunter2"})
    assert (found.rule, found.level) == ("own-fault", "mandatory")

    whole = replace(next(iter(stack_rules(pack).values())), id="own-fault", broken=faulty)
    server = Server(pack, every=True, only=whole)
    assert [one.rule for one in server.judge_stack([Resource("a:b:C", "it", {}, {})])] == ["own-fault"]
    said = capsys.readouterr().err
    assert said.count("own-fault could not judge") == 2
    assert "hunter2" not in said


def test_an_unknown_is_a_value_like_another() -> None:
    props = {"a": UNREAD, "list": [1.0, UNREAD], "deep": {"b": {"c": UNREAD}}}
    assert get(props, "a") is UNREAD
    assert get(props, "a", "anything") is UNREAD
    assert get(props, "list", 1) is UNREAD
    assert get(props, "deep", "b", "c") is UNREAD
    assert get(props, "deep", "x", "c") is None
    assert get(props, "list", 7) is None


@pytest.mark.parametrize(
    ("value", "expected"), [("3", 3.0), (3, 3.0), (True, None), (None, None), ("three", None), (UNREAD, None)]
)
def test_a_number_is_read_as_text_too(value: Any, expected: float | None) -> None:
    assert number(value) == expected


def test_what_is_unknown_breaks_no_predicate() -> None:
    assert on(UNREAD)
    assert at_least(UNREAD, 7)
    assert covers(UNREAD, ["a"])
    assert covers(["b", UNREAD], ["a"])
    assert not covers(["b"], ["a"])
    assert not covers("a", ["a"])


def test_iam_documents_are_read_in_every_shape() -> None:
    one = {"Statement": {"Effect": "Allow", "Principal": {"AWS": ["a", "b"]}}}
    assert list(strings(statements(one)[0]["Principal"])) == ["a", "b"]
    assert statements("{") == statements(UNREAD) == statements({"Statement": ["x"]}) == []
