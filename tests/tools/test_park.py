"""Parking, on a stand-in for the account that refuses what AWS would."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tools import park
from tools.checks import NoAnswer, NotThere

PREFIX = "urn:pulumi:dev::flowise::"
SIZES = {"minSize": 1, "desiredSize": 2, "maxSize": 3}
GROUP = {"clusterName": "flowise-dev", "scalingConfig": SIZES, "instanceTypes": ["t4g.large"]}
DATABASE = {"instanceClass": "db.t4g.small", "allocatedStorage": 20}


def resource(token: str, called: str, inputs: Mapping[str, Any], **outputs: Any) -> dict[str, Any]:
    return {
        "urn": f"{PREFIX}{token}::{called}",
        "type": token,
        "id": f"i-{called}",
        "inputs": inputs,
        "outputs": outputs,
    }


STATE = [
    resource(park.GROUP, "cluster-app-group", GROUP, nodeGroupName="app"),
    resource(park.DATABASE, "db-instance", DATABASE, identifier="flowise-dev-db"),
    resource(park.MACHINE, "operator", {"instanceType": "t4g.nano"}),
    *(resource(park.ALARM, f"alarm-{number}", {}, name=f"alarm-{number}") for number in range(150)),
    resource("aws:ec2/natGateway:NatGateway", "nat", {}),
]


class Account:
    """Node groups, a database, a machine and nodes, which take a while to change."""

    def __init__(self) -> None:
        self.sizes, self.database, self.machine = dict(SIZES), "available", "running"
        self.nodes, self.bought = ["i-1", "i-2"], ["i-3"]
        self.told, self.waited, self.refuses = list[str](), 0, ""

    def ask(self, service: str, operation: str, *, region: str, **given: Any) -> Mapping[str, Any]:
        assert region == "eu-west-1"
        if operation == self.refuses:
            raise NoAnswer(f"{service}:{operation} answered AccessDenied")
        if not operation.startswith("describe"):
            self.told.append(operation)
        answers: Mapping[str, Callable[..., Any]] = {
            "describe_nodegroup": lambda **_: {"nodegroup": {"scalingConfig": self.sizes, "status": "ACTIVE"}},
            "describe_db_instances": lambda **_: {"DBInstances": [{"DBInstanceStatus": self.database}]},
            "describe_instances": self.instances,
            "update_nodegroup_config": self.scale,
            "stop_db_instance": lambda **_: self.become(database="stopping"),
            "start_db_instance": lambda **_: self.become(database="starting"),
            "stop_instances": lambda **_: self.become(machine="stopping"),
            "start_instances": lambda **_: self.become(machine="running"),
            "terminate_instances": self.terminate,
            "disable_alarm_actions": lambda AlarmNames: {} if len(AlarmNames) <= 100 else pytest.fail("too many"),
            "enable_alarm_actions": lambda AlarmNames: {} if len(AlarmNames) <= 100 else pytest.fail("too many"),
        }
        answer: Mapping[str, Any] = answers[operation](**given) or {}
        return answer

    def instances(self, InstanceIds: Any = (), Filters: Any = ()) -> dict[str, Any]:  # AWS's names
        if InstanceIds:
            return {"Reservations": [{"Instances": [{"State": {"Name": self.machine}}]}]}
        of_group = any("eks:nodegroup-name" in each["Values"] for each in Filters)
        return {
            "Reservations": [
                {"Instances": [{"InstanceId": each} for each in (self.nodes if of_group else self.bought)]}
            ]
        }

    def scale(self, clusterName: str, nodegroupName: str, scalingConfig: dict[str, int]) -> None:
        assert scalingConfig["minSize"] <= scalingConfig["desiredSize"] <= scalingConfig["maxSize"]
        self.sizes = scalingConfig

    def terminate(self, InstanceIds: list[str]) -> None:  # AWS's name
        # its controller would buy others
        assert self.nodes == []
        self.bought = []

    def become(self, **states: str) -> None:
        self.__dict__ |= states

    def wait(self, seconds: float) -> None:
        self.waited += 1
        assert self.waited < 100
        if self.sizes["desiredSize"] == 0:
            self.nodes = self.nodes[1:]
        self.database = {"stopping": "stopped", "starting": "available"}.get(self.database, self.database)
        self.machine = {"stopping": "stopped"}.get(self.machine, self.machine)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for stack in ("dev", "prod"):
        text = f"config:\n  aws:region: eu-west-1\n  flowise:environment: {stack}\n"
        (tmp_path / f"Pulumi.{stack}.yaml").write_text(text)
    return tmp_path


def ended(folder: Path, account: Account, *arguments: str, stack: str = "dev", state: Any = None) -> int:
    def run(*command: str) -> str:
        return json.dumps({"deployment": {"resources": STATE if state is None else state}})

    return park.main(folder, ["--stack", stack, *arguments], ask=account.ask, run=run, wait=account.wait)


def test_what_is_parked_comes_back_as_the_state_has_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    account = Account()
    assert ended(folder, account, "--is-parked") == 1
    assert ended(folder, account) == 0
    assert account.sizes == {"minSize": 0, "desiredSize": 0, "maxSize": 3}
    assert (account.database, account.machine, account.bought) == ("stopping", "stopping", [])
    # who uses the database goes before it
    assert account.told.index("update_nodegroup_config") < account.told.index("stop_db_instance")
    assert account.told[:2] == ["disable_alarm_actions"] * 2
    assert ended(folder, account, "--is-parked") == 0
    account.wait(1)
    assert ended(folder, account, "--back") == 0
    assert (account.sizes, account.database, account.machine) == (SIZES, "available", "running")
    assert account.told[-2:] == ["enable_alarm_actions"] * 2
    capsys.readouterr()
    account.told.clear()
    assert ended(folder, account, "--back") == 0
    assert account.told == []
    assert capsys.readouterr().out == "dev is not parked\n"


def test_what_is_still_stopping_is_called_back_as_well(folder: Path) -> None:
    account = Account()
    assert ended(folder, account) == 0
    assert account.machine == "stopping"
    assert ended(folder, account, "--back") == 0
    assert (account.sizes, account.database, account.machine) == (SIZES, "available", "running")


def test_what_it_saves_is_said_before_anything_stops(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    account = Account()
    assert ended(folder, account, "--dry-run") == 0
    assert account.told == []
    said = capsys.readouterr().out
    # by the price table: two t4g.large, a db.t4g.small and a t4g.nano
    assert "parked it costs" in said
    hour = float(said.partition("parked it costs ")[2].partition(" ")[0])
    assert hour == pytest.approx(sum(float(line.split()[-4]) for line in said.splitlines()[:3]), abs=0.01)
    assert f": {hour * 730 * 108 / 168:.0f}"[:4] in said
    assert "NAT gateways and their addresses" in said


def test_production_is_never_parked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    account = Account()
    assert ended(folder, account, stack="prod") == 2
    assert "never parked" in capsys.readouterr().err
    assert ended(folder, account, "--is-parked", stack="prod") == 1
    assert ended(folder, account, "--back", stack="prod") == 0
    assert account.told == []


def test_what_does_not_stand_or_is_not_told_of_ends_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    account = Account()
    assert ended(folder, account, "--back", state=[]) == 0
    account.refuses = "stop_db_instance"
    assert ended(folder, account) == 1
    account.refuses = "describe_nodegroup"
    assert ended(folder, account) == 2
    assert "AccessDenied" in capsys.readouterr().err


def test_what_somebody_deleted_is_left_out(folder: Path) -> None:
    account = Account()
    asked = account.ask

    def ask(service: str, operation: str, **given: Any) -> Mapping[str, Any]:
        if operation == "describe_db_instances":
            raise NotThere("rds:describe_db_instances answered DBInstanceNotFound")
        return asked(service, operation, **given)

    account.ask = ask  # type: ignore[method-assign]
    assert ended(folder, account, "--is-parked") == 1
