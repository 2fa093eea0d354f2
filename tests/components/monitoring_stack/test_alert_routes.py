"""Who is told of what, as Alertmanager's own amtool reads it from what is rendered, against a literal table."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from components.monitoring_stack.alert_routes import alertmanager_config, notification_secrets
from components.monitoring_stack.settings.notifications import NotificationSettings
from sandbox.prometheus import amtool

TOPIC = "arn:aws:sns:eu-west-1:111122223333:alarms"
SMTP = {
    "host": "email-smtp.eu-west-1.amazonaws.com",
    "from_address": "alerts@example.com",
    "username": "mailer",
    "password_secret_name": "flowise/smtp-password",
}
FULL: dict[str, Any] = {
    "receivers": {
        "oncall": {"pagerduty_secret_name": "flowise/pagerduty-key", "slack_secret_name": "flowise/slack-urgent"},
        "chat": {"slack_secret_name": "flowise/slack-webhook"},
        "data-team": {"emails": ["data@example.com", "lake@example.com"]},
    },
    "routes": [
        {"receiver": "oncall", "severities": ["critical"], "teams": ["platform"], "repeat_hours": 1},
        {"receiver": "chat", "severities": ["critical", "warning", "info"], "teams": ["platform"]},
        {"receiver": "data-team", "teams": ["data"], "working_hours_only": True, "repeat_hours": 24},
        {"receiver": "alarm-topic", "severities": ["critical"]},
    ],
    "smtp": SMTP,
    "working_hours": {"time_zone": "Europe/Berlin"},
    "heartbeat_secret_name": "flowise/heartbeat-url",
}

# labels of an alert -> receivers in turn, without routes and with those above; nobody is told where only `nobody` is
TABLE: list[tuple[str, str, str]] = [
    ("alertname=HighLatency severity=critical team=platform", "alarm-topic", "oncall,chat,alarm-topic"),
    ("alertname=HighLatency severity=warning team=platform", "alarm-topic", "chat"),
    ("alertname=KubeQuotaAlmostFull severity=info team=platform", "nobody", "chat,nobody"),
    ("alertname=DatabricksUnreachable severity=warning team=data", "alarm-topic", "data-team"),
    ("alertname=DatabricksUnreachable severity=critical team=data", "alarm-topic", "data-team,alarm-topic"),
    ("alertname=DatabricksUnreachable severity=info team=data", "nobody", "nobody"),
    # the chart's own alerts have no team
    ("alertname=KubePodCrashLooping severity=warning", "alarm-topic", "alarm-topic"),
    ("alertname=KubeAPIDown severity=critical", "alarm-topic", "alarm-topic"),
    ("alertname=Watchdog severity=none", "nobody", "heartbeat"),
    ("alertname=InfoInhibitor severity=none", "nobody", "nobody"),
    # CloudWatch itself has told the topic of these
    ("alertname=CloudWatchAlarm severity=critical team=platform source=cloudwatch", "nobody", "oncall,chat,nobody"),
    ("alertname=CloudWatchAlarm severity=warning team=other source=cloudwatch", "nobody", "nobody"),
]


def rendered(**settings: object) -> dict[str, Any]:
    return alertmanager_config(
        NotificationSettings.model_validate(settings),
        topic_arn=TOPIC,
        region="eu-west-1",
        fall_with_cluster=["AppInstanceDown", "TargetDown"],
    )


def written(folder: Path, config: dict[str, Any]) -> Path:
    # JSON is YAML
    path = folder / "alertmanager.yaml"
    path.write_text(json.dumps(config), encoding="utf-8")
    return path


def judged(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([amtool(), *arguments], check=False, capture_output=True, text=True)


@pytest.mark.parametrize("settings", [{}, FULL], ids=["nothing", "everything"])
def test_alertmanager_accepts_it(tmp_path: Path, settings: dict[str, Any]) -> None:
    result = judged("check-config", written(tmp_path, rendered(**settings)))
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(("labels", "plain", "full"), TABLE)
def test_an_alert_goes_where_the_table_says(tmp_path: Path, labels: str, plain: str, full: str) -> None:
    for settings, receivers in (({}, plain), (FULL, full)):
        path = written(tmp_path, rendered(**settings))
        result = judged(
            "config", "routes", "test", f"--config.file={path}", f"--verify.receivers={receivers}", *labels.split()
        )
        assert result.returncode == 0, f"{labels}: {result.stdout}{result.stderr}"


def test_every_receiver_is_in_the_table() -> None:
    told = {name for row in TABLE for name in row[2].split(",")}
    assert told == {receiver["name"] for receiver in rendered(**FULL)["receivers"]}


def test_what_is_secret_is_read_from_files_that_are_mounted() -> None:
    settings = NotificationSettings.model_validate(FULL)
    files = set(re.findall(r"/etc/alertmanager/notifications/([a-z-]+)", json.dumps(rendered(**FULL))))
    assert notification_secrets(settings) == {
        "heartbeat-url": "flowise/heartbeat-url",
        "smtp-password": "flowise/smtp-password",
        "pagerduty-oncall": "flowise/pagerduty-key",
        "slack-oncall": "flowise/slack-urgent",
        "slack-chat": "flowise/slack-webhook",
    }
    assert files == set(notification_secrets(settings))
    assert notification_secrets(NotificationSettings()) == {}


def inhibited(source: dict[str, str], target: dict[str, str]) -> bool:
    def fits(matcher: str, labels: dict[str, str]) -> bool:
        found = re.fullmatch(r'(\w+)(=~|=)"(.*)"', matcher)
        assert found is not None, matcher
        key, how, value = found.groups()
        got = labels.get(key, "")
        return got == value if how == "=" else re.fullmatch(value, got) is not None

    return any(
        all(fits(each, source) for each in rule["source_matchers"])
        and all(fits(each, target) for each in rule["target_matchers"])
        and all(source.get(label, "") == target.get(label, "") for label in rule["equal"])
        for rule in rendered()["inhibit_rules"]
    )


@pytest.mark.parametrize(
    ("source", "target", "silent"),
    [
        ("HighLatency critical flowise", "HighLatency warning flowise", True),
        ("HighLatency critical flowise", "HighErrorRate warning flowise", False),
        ("HighLatency critical flowise", "HighLatency warning elsewhere", False),
        ("HighLatency warning flowise", "HighLatency critical flowise", False),
        ("KubeAPIDown critical default", "AppInstanceDown critical flowise", True),
        ("KubeAPIDown critical default", "KubePodNotReady warning flowise", True),
        ("KubeAPIDown critical default", "SiteUnreachable critical flowise", False),
        ("KubeAPIDown critical default", "KubeAPIDown critical default", False),
        ("AppInstanceDown critical flowise", "KubeAPIDown critical default", False),
        ("SloBurnFast critical flowise", "SloBurnSlow warning flowise", True),
    ],
)
def test_the_greater_fault_silences_the_lesser(source: str, target: str, silent: bool) -> None:
    first, second = (
        {**dict(zip(("alertname", "severity", "namespace"), each.split(), strict=True)), "cluster": "flowise-prod"}
        for each in (source, target)
    )
    assert inhibited(first, second) is silent
    assert not inhibited(first, {**second, "cluster": "flowise-dev"})


def test_what_still_burns_is_told_again_as_the_route_says() -> None:
    routes = {each["receiver"]: each for each in rendered(**FULL)["route"]["routes"]}
    assert (routes["oncall"]["repeat_interval"], routes["data-team"]["repeat_interval"]) == ("1h", "24h")
    assert routes["data-team"]["active_time_intervals"] == ["working-hours"]
    assert "active_time_intervals" not in routes["oncall"]
    assert routes["heartbeat"]["repeat_interval"] == "5m"


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"routes": [{"receiver": "oncal"}]}, "routes leads to a receiver that is not configured, got \"oncal\""),
    ({"receivers": {"chat": FULL["receivers"]["chat"]}}, 'receivers has one that no route leads to, got "chat"'),
    ({"receivers": {"chat": {}}, "routes": [{"receiver": "chat"}]}, "emails tells nobody"),
    (
        {"receivers": {"data": {"emails": ["data@example.com"]}}, "routes": [{"receiver": "data"}]},
        "smtp must be given: data is told by mail",
    ),
    (
        {"receivers": {"alarm-topic": FULL["receivers"]["chat"]}, "routes": [{"receiver": "alarm-topic"}]},
        "receivers names alarm-topic, which every stack has",
    ),
    ({"working_hours": {"start": "18:00", "end": "08:00"}}, "end must be later than start (18:00)"),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "problem"), WRONG)
def test_what_would_tell_nobody_is_refused(settings: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError) as refused:
        NotificationSettings.model_validate(settings)
    assert problem in str(refused.value)


def test_the_servers_to_ask_are_known_beforehand() -> None:
    assert NotificationSettings.model_validate(FULL).hosts() == (
        "events.pagerduty.com", "hooks.slack.com", "email-smtp.eu-west-1.amazonaws.com",
    )  # fmt: skip
    assert NotificationSettings().hosts() == ()
