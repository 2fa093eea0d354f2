"""Every alert has a runbook, with all that it must say, and the table of alerts says what they say."""

import json
import re
from pathlib import Path

import pytest

from components.monitoring_stack.alerts.rules import rule_groups
from components.monitoring_stack.settings.monitoring import MonitoringSettings
from tests.components.monitoring_stack.rules import FULL
from tools import runbooks
from tools.checks import NoAnswer

REPOSITORY = Path(__file__).parents[3]
OUTPUTS = {
    "url": "https://flowise.example.com",
    "cluster_name": "flowise-prod",
    "database_endpoint": "flowise-prod.abc.eu-west-1.rds.amazonaws.com",
    "cache_endpoint": "master.flowise-prod-cache-group-1a2b3c.xyz.euw1.cache.amazonaws.com",
}


def pulumi(*command: str) -> str:
    assert command == ("pulumi", "stack", "output", "--json", "--stack", "prod")
    return json.dumps(OUTPUTS)


def test_there_is_a_runbook_for_every_alert_and_no_other() -> None:
    asked = {alert.name for alert in FULL.alerts} | {"CloudWatchAlarm"}
    assert {path.stem for path in runbooks.RUNBOOKS.glob("*.md")} == asked == set(runbooks.alerts())


@pytest.mark.parametrize("alert", list(runbooks.alerts()))
def test_a_runbook_says_what_it_must(alert: str) -> None:
    text = runbooks.runbook(alert)
    assert text.startswith(f"# {alert}\n")
    told = runbooks.sections(text)
    assert tuple(told) == ("Meaning", "Impact", "First look", "Remedy")
    assert all(told.values())


def test_every_placeholder_is_known() -> None:
    known = {*runbooks.OUTPUTS, "stack", "region", "database", "cache"}
    for alert in runbooks.alerts():
        assert set(runbooks.PLACEHOLDER.findall(runbooks.runbook(alert))) <= known, alert


def test_what_a_runbook_refers_to_exists() -> None:
    for alert in runbooks.alerts():
        words = runbooks.runbook(alert).replace("`", " ").replace(",", " ").split()
        for word in words:
            path = word.rstrip(".,;:")
            if path.startswith(("docs/", "components/", "tests/", ".ci/")):
                assert (REPOSITORY / path).exists(), f"{alert}: {path}"


def test_settings_that_a_runbook_names_exist() -> None:
    reference = (REPOSITORY / "docs" / "settings.md").read_text(encoding="utf-8")
    for alert in runbooks.alerts():
        for word in runbooks.runbook(alert).replace("`", " ").split():
            section, _, key = word.rstrip(".,;:").rpartition(".")
            if section.startswith("flowise:"):
                nested = f"## {section}.{key}" in reference
                table = reference.partition(f"## {section}\n")[2].partition("\n## ")[0]
                assert nested or f"| `{key}` |" in table, f"{alert}: {word}"


def test_whoever_reads_kubectl_reads_how_to_reach_the_cluster() -> None:
    pages = {path: path.read_text(encoding="utf-8") for path in runbooks.DOCS.rglob("*.md")}
    asking = [path.name for path, text in pages.items() if re.search(r"\bkubectl\b", text)]
    silent = [path.name for path, text in pages.items() if path.name in asking and "cluster-access.md" not in text]
    assert len(asking) > 40
    assert set(silent) <= {"cluster-access.md"}


def test_what_nobody_can_run_by_hand_is_no_remedy() -> None:
    """`.ci/roll-back` wants what the pipeline has."""
    assert [alert for alert in runbooks.alerts() if ".ci/" in runbooks.runbook(alert)] == []


def test_the_table_of_alerts_is_current() -> None:
    assert runbooks.PAGE.read_text(encoding="utf-8") == runbooks.page(), "run `python -m tools.runbooks --write`"


def test_a_runbook_is_printed_with_the_stacks_own_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert runbooks.main(REPOSITORY, ["--stack", "prod", "FlowiseNotReady", "SiteUnreachable"], run=pulumi) == 0
    printed = capsys.readouterr().out
    way_in, _, rest = printed.partition("# FlowiseNotReady\n")
    assert "aws eks update-kubeconfig --region eu-west-1 --name flowise-prod\n" in way_in
    assert ".venv/bin/python -m tools.tunnel --stack prod -- bash\n" in way_in
    assert "kubectl" in rest
    assert "describe-db-instances --region eu-west-1 --db-instance-identifier flowise-prod " in printed
    assert "--replication-group-id flowise-prod-cache-group-1a2b3c " in printed
    assert "curl -sv -o /dev/null https://flowise.example.com/api/v1/ping" in printed


def test_all_are_printed_and_no_placeholder_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    assert runbooks.main(REPOSITORY, ["--stack", "prod"], run=pulumi) == 0
    printed = capsys.readouterr().out
    assert printed.count("## Remedy") == len(runbooks.alerts())
    assert runbooks.PLACEHOLDER.findall(printed) == []


def test_without_outputs_the_rest_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    def silent(*command: str) -> str:
        raise NoAnswer("not logged in")

    assert runbooks.main(REPOSITORY, ["--stack", "prod", "SiteUnreachable"], run=silent) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("# SiteUnreachable\n")
    assert "{url}/api/v1/ping" in printed.out
    assert "tools.status --stack prod" in printed.out
    assert printed.err == "what the stack itself tells stays in braces: not logged in\n"


def test_an_unknown_alert_or_stack_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert runbooks.main(REPOSITORY, ["--stack", "prod", "NoSuch"], run=pulumi) == 2
    assert "there is no alert 'NoSuch'; there are AppInstanceDown, " in capsys.readouterr().err
    assert runbooks.main(REPOSITORY, ["--stack", "none"], run=pulumi) == 2
    assert "Pulumi.none.yaml does not exist" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("base", "url"),
    [
        (None, "docs/operations/runbooks/Watchdog.md"),
        ("https://example.com/runbooks/", "https://example.com/runbooks/Watchdog.md"),
    ],
)
def test_an_alert_says_where_its_runbook_is(base: str | None, url: str) -> None:
    rules = [rule for group in rule_groups(FULL, MonitoringSettings(runbook_base_url=base)) for rule in group["rules"]]
    (watchdog,) = (rule for rule in rules if rule.get("alert") == "Watchdog")
    assert watchdog["annotations"]["runbook_url"] == url


# what a command in capitals stands for, and what lists those that there are: before it, in the same runbook
FINDS = {
    "POD": r"kubectl .*(get|top) pods",
    "NODE": r"kubectl get nodes",
    "DEPLOYMENT": r"kubectl .*get deployments",
    "NAMESPACE": r"kubectl get \w+ -A",
    "NAME": r"kubectl .*get \w+",
    "GROUP": r"aws elasticache describe-replication-groups",
    "ARN": r"aws (elbv2 describe-target-groups|acm list-certificates)",
    "ALARM": r"aws cloudwatch describe-alarms .*--state-value ALARM",
}
NAMED = re.compile(rf"(?<![\w=.-])({'|'.join(FINDS)})\b(?! *[:\]])")


def commands_of(text: str) -> list[str]:
    """Return the commands of a runbook, in their order."""
    lines = [line for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
    return [*lines, *re.findall(r"`((?:kubectl|aws) [^`]+)`", re.sub(r"```sh\n.*?```", "", text, flags=re.DOTALL))]


@pytest.mark.parametrize("alert", list(runbooks.alerts()))
def test_a_command_finds_what_another_names(alert: str) -> None:
    before = ""
    for command in commands_of(runbooks.runbook(alert)):
        for name in NAMED.findall(command.partition(" -o custom-columns")[0].replace("--state-value ALARM", "")):
            assert re.search(FINDS[name], before), f"{alert}: `{command}`: which {name}?"
        before += f"{command}\n"


def test_a_runbook_that_any_system_has_names_no_application() -> None:
    of_flowise = {alert.name for alert in runbooks.service().alerts}
    told = {
        alert: re.findall(r"Flowise\w*", runbooks.runbook(alert))
        for alert in runbooks.alerts()
        if alert not in of_flowise
    }
    # where its own key, or what it keeps, is what is wrong
    examples = {"TargetDown": ["Flowise"], "DatabaseStorageFills": ["Flowise"]}
    assert {alert: words for alert, words in told.items() if words} == examples
