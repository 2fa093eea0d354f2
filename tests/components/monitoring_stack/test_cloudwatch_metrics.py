from collections.abc import Iterator
from pathlib import Path
from typing import Any

from components.monitoring_stack.cloudwatch_metrics import USD_PER_SERIES_MONTH, cloudwatch_config
from components.rds_postgres.settings import DatabaseSettings
from components.rds_postgres.watch import watch as database
from tests.components.monitoring_stack.rules import FULL

NAMES = Path(__file__).parent / "metrics" / "cloudwatch.txt"
TAGS = {"Project": "flowise", "Environment": "prod", "Owner": "a.team (b)"}


def config(region: str = "eu-west-1") -> dict[str, Any]:
    return cloudwatch_config(FULL.cloudwatch.metrics, region=region, tags=TAGS)


def asked() -> Iterator[tuple[str, ...]]:
    made = config()
    for job in (*made["discovery"]["jobs"], *made["static"], *made["customNamespace"]):
        fixed = [each["name"] for each in job.get("dimensions", ())]
        # what AWS Backup tells is cut by one of these, or by both
        names = fixed or job.get("dimensionNameRequirements") or ["BackupVaultName", "ResourceType"]
        for metric in job["metrics"]:
            for statistic in metric["statistics"]:
                labels = sorted(f"dimension_{name}" for name in names)
                yield job.get("type") or job["namespace"], metric["name"], statistic, *labels


def test_whatever_is_asked_for_is_listed_with_its_name_in_prometheus_and_nothing_else() -> None:
    lines = [line.split() for line in NAMES.read_text().splitlines() if not line.startswith("#")]
    assert sorted(tuple(line[1:]) for line in lines) == sorted(asked())
    assert len({line[0] for line in lines}) == len(lines)


def test_only_what_bears_the_stacks_tags_is_found() -> None:
    for job in config()["discovery"]["jobs"]:
        assert job["searchTags"] == [
            {"key": "Environment", "value": "^prod$"},
            {"key": "Owner", "value": r"^a\.team \(b\)$"},
            {"key": "Project", "value": "^flowise$"},
        ]


def test_the_edge_is_asked_where_it_tells() -> None:
    regions = {job["type"]: job["regions"] for job in config()["discovery"]["jobs"]}
    assert regions["AWS/CloudFront"] == ["us-east-1"]
    assert regions["AWS/CertificateManager"] == ["eu-west-1", "us-east-1"]
    assert regions["AWS/RDS"] == ["eu-west-1"]
    at_home = {job["type"]: job["regions"] for job in config("us-east-1")["discovery"]["jobs"]}
    assert at_home["AWS/CertificateManager"] == ["us-east-1"]


def test_what_bears_no_tags_of_the_stacks_is_asked_for_in_its_own_region() -> None:
    theirs = database(DatabaseSettings(), identifier="orders", tagged=False)
    (job,) = cloudwatch_config(theirs.cloudwatch.metrics, region="eu-west-1", tags=TAGS)["static"]
    assert job["regions"] == ["eu-west-1"]
    assert job["dimensions"] == [{"name": "DBInstanceIdentifier", "value": "orders"}]
    assert {job["regions"][0] for job in config()["static"]} == {"us-east-1"}


def test_nothing_counted_is_none_and_nothing_measured_is_nothing() -> None:
    jobs = [*config()["discovery"]["jobs"], *config()["static"]]
    metrics = {metric["name"]: metric["nilToZero"] for job in jobs for metric in job["metrics"]}
    assert (metrics["RequestCount"], metrics["Evictions"]) == (True, True)
    assert (metrics["FreeStorageSpace"], metrics["EstimatedCharges"]) == (False, False)


def test_the_firewall_and_the_bill_are_asked_for_by_exact_dimensions() -> None:
    dimensions = {
        job["name"]: {each["name"]: each["value"] for each in job["dimensions"]} for job in config()["static"]
    }
    assert dimensions == {"firewall": {"WebACL": "flowise-test", "Rule": "ALL"}, "bill": {"Currency": "USD"}}


def test_a_deployment_and_a_restore_are_told_of_once() -> None:
    jobs = config()["customNamespace"]
    assert [job["name"] for job in jobs] == ["restores", "deployments"]
    for job in jobs:
        # YACE takes a delay of a job alone, and keeps what it read for one interval
        assert (job["period"], job["length"], job["delay"]) == (300, 300, 300)
        assert job["dimensionNameRequirements"] == ["Stack"]


def test_a_series_costs_nine_cents_a_month() -> None:
    assert round(USD_PER_SERIES_MONTH, 2) == 0.09
