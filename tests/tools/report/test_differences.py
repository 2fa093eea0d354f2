import json
from typing import Any

import pytest

from sandbox.plans import Step
from sandbox.wire import UNKNOWN
from tools.report.differences import differences, properties


def shown(before: dict[str, Any], after: dict[str, Any], operation: str = "update") -> list[tuple[str, str, str]]:
    step = Step(operation, "urn:pulumi:p::p::a:b:C::x", "a:b:C", True, False, False, (), "", True, before, after)
    return [(one.path, one.old, one.new) for one in properties(step, differences(step))]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"a": 1}, {"a": 2}, [("a", "1", "2")]),
        ({"a": True}, {"a": 1}, [("a", "true", "1")]),
        ({}, {"a": None}, [("a", "(none)", "null")]),
        ({"a": "x"}, {"a": UNKNOWN}, [("a", "x", "(known after)")]),
        # sets: what went, and what came; ids are counted
        ({"ids": ["a", "b"]}, {"ids": ["b", "c"]}, [("ids", "a", "c")]),
        ({"ids": ["b", "a"]}, {"ids": ["a", "b"]}, []),
        (
            {"subnetIds": ["subnet-0a7c2db8", "subnet-0a7c2db9", "subnet-0a7c2dba"]},
            {"subnetIds": UNKNOWN},
            [("subnetIds", "3 ids", "(known after)")],
        ),
        # where order says something, it counts
        ({"args": ["a", "b"]}, {"args": ["b", "a"]}, [("args", "a, b", "b, a")]),
        ({"args": ["a", "b"], "n": [1]}, {"args": ["a", "b"], "n": [2]}, [("n", "1", "2")]),
        (
            {"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]},
            {"env": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}]},
            [("env.order", "A, B", "B, A")],
        ),
        # an item goes by its name, and not by where it stands
        (
            {"spec": {"template": {"spec": {"containers": [{"name": "app", "image": "a:1"}]}}}},
            {
                "spec": {
                    "template": {
                        "spec": {"containers": [{"name": "new", "image": "n:1"}, {"name": "app", "image": "a:2"}]}
                    }
                }
            },
            [("app.image", "a:1", "a:2"), ("new", "(none)", '{"image": "n:1", "name": "new"}')],
        ),
        (
            {
                "spec": {
                    "groups": [
                        {
                            "name": "g",
                            "rules": [
                                {"alert": "Slow", "expr": "a > 901 and on (instance, zone) up == 1 for its part"}
                            ],
                        }
                    ]
                }
            },
            {
                "spec": {
                    "groups": [
                        {
                            "name": "g",
                            "rules": [
                                {"alert": "Slow", "expr": "a > 1802 and on (instance, zone) up == 1 for its part"}
                            ],
                        }
                    ]
                }
            },
            [("Slow.expr", "901", "1802")],
        ),
        # prose hides beside what it describes, and not alone
        (
            {"threshold": 1, "alarmDescription": "one"},
            {"threshold": 2, "alarmDescription": "two"},
            [("threshold", "1", "2")],
        ),
        ({"alarmDescription": "one"}, {"alarmDescription": "two"}, [("alarmDescription", "one", "two")]),
    ],
)
def test_a_difference_is_told_as_people_say_it(
    before: dict[str, Any], after: dict[str, Any], told: list[tuple[str, str, str]]
) -> None:
    assert shown(before, after) == told


def test_json_in_a_text_is_compared_by_its_meaning() -> None:
    document = {"Version": "1", "Statement": [{"Sid": "Reads", "Action": ["s3:GetObject"]}]}
    spaced, other = json.dumps(document, indent=2), json.dumps(document).replace("s3:GetObject", "s3:PutObject")
    assert shown({"policy": json.dumps(document)}, {"policy": spaced}) == []
    assert shown({"policy": spaced}, {"policy": other}) == [
        ("policy.Statement.Reads.Action", "s3:GetObject", "s3:PutObject")
    ]


def test_the_name_that_autonaming_made_says_nothing_of_a_replacement() -> None:
    assert shown(
        {"metadata": {"name": "a-1"}, "data": {"x": "1"}}, {"metadata": {"name": "a-2"}, "data": {"x": "2"}}, "replace"
    ) == [("data.x", "1", "2")]


def test_a_long_value_is_cut() -> None:
    ((_, _, new),) = shown({"a": ""}, {"a": "b" * 5000})
    assert len(new) == 400
    assert new.endswith("…")
