"""What exists, on disk."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.world import AlreadyExistsError, Record, World

TOPIC = Record("aws:sns/topic:Topic", "arn:t", "urn:t", 0, {"name": "t"}, {"name": "t", "arn": "arn:t"})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "stacks" / "world.db"


def test_what_is_created_is_found_by_another_process_s_world(file: Path) -> None:
    World(file).create(TOPIC)

    assert list(World(file)) == [TOPIC]
    assert World(file).get(TOPIC.token, TOPIC.id) == TOPIC
    assert World(file).of_urn("urn:t") == [TOPIC]


def test_a_successor_of_the_same_id_takes_the_place(file: Path) -> None:
    world = World(file)
    password = Record("random:index/randomPassword:RandomPassword", "none", "urn:p", 0, {}, {"result": "old"})
    world.create(password, unique=False)
    world.create(replace(password, serial=1, outputs={"result": "new"}), unique=False)

    assert [record.outputs["result"] for record in world] == ["new"]


def test_an_id_is_taken_once(file: Path) -> None:
    world = World(file)
    world.create(TOPIC)

    with pytest.raises(AlreadyExistsError):
        world.create(Record(TOPIC.token, TOPIC.id, "urn:other", 0, {}, {}))
    assert len(world) == 1


def test_the_same_name_is_free_in_another_region(file: Path) -> None:
    world = World(file)
    group = Record("aws:cloudwatch/logGroup:LogGroup", "/app", "urn:one", 0, {}, {"region": "us-east-1"})
    world.create(group)
    world.create(replace(group, urn="urn:other", outputs={"region": "eu-west-1"}))
    assert len(world) == 2


def test_random_values_share_their_id(file: Path) -> None:
    world = World(file)
    for urn in ("urn:a", "urn:b"):
        world.create(Record("random:index/randomPassword:RandomPassword", "none", urn, 0, {}, {}), unique=False)

    found = world.get("random:index/randomPassword:RandomPassword", "none", "urn:b")

    assert found is not None
    assert found.urn == "urn:b"


def test_successors_are_counted(file: Path) -> None:
    world = World(file)
    assert world.times_made("urn:t") == 0

    world.create(TOPIC)
    world.delete(TOPIC)

    assert world.times_made("urn:t") == 1
    assert len(world) == 0


def test_an_update_of_what_is_gone_changes_nothing(file: Path) -> None:
    assert not World(file).update(TOPIC)


def test_only_its_owner_may_read_it(file: Path) -> None:
    World(file)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
