"""Which ways open or close: the differences of two walks, and which changes are worth a walk."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sandbox.roads.model import Finding, Road, Rule, Spare, Wall
from sandbox.workspace import SandboxError, Workspace
from tools.report import roads, runs
from tools.report.build import not_judged
from tools.report.model import Change, Kind

RULE = Rule("network-acl-answer", "network ACLs forget", "https://example.com/1")
WALL = Wall(RULE, "NetworkAcl data", "lets nothing in from 10.0.0.0/24", "a rule")


def road(target: str, wall: Wall | None = None) -> Road:
    return Road("app-server", target, "tcp 5432", "flows are kept there", "app-server", wall)


def finding(*found: Road, spare: Sequence[Spare] = ()) -> Finding:
    return Finding(found, tuple(spare))


def test_what_opens_closes_comes_and_goes_is_said() -> None:
    open_to_all = Spare(RULE, "SecurityGroup app", "lets the internet in", "take the rule away")
    before = finding(road("db"), road("cache", WALL), road("bucket"), road("queue"))
    after = finding(
        road("db", WALL), road("cache"), road("queue"), road("search"), road("mail", WALL), spare=[open_to_all]
    )
    assert list(roads.differences(before, after)) == [
        "closed: app-server → db (tcp 5432): NetworkAcl data lets nothing in from 10.0.0.0/24",
        "closed: app-server → mail (tcp 5432): NetworkAcl data lets nothing in from 10.0.0.0/24",
        "open, and nobody needs it: SecurityGroup app lets the internet in",
        "opens: app-server → cache (tcp 5432): flows are kept there",
        "opens: app-server → search (tcp 5432): flows are kept there",
        "gone: app-server → bucket (tcp 5432): flows are kept there",
    ]
    assert list(roads.differences(after, after)) == []


def change(kind: Kind, token: str) -> Change:
    return Change(urn="urn", name="it", type=token, component="Vpc vpc", kind=kind)


@pytest.mark.parametrize(
    ("kind", "token", "differ"),
    [
        ("update", "vpc SecurityGroupIngressRule", True),
        ("delete", "NetworkPolicy", True),
        ("create", "Deployment", True),
        ("update", "Deployment", False),
        ("update", "rds Instance", False),
        ("tags", "ec2 SecurityGroup", False),
        ("create", "cloudwatch MetricAlarm", False),
    ],
)
def test_a_walk_is_made_where_one_may_end_elsewhere(kind: Kind, token: str, differ: bool) -> None:
    assert roads.may_differ([change(kind, token)]) is differ


def walked(
    monkeypatch: pytest.MonkeyPatch, *kinds: tuple[Kind, str], fails: bool = False
) -> tuple[list[str], Sequence[str]]:
    """Return what the engine was asked, and what a report says of roads."""
    asked, walks = list[str](), [finding(road("db")), finding(road("db", WALL))]

    @contextmanager
    def running(*_: Any) -> Iterator[SimpleNamespace]:
        def read(*arguments: str) -> None:
            asked.append(arguments[0])
            if fails:
                raise SandboxError("refused half-way")

        yield SimpleNamespace(read=read)

    monkeypatch.setattr(runs, "running", running)
    monkeypatch.setattr(Workspace, "of", lambda *_: SimpleNamespace(world_file=Path()))
    monkeypatch.setattr(roads, "walked", lambda _: walks.pop(0))
    listed = [change(kind, token) for kind, token in kinds]
    told = not_judged("prod", []).model_copy(update={"changes": listed, "roads": ["as the rules say"]})
    return asked, runs.with_roads(told, Path(), Path(), runs.Asked()).roads


def test_a_change_is_brought_up_over_the_base_and_walked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, told = walked(monkeypatch, ("delete", "NetworkPolicy"))
    assert asked == ["up"]
    assert [each.partition(":")[0] for each in told] == ["closed", "as the rules say"]


def test_what_cannot_come_up_or_need_not_says_what_its_rules_do(monkeypatch: pytest.MonkeyPatch) -> None:
    refused: list[tuple[Kind, str]] = [("refused", "eks Cluster"), ("update", "NetworkPolicy")]
    assert walked(monkeypatch, *refused) == ([], ["as the rules say"])
    assert walked(monkeypatch, ("update", "rds Instance")) == ([], ["as the rules say"])
    assert walked(monkeypatch, ("update", "NetworkPolicy"), fails=True) == (["up"], ["as the rules say"])
