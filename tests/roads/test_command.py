"""The command over a world that stands: what it prints, for people and for programs, and how it exits."""

import json
from pathlib import Path

import pytest

from sandbox.__main__ import main
from sandbox.workspace import Workspace
from sandbox.world import World
from tests.roads.builder import Stack
from tests.roads.pairs import edges, networks

ARGUMENTS = ("--stack", "dev", "--cwd")


@pytest.fixture
def program(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: roads\nruntime: python\n", encoding="utf-8")
    return tmp_path


def stand(program: Path, stack: Stack) -> None:
    world = World(Workspace.of(program, "dev").world_file)
    for record in stack.records:
        world.create(record)
    world.close()


def test_a_wall_is_told_with_its_rule_and_what_would_open_it(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stack = Stack()
    networks.answers_that_do_not_leave.build(stack, True)
    stand(program, stack)
    assert main(["roads", *ARGUMENTS, str(program)]) == 1
    said = capsys.readouterr().out
    assert said.startswith("2 roads, 2 of them with a wall; 0 open that nobody needs\n")
    assert "WALL  Function function -> Instance db (tcp 5432): it is configured with its address" in said
    assert "wall:   NetworkAcl data-acl: lets answers of Instance db to Function function out at no port" in said
    assert "rule:   network-acl-answer: " in said
    assert "opens:  a rule of NetworkAcl data-acl that allows tcp 1024-65535 out, 10.0.0.0/24" in said


def test_only_the_roads_that_are_asked_for_count(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stack = Stack()
    edges.a_target_that_does_not_admit_the_balancer.build(stack, True)
    stand(program, stack)
    assert main(["roads", *ARGUMENTS, str(program), "viewers"]) == 0
    assert main(["roads", *ARGUMENTS, str(program), "loadbalancer", "instance", "--json"]) == 1
    _, _, found = capsys.readouterr().out.partition("nobody needs\n")
    (road,) = json.loads(found)["roads"]
    assert (road["source"], road["target"], road["open"]) == ("LoadBalancer balancer", "Instance machine", False)
    assert road["wall"]["rule"]["id"] == "security-group-in"


def test_it_is_drawn_where_that_is_asked_for(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stack = Stack()
    networks.answers_that_do_not_leave.build(stack, False)
    stand(program, stack)
    drawn = program / "roads.svg"
    assert main(["roads", *ARGUMENTS, str(program), "--svg", str(drawn)]) == 0
    assert "2 roads, 0 with a wall" in drawn.read_text(encoding="utf-8")
    assert "written" in capsys.readouterr().err


def test_a_stack_that_does_not_stand_has_no_roads(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["roads", *ARGUMENTS, str(program)]) == 1
    assert "bring it up first" in capsys.readouterr().err
