"""Settling what a run that was cut off left behind."""

from typing import Any

import pytest

from sandbox import recovery

TOPIC = "urn:pulumi:dev::p::aws:sns/topic:Topic::t"
QUEUE = "urn:pulumi:dev::p::aws:sqs/queue:Queue::q"


def exported(*operations: tuple[str, str], resources: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {
        "version": 3,
        "deployment": {
            "resources": resources or [],
            "pending_operations": [
                {"type": kind, "resource": {"urn": urn, "custom": True, "inputs": {"name": "n"}}}
                for kind, urn in operations
            ],
        },
    }


def test_pending_operations_are_listed_with_their_physical_names() -> None:
    assert recovery.pending(exported(("creating", TOPIC))) == [recovery.Pending(TOPIC, "creating", "n")]
    assert recovery.pending({"deployment": {}}) == []


def test_what_exists_is_adopted_and_what_nobody_knows_is_left_open() -> None:
    operations = recovery.pending(exported(("creating", TOPIC), ("creating", QUEUE), ("updating", "urn:x")))

    plan = recovery.plan(operations, {TOPIC: "arn:topic"}.get)

    assert plan == recovery.Plan(adopted={TOPIC: "arn:topic"}, undecided=(QUEUE,))


def test_what_was_never_made_is_forgotten() -> None:
    plan = recovery.plan(recovery.pending(exported(("creating", TOPIC))), lambda _: "")

    assert plan == recovery.Plan(adopted={}, undecided=())
    assert recovery.settled(exported(("creating", TOPIC)), plan.adopted)["deployment"] == {"resources": []}


def test_an_adopted_create_becomes_a_resource_of_the_state() -> None:
    settled = recovery.settled(
        exported(("creating", TOPIC), resources=[{"urn": QUEUE, "id": "q"}]), {TOPIC: "arn:topic"}
    )

    assert settled["deployment"]["resources"] == [
        {"urn": QUEUE, "id": "q"},
        {"urn": TOPIC, "custom": True, "inputs": {"name": "n"}, "id": "arn:topic", "refreshBeforeUpdate": True},
    ]
    assert "pending_operations" not in settled["deployment"]


@pytest.mark.parametrize("kind", ["creating", "updating", "deleting"])
def test_the_engine_reads_what_an_operation_was_about_though_the_refresh_after_it_fails(kind: str) -> None:
    state = exported((kind, TOPIC), resources=[{"urn": TOPIC, "id": "old"}, {"urn": QUEUE, "id": "q"}])
    if kind != "creating":  # the engine notes an id where there is one
        state["deployment"]["pending_operations"][0]["resource"]["id"] = "old"

    settled = recovery.settled(state, {TOPIC: "new"})

    marked = {item["id"] for item in settled["deployment"]["resources"] if item.get("refreshBeforeUpdate")}
    assert marked == {"new" if kind == "creating" else "old"}


def test_an_adopted_successor_takes_the_place_of_its_predecessor() -> None:
    settled = recovery.settled(
        exported(("creating", TOPIC), resources=[{"urn": TOPIC, "id": "old"}, {"urn": QUEUE, "id": "q"}]),
        {TOPIC: "new"},
    )

    assert [(item["id"], item.get("delete", False)) for item in settled["deployment"]["resources"]] == [
        ("new", False),
        ("old", True),
        ("q", False),
    ]


def test_an_adopted_successor_of_what_went_first_bears_its_id() -> None:
    gone = {"urn": TOPIC, "id": "arn:topic", "pendingReplacement": True}
    state = exported(("creating", TOPIC), resources=[gone, {"urn": QUEUE, "id": "q"}])

    assert recovery.known(state) == {(QUEUE, "q")}
    settled = recovery.settled(state, {TOPIC: "arn:topic"})

    assert [(item["urn"], item["id"]) for item in settled["deployment"]["resources"]] == [
        (TOPIC, "arn:topic"),
        (QUEUE, "q"),
    ]
    assert not any(item.get("pendingReplacement") or item.get("delete") for item in settled["deployment"]["resources"])


def test_the_exported_state_itself_is_not_changed() -> None:
    state = exported(("creating", TOPIC))

    recovery.settled(state, {TOPIC: "arn:topic"})

    assert state == exported(("creating", TOPIC))
