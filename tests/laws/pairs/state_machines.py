"""Pairs of the laws in `sandbox/laws/state_machines.py`."""

import json
from typing import Any

import pulumi_aws as aws

from .pair import GITHUB, Pair
from .programs import role


def _machine(states: dict[str, Any]) -> None:
    definition = json.dumps({"StartAt": "one", "States": states})
    aws.sfn.StateMachine("machine", role_arn=role("role", "states.amazonaws.com").arn, definition=definition)


def _pass(**more: Any) -> dict[str, Any]:
    return {"Type": "Pass", **more}


_CHOICE = {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": True, "Next": "two"}], "Default": "three"}
PAIRS = [
    Pair(
        "state-machine-definition",
        "Missing 'Next' target: three",
        _machine,
        {"one": _pass(Next="three"), "two": _pass(End=True)},
        {"one": _pass(Next="two"), "two": _pass(End=True)},
        GITHUB + "localstack/localstack/issues/11978",
    ),
    Pair(
        "state-machine-definition",
        'State "two" is not reachable',
        _machine,
        {"one": _pass(End=True), "two": _pass(End=True)},
        {"one": _CHOICE, "two": _pass(End=True), "three": {"Type": "Fail"}},
        GITHUB + "ChristopheBougere/asl-validator/issues/17",
    ),
    Pair(
        "state-machine-definition",
        "exactly one of Next and End is required at /States/one/ItemProcessor/States/one",
        _machine,
        {
            "one": {
                "Type": "Map",
                "End": True,
                "ItemProcessor": {"StartAt": "one", "States": {"one": _pass()}},
            }
        },
        {
            "one": {
                "Type": "Map",
                "End": True,
                "ItemProcessor": {"StartAt": "one", "States": {"one": _pass(End=True)}},
            }
        },
    ),
    Pair(
        "state-machine-definition", "Steps is no type", _machine, {"one": {"Type": "Steps"}}, {"one": _pass(End=True)}
    ),
]
