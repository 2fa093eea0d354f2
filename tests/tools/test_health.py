"""What a release is watched by, on figures as CloudWatch gives them."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tools import health
from tools.checks import NoAnswer
from tools.health import Measure

AT = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
STATE = {
    "deployment": {
        "resources": [
            {"urn": "urn::app-lb", "type": health._BALANCER, "parent": "p", "outputs": {"arnSuffix": "app/lb/1"}},
            {"urn": "urn::app-tg", "type": health._GROUP, "parent": "p", "outputs": {"arnSuffix": "targetgroup/tg/1"}},
            {"urn": "urn::edge", "type": health._CDN, "id": "E1", "outputs": {}},
            {"urn": "urn::check", "type": health._CANARY, "outputs": {"name": "site"}},
            {"urn": "urn::other", "type": "aws:s3/bucket:Bucket", "outputs": {}},
        ]
    }
}
WANTED = health.measures(STATE, "eu-west-1")


def test_balancer_cdn_and_canary_are_asked_where_each_reports() -> None:
    assert {(each.metric, each.dimensions[0][1], each.region) for each in WANTED} == {
        *((metric, "app/lb/1", "eu-west-1") for metric in ("RequestCount", "TargetResponseTime", "HealthyHostCount")),
        *((f"HTTPCode_{of}_5XX_Count", "app/lb/1", "eu-west-1") for of in ("ELB", "Target")),
        *((metric, "E1", "us-east-1") for metric in ("Requests", "5xxErrorRate")),
        ("SuccessPercent", "site", "eu-west-1"),
    }
    assert health.measures({"deployment": {}}, "eu-west-1") == []


def figures(**of: Sequence[float]) -> dict[Measure, Sequence[float]]:
    return {each: of.get(each.metric, ()) for each in WANTED}


@pytest.mark.parametrize(
    ("of", "says"),
    [
        ({"RequestCount": [100], "HTTPCode_Target_5XX_Count": [6]}, "app-lb: 6 errors to 100 requests"),
        ({"RequestCount": [10, 10], "HTTPCode_ELB_5XX_Count": [1, 1]}, "app-lb: 2 errors to 20 requests"),
        ({"RequestCount": [0], "HTTPCode_ELB_5XX_Count": [30]}, "app-lb: 30 errors to 0 requests"),
        ({"HealthyHostCount": [2, 0, 0]}, "app-tg: no target is healthy"),
        ({"Requests": [30, 30], "5xxErrorRate": [20, 0]}, "edge: 10 % of 60 answers of the CDN are errors"),
        ({"SuccessPercent": [100, 0, 0]}, "check: the canary failed twice in a row"),
        # what is well, or too little to say so
        ({"RequestCount": [100], "HTTPCode_Target_5XX_Count": [5]}, ""),
        ({"RequestCount": [10], "HTTPCode_Target_5XX_Count": [9]}, ""),
        ({"HealthyHostCount": [0, 2]}, ""),
        ({"Requests": [10], "5xxErrorRate": [100]}, ""),
        ({"SuccessPercent": [0, 100]}, ""),
        ({"SuccessPercent": [0]}, ""),
        ({}, ""),
    ],
)
def test_what_is_not_well_is_said(of: dict[str, list[float]], says: str) -> None:
    assert list(health.faults(figures(**of))) == ([says] if says else [])


def test_it_is_watched_to_the_end_and_no_longer_than_to_the_first_fault() -> None:
    asked, minute = list[tuple[datetime, datetime]](), 0

    def ask(wanted: Sequence[Measure], start: datetime, end: datetime) -> dict[Measure, Sequence[float]]:
        asked.append((start, end))
        bad = minute >= 3
        return figures(
            HealthyHostCount=[2],
            TargetResponseTime=[0.5 if start < AT else 0.25],
            SuccessPercent=[0, 0][bad - 1 :] if bad else [],
        )

    def wait(seconds: float) -> None:
        nonlocal minute
        minute += 1

    def watched(minutes: int) -> tuple[list[str], dict[str, float]]:
        nonlocal minute
        minute = 0
        return health.watch(WANTED, minutes, ask, now=lambda: AT + timedelta(minutes=minute), wait=wait)

    assert watched(2) == ([], {"before": 0.5, "after": 0.25})
    assert asked[0] == (AT - timedelta(minutes=2), AT)
    assert asked[-1] == (AT, AT + timedelta(minutes=2))
    assert watched(9)[0] == ["check: the canary failed twice in a row"]
    assert minute == 3


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (
            {"TargetResponseTime": [0.3]},
            {"TargetResponseTime": [0.7]},
            "an answer takes 0.70 s, and took 0.30 s before",
        ),
        ({}, {"HTTPCode_Target_5XX_Count": [2]}, "2.0 % of answers are errors, and 0.0 % were before"),
        ({"HTTPCode_ELB_5XX_Count": [1]}, {"HTTPCode_Target_5XX_Count": [3]}, "3.0 % of answers are errors"),
        # as well as before, better, too little to say so, or nobody there before
        ({"TargetResponseTime": [0.3]}, {"TargetResponseTime": [0.59]}, ""),
        ({"TargetResponseTime": [0.01]}, {"TargetResponseTime": [0.2]}, ""),
        ({"HTTPCode_Target_5XX_Count": [3]}, {"HTTPCode_Target_5XX_Count": [5]}, ""),
        ({"HTTPCode_Target_5XX_Count": [3]}, {}, ""),
        ({}, {"HTTPCode_Target_5XX_Count": [1]}, ""),
        ({"RequestCount": [19]}, {"HTTPCode_Target_5XX_Count": [3]}, ""),
        ({"RequestCount": []}, {"TargetResponseTime": [3]}, ""),
    ],
)
def test_a_release_is_compared_with_the_one_before(
    before: dict[str, list[float]], after: dict[str, list[float]], says: str
) -> None:
    usual: dict[str, list[float]] = {"RequestCount": [40, 60], "HealthyHostCount": [2]}

    def ask(_: Sequence[Measure], start: datetime, __: datetime) -> dict[Measure, Sequence[float]]:
        return figures(**{**usual, **(before if start < AT else after)})

    found, _ = health.watch(WANTED, 0, ask, now=lambda: AT)
    assert [each.removeprefix("app-lb: ").startswith(says) for each in found] == ([True] if says else []), found


def test_what_never_reported_is_not_taken_for_well() -> None:
    with pytest.raises(NoAnswer, match="app-tg: no figure came in 1 minutes"):
        health.watch(WANTED, 1, lambda *_: figures(RequestCount=[1]), wait=lambda _: None)


@pytest.fixture
def cloudwatch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Pulumi.prod.yaml").write_text("config: {aws:region: eu-west-1}\n")
    return []


def ended(
    called: list[tuple[str, ...]], values: dict[str, Any], state: Any = STATE, fails: str = "", *, cwd: str = ""
) -> int:
    def run(*command: str) -> str:
        called.append(command)
        if fails and fails in command:
            raise NoAnswer(f"{fails} says no")
        if "export" in command:
            return json.dumps(state)
        if "put-metric-data" in command:
            return ""
        queries = json.loads(command[command.index("--metric-data-queries") + 1])
        assert {each["MetricStat"]["Period"] for each in queries} == {60}
        named = {each["Id"]: each["MetricStat"]["Metric"]["MetricName"] for each in queries}
        return json.dumps(
            {"MetricDataResults": [{"Id": each, "Values": values.get(name, [])} for each, name in named.items()]}
        )

    where = ["--cwd", cwd] if cwd else []
    return health.main(["--stack", "prod", "--minutes", "0", *where], run=run)


def test_a_system_is_told_of_by_its_name(cloudwatch: list[tuple[str, ...]], tmp_path: Path) -> None:
    program = tmp_path / "examples" / "ranking"
    program.mkdir(parents=True)
    (program / "Pulumi.prod.yaml").write_text("config: {aws:region: sa-east-1}\n")
    figures = {"HealthyHostCount": [2], "TargetResponseTime": [0.5]}
    assert ended(cloudwatch, figures, cwd=str(program)) == 0
    (told,) = [each for each in cloudwatch if "put-metric-data" in each]
    assert "sa-east-1" in told
    assert all("Dimensions=[{Name=Stack,Value=ranking-prod}]" in each for each in told[-2:])
    assert ended(cloudwatch, figures, cwd=str(tmp_path / "nothing")) == 2


def test_how_long_answers_take_is_told_to_cloudwatch(
    cloudwatch: list[tuple[str, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(cloudwatch, {"HealthyHostCount": [2], "TargetResponseTime": [0.5, 1.5]}) == 0
    (told,) = [each for each in cloudwatch if "put-metric-data" in each]
    assert told[-2:] == tuple(
        f"MetricName=AnswerSeconds{when},Unit=Seconds,Value=1.000,Dimensions=[{{Name=Stack,Value=prod}}]"
        for when in ("Before", "After")
    )
    assert "an answer took 1.00 s before, 1.00 s after" in capsys.readouterr().out
    # that nobody could be told is no fault of the release
    assert ended(cloudwatch, {"HealthyHostCount": [2], "TargetResponseTime": [1]}, fails="put-metric-data") == 0


@pytest.mark.parametrize(
    ("values", "state", "fails", "status", "says"),
    [
        ({"HealthyHostCount": [0, 0]}, STATE, "", 1, "prod is not well: app-tg: no target is healthy"),
        (
            {"HealthyHostCount": [1]},
            STATE,
            "get-metric-data",
            2,
            "nobody can tell whether prod is well: get-metric-data",
        ),
        ({}, STATE, "", 2, "no figure came"),
        ({}, {"deployment": {"resources": []}}, "", 2, "no load balancer, CDN or canary"),
    ],
)
def test_what_is_not_well_and_what_nobody_can_tell_end_differently(
    values: dict[str, Any],
    state: Any,
    fails: str,
    status: int,
    says: str,
    cloudwatch: list[tuple[str, ...]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert ended(cloudwatch, values, state, fails) == status
    assert says in capsys.readouterr().err
