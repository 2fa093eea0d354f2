"""What every pack is made of: levels, parameters, exceptions, unknown values, and what happens where a rule fails."""

from dataclasses import replace
from typing import Any

import pytest
from platform_policies.kit.reading import UNKNOWN as UNREAD
from platform_policies.kit.reading import at_least, covers, get, number, on, plain, statements, strings
from pulumi_policy.proxy import UNKNOWN_BOOLEAN_VALUE as UNKNOWN
from pulumi_policy.proxy import unknown_checking_proxy

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


def security(today: str = "2026-11-21", **config: Any) -> Server:
    return Server("security", {"today": today, **config})


def at_the_end(server: Server) -> list[Found]:
    return server.judge_stack([Resource(DATABASE, "it", EXPOSED, {})])


def test_an_exception_lets_one_resource_break_one_rule_and_is_listed() -> None:
    server = security(exceptions=[EXCEPTION])
    assert "rds-private" not in [one.rule for one in server.judge(DATABASE, EXPOSED)]
    listed = [one for one in at_the_end(server) if "exception" in one.message]
    assert [(one.level, one.resource) for one in listed] == [("advisory", "it")]
    assert listed[0].message == "exception to rds-private until 2026-12-31: a test of the internet (owner: jo)"
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


def test_an_exception_to_a_rule_over_the_stack_is_listed() -> None:
    bucket = Resource("aws:s3/bucket:Bucket", "open", {}, {})
    entry = {**EXCEPTION, "rule": "s3-pab", "resource": "aws:s3/bucket:Bucket::open"}
    server = security(exceptions=[entry])
    said = server.judge_stack([bucket])
    assert "s3-pab" not in [one.rule for one in said]
    assert [one.resource for one in said if one.message.startswith("exception to s3-pab")] == ["open"]


def test_a_level_and_a_reason_decide_what_a_rule_does() -> None:
    assert ("rds-private", "mandatory") in [(one.rule, one.level) for one in security().judge(DATABASE, EXPOSED)]

    advised = security(levels={"rds-private": "advisory"})
    assert "rds-private" not in [one.rule for one in advised.judge(DATABASE, EXPOSED)]
    assert [one.level for one in at_the_end(advised) if one.rule == "rds-private"] == ["advisory"]

    off = security(off={"rds-private": "a demonstration"})
    assert "rds-private" not in [one.rule for one in off.judge(DATABASE, EXPOSED)]
    assert "off for this stack: rds-private: a demonstration" in [one.message for one in at_the_end(off)]


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
    props = plain(unknown_checking_proxy({"a": UNKNOWN, "list": [1.0, UNKNOWN], "deep": {"b": {"c": UNKNOWN}}}))
    assert get(props, "a") is UNREAD
    assert get(props, "a", "anything") is UNREAD
    assert props["list"] == [1.0, UNREAD]
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
