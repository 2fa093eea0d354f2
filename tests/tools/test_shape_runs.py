"""What is said of a stack's life on the sandbox, of runs that are played."""

import json
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from tools import shape_runs
from tools.shape_runs import ShapeError, Stand, tried

OPEN, WALLED = {"target": "pods", "open": True}, {"target": "database", "open": False}


def life(monkeypatch: pytest.MonkeyPatch, roads: list[dict[str, Any]], ended: int, said: str = "") -> str:
    summaries = iter([{"create": 3}, {"same": 3}])

    def run(folder: Path, stack: str, command: str, *arguments: str, kubernetes: str) -> "CompletedProcess[str]":
        done, printed = 0, ""
        if command == "preview":
            printed = json.dumps({"changeSummary": next(summaries)})
        if command == "roads":
            done, printed = ended, "" if said else json.dumps({"roads": roads, "spare": []})
        return CompletedProcess(command, done, printed, said)

    monkeypatch.setattr(shape_runs, "run_sandbox", run)
    monkeypatch.setattr(Stand, "resources", lambda _: 3)
    monkeypatch.setattr(Stand, "standing", lambda _: set())
    monkeypatch.setattr(Stand, "outlived", lambda _: "nothing")
    monkeypatch.setattr(shape_runs, "went", lambda _: None)
    return tried(Stand(Path(), "prod", "real", Path()), roads=True)


def test_a_life_without_walls_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    said = life(monkeypatch, [OPEN], 0)
    assert said == "3 planned, 3 up, 3 the same, 1 roads open, 0 left; outlived by nothing"


def test_a_walled_road_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ShapeError, match=r"walled, or lead nowhere: \[\{'target': 'database', 'open': False\}\]"):
        life(monkeypatch, [OPEN, WALLED], 1)


def test_roads_that_nobody_could_walk_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ShapeError, match="roads ended with 2:\nnothing stands"):
        life(monkeypatch, [], 2, "nothing stands")
