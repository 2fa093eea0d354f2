"""The doctor and the status, with answers that boto3 itself finds well-formed."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped] # it ships no types
import pytest
import yaml
from botocore.stub import Stubber

from tests import broken_site
from tests.samples import PROD, changed
from tools import doctor, status
from tools.checks import NoAnswer, NotThere

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ACCOUNT = "222233334444"
DATABASE = f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:flowise-prod"
Answer = Mapping[str, Any] | NoAnswer | Callable[..., Mapping[str, Any]]
SETTINGS = changed(
    PROD,
    cluster={"admin_principal_arns": [f"arn:aws:iam::{ACCOUNT}:role/deployer"]},
    service={"databricks": {"url": "https://dbc-1.cloud.databricks.com", "token_secret_name": "flowise/token"}},
    edge={"domain": {"name": "ai.acme.com", "hosted_zone_id": "Z01"}},
    monitoring={"alarm_emails": ["platform@acme.com"]},
)


def quota(value: float) -> Mapping[str, Any]:
    return {"Quota": {"Value": value}}


def instance(**fields: Any) -> Mapping[str, Any]:
    whole = {
        "DBInstanceArn": DATABASE,
        "DBInstanceStatus": "available",
        "Engine": "postgres",
        "EngineVersion": "17.7",
        "LatestRestorableTime": NOW - timedelta(minutes=5),
        "CertificateDetails": {"ValidTill": NOW + timedelta(days=300)},
    }
    return {"DBInstances": [{**whole, **fields}]}


def certificates(days: int) -> Mapping[str, Any]:
    listed = {"DomainName": "ai.acme.com", "NotAfter": NOW + timedelta(days=days)}
    return {"CertificateSummaryList": [listed]}


def lifecycle(days: int) -> Mapping[str, Any]:
    cycle = {
        "LifecycleSupportName": "open-source-rds-standard-support",
        "LifecycleSupportStartDate": NOW,
        "LifecycleSupportEndDate": NOW + timedelta(days=days),
    }
    return {"DBMajorEngineVersions": [{"SupportedEngineLifecycles": [cycle]}]}


def backup(hours: int) -> Mapping[str, Any]:
    return {"RecoveryPoints": [{"CreationDate": NOW - timedelta(hours=hours), "Status": "COMPLETED"}]}


def zones(ids: str) -> list[dict[str, str]]:
    """Return an account's three zones of eu-west-1, with the ids of a region."""
    return [
        {"ZoneName": f"eu-west-1{letter}", "ZoneId": f"{ids}-az{index}", "State": "available"}
        for index, letter in enumerate("abc", start=1)
    ]


GOOD: Mapping[str, Answer] = {
    "get_caller_identity": {"Account": ACCOUNT, "Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/ada"},
    "describe_availability_zones": {"AvailabilityZones": zones("euw1")},
    "get_hosted_zone": {"HostedZone": {"Id": "Z01", "Name": "acme.com.", "CallerReference": "a"}},
    "describe_secret": {"Name": "flowise/token"},
    "list_open_id_connect_providers": {"OpenIDConnectProviderList": []},
    "describe_addresses": {"Addresses": [{"PublicIp": "198.51.100.7"}]},
    "describe_instance_types": {"InstanceTypes": [{"InstanceType": "m7g.large", "VCpuInfo": {"DefaultVCpus": 2}}]},
    "get_service_quota": quota(100),
    "describe_cluster": {"cluster": {"status": "ACTIVE", "version": "1.35"}},
    "describe_cluster_versions": {
        "clusterVersions": [{"clusterVersion": "1.35", "endOfStandardSupportDate": NOW + timedelta(days=126)}]
    },
    "describe_db_instances": instance(),
    "describe_db_major_engine_versions": lifecycle(1000),
    "list_recovery_points_by_resource": backup(10),
    "describe_log_groups": {"logGroups": []},
    "describe_region_settings": {"ResourceTypeOptInPreference": {"EKS": False, "RDS": True, "S3": False}},
    "describe_replication_groups": {
        "ReplicationGroups": [{"ReplicationGroupId": "flowise-prod-cache-1a2b3c", "Status": "available"}]
    },
    "list_certificates": certificates(200),
}
PRINTED: Mapping[str, str | NoAnswer] = {
    "version": "v9.0.0\n",
    "whoami": "User: ada\nBackend URL: s3://acme-state\n",
    "output": json.dumps({"url": "https://ai.acme.com", "backed_up": {"RDS": "arn:db", "S3": "arn:files"}}),
    "history": json.dumps(
        [
            {
                "kind": "update",
                "result": "succeeded",
                "startTime": "2026-11-20",
                "environment": {"git.head": "0123456789abcdef"},
            }
        ]
    ),
}


def cloud(answers: Mapping[str, Answer]) -> Any:
    def ask(service: str, operation: str, *, region: str, **parameters: Any) -> Mapping[str, Any]:
        answer = {**GOOD, **answers}[operation]
        if isinstance(answer, NoAnswer):
            raise answer
        made = answer(**parameters) if callable(answer) else answer
        client = boto3.client(service, region_name=region, aws_access_key_id="a", aws_secret_access_key="a")
        with Stubber(client) as stubber:
            # judges both the question and the answer by the service's own model
            stubber.add_response(operation, dict(made), parameters)
            told: Mapping[str, Any] = getattr(client, operation)(**parameters)
            return told

    return ask


def printed(said: Mapping[str, str | NoAnswer]) -> Callable[..., str]:
    def run(*command: str) -> str:
        word = next(each for each in command if each in PRINTED)
        answer = {**PRINTED, **said}[word]
        if isinstance(answer, NoAnswer):
            raise answer
        return answer

    return run


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: flowise\n")
    write(tmp_path)
    return tmp_path


def write(folder: Path, **sections: Any) -> None:
    settings = changed(SETTINGS, **sections)
    config = {"aws:region": settings.pop("region"), **{f"flowise:{key}": value for key, value in settings.items()}}
    (folder / "Pulumi.prod.yaml").write_text(yaml.safe_dump({"config": config}))


def examine(folder: Path, said: Mapping[str, str | NoAnswer] | None = None, /, **answers: Answer) -> int:
    return doctor.main(folder, ["--stack", "prod"], ask=cloud(answers), run=printed(said or {}))


def look(
    folder: Path, said: Mapping[str, str | NoAnswer] | None = None, get: str | NoAnswer = "pong", /, **answers: Answer
) -> int:
    def fetch(url: str) -> str:
        assert url == "https://ai.acme.com/api/v1/ping"
        if isinstance(get, NoAnswer):
            raise get
        return get

    return status.main(folder, ["--stack", "prod"], ask=cloud(answers), run=printed(said or {}), get=fetch, at=NOW)


def todo(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [line.removeprefix("TO DO   ") for line in capsys.readouterr().out.splitlines() if line.startswith("TO DO")]


def test_a_stack_that_has_all_it_needs_has_nothing_to_do(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, service={"image": f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/flowise:3.1.4@sha256:{'9' * 64}"})
    assert examine(project) == 0
    said = capsys.readouterr().out
    assert "0 to do, 0 not looked at" in said
    assert "s3://acme-state" in said


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"get_caller_identity": {"Account": "999", "Arn": "arn:aws:iam::999:role/a"}}, "credentials: they are of"),
        ({"describe_availability_zones": {"AvailabilityZones": []}}, "zones: eu-west-1a is not open to"),
        ({"describe_availability_zones": {"AvailabilityZones": zones("use1")}}, "zones: eu-west-1c is use1-az3"),
        ({"get_hosted_zone": NotThere("gone")}, "hosted zone: Z01 is not in this account"),
        (
            {"get_hosted_zone": {"HostedZone": {"Id": "Z01", "Name": "other.com.", "CallerReference": "a"}}},
            "hosted zone: Z01 is other.com's",
        ),
        ({"describe_secret": NotThere("gone")}, "service.databricks: flowise/token does not exist: `aws"),
        ({"get_service_quota": quota(3)}, "Elastic IPs: 3 for this stack, 1 for others, and the quota is 3"),
        ({"get_service_quota": quota(15)}, "vCPUs ON_DEMAND: 16 where every node"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named_with_what_to_do(
    project: Path, capsys: pytest.CaptureFixture[str], answers: dict[str, Answer], expected: str
) -> None:
    assert examine(project, **answers) == 1
    assert any(line.startswith(expected) for line in todo(capsys))


SECRET = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:theirs-AbCdEf"
SERVER = {"host": "db.acme.com", "username": "a", "secret_arn": SECRET, "cidrs": ["10.40.0.0/24"]}
SUBNETS = [f"subnet-0123456789abcde{number}{zone}" for number in "01" for zone in "abc"]
OWN = {
    "network": {
        "existing": {
            "vpc_id": "vpc-0123456789abcdef0", "private_subnet_ids": SUBNETS[:3], "data_subnet_ids": SUBNETS[3:],
        },
    },
    "database": {"existing": {**SERVER, "name": "a", "instance_identifier": "theirs"}},
    "cache": {"existing": SERVER},
    # of a network that was there before its owner decides
    "open_egress": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "line"),
    [
        ({}, "ok      database.existing: theirs"),
        ({}, "unknown cache.existing: nothing of AWS's tells of db.acme.com"),
        ({"describe_db_instances": NotThere("gone")}, "TO DO   database.existing: theirs is not in this account"),
        ({"describe_secret": NotThere("gone")}, f"TO DO   cache.existing.secret_arn: {SECRET} does not exist"),
    ],
)
def test_servers_that_were_there_before_are_looked_for(
    project: Path, capsys: pytest.CaptureFixture[str], answers: dict[str, Answer], line: str
) -> None:
    write(project, **OWN)
    examine(project, **answers)
    assert any(each.startswith(line) for each in capsys.readouterr().out.splitlines())


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"version": "v3.1.0"}, "pulumi: v3.1.0 is here"),
        ({"version": NoAnswer("no such file")}, "pulumi: install"),
        ({"whoami": NoAnswer("not logged in")}, "login: `pulumi login"),
    ],
)
def test_the_machine_is_looked_at_too(
    project: Path, capsys: pytest.CaptureFixture[str], said: dict[str, str | NoAnswer], expected: str
) -> None:
    assert examine(project, said) == 1
    assert any(line.startswith(expected) for line in todo(capsys))


def test_placeholders_are_found_with_their_lines(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    examine(project)
    assert any(line.startswith("placeholders: 111122223333 stands for an account") for line in todo(capsys))


def test_an_account_has_one_provider_of_github(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:{doctor.GITHUB}"
    there: Mapping[str, Any] = {"OpenIDConnectProviderList": [{"Arn": arn}]}
    write(project, pipeline={"repository": "acme/flowise"})
    examine(project, list_open_id_connect_providers=there)
    assert any(arn in line for line in todo(capsys))
    write(project, pipeline={"repository": "acme/flowise", "existing_provider_arn": arn})
    examine(project, list_open_id_connect_providers=there)
    assert not any(arn in line for line in todo(capsys))


def test_without_credentials_it_says_what_it_could_not_look_at(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = NoAnswer("Unable to locate credentials")
    examine(project, **dict.fromkeys(GOOD, gone))
    lines = capsys.readouterr().out.splitlines()
    unknown = [line for line in lines if line.startswith("unknown ")]
    assert {line.removeprefix("unknown ").split(":")[0] for line in unknown} >= {"credentials", "zones", "vCPUs"}
    assert all("Unable to locate credentials" in line for line in unknown)


def test_wrong_settings_are_counted_and_a_missing_stack_is_named(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project, network={"nat": "many"})
    assert examine(project) == 1
    assert any(line.startswith("settings: ") for line in todo(capsys))
    assert doctor.main(project, ["--stack", "staging"], ask=cloud({}), run=printed({})) == 2
    assert "Pulumi.staging.yaml does not exist" in capsys.readouterr().err


def test_a_stack_that_is_well_has_nothing_to_do(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert look(project) == 0
    said = capsys.readouterr().out
    assert "backup of RDS: 10.0 hours old" in said
    assert "backup of S3: 10.0 hours old" in said
    ended = "flowise 3.1, which its vendor ended and platform-engineering answers for: until 2027-02-28, 98 days"
    assert ended in said
    assert "0 to do, 1 not looked at" in said  # drift, which another command tells


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"list_recovery_points_by_resource": backup(40)}, "backup of RDS: 40.0 hours old"),
        ({"list_recovery_points_by_resource": {"RecoveryPoints": []}}, "backup of RDS: there is none of arn:db"),
        (
            {"list_recovery_points_by_resource": lambda ResourceArn: backup(10 if ResourceArn == "arn:db" else 40)},
            "backup of S3: 40.0 hours old",
        ),
        ({"list_certificates": certificates(10)}, "certificate in us-east-1: until 2026-12-01, 10 days"),
        ({"list_certificates": {"CertificateSummaryList": []}}, "certificate in eu-west-1: there is none for ai"),
        ({"describe_db_instances": instance(DBInstanceStatus="storage-full")}, "database: storage-full"),
        ({"describe_db_instances": instance(LatestRestorableTime=NOW - timedelta(hours=2))}, "database's log: 2.0"),
        (
            {"describe_db_instances": instance(CertificateDetails={"ValidTill": NOW + timedelta(days=3)})},
            "database's certificate: until 2026-11-24",
        ),
        ({"describe_db_instances": NotThere("DBInstanceNotFound")}, "database: it does not exist"),
        ({"describe_db_major_engine_versions": lifecycle(30)}, "database's version: until 2026-12-21, 30 days"),
        ({"describe_cluster": {"cluster": {"status": "DEGRADED", "version": "1.35"}}}, "cluster: DEGRADED"),
        (
            {"describe_cluster_versions": {"clusterVersions": [{"endOfStandardSupportDate": NOW}]}},
            "cluster's version: until 2026-11-21, 0 days",
        ),
        ({"describe_replication_groups": {"ReplicationGroups": []}}, "cache: no replication group"),
    ],
)  # fmt: skip
def test_what_ends_or_fails_is_named(
    project: Path, capsys: pytest.CaptureFixture[str], answers: dict[str, Answer], expected: str
) -> None:
    assert look(project, **answers) == 1
    assert any(line.startswith(expected) for line in todo(capsys))


def test_who_answers_for_what_its_vendor_ended_is_asked_anew_in_time(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    levels = tmp_path / "levels.prod.json"
    accepted = {"rule": "support-ended", "resource": "flowise 3.1", "owner": "jo", "expires": "2026-12-20"}
    monkeypatch.setattr(status, "ACCEPTED", tmp_path)
    for exceptions, expected in (
        (
            [accepted],
            "flowise 3.1, which its vendor ended and jo answers for: until 2026-12-20, 28 days: go on once more",
        ),
        ([{**accepted, "rule": "lb-https"}], "Flowise: its vendor ended it, and levels.prod.json accepts that by no"),
    ):
        levels.write_text(json.dumps({"rules": {"exceptions": exceptions}}))
        assert look(project) == 1
        assert any(line.startswith(expected) for line in todo(capsys))


def test_who_answers_for_a_site_that_is_open_to_all_is_told_and_asked_anew_in_time(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    until = PROD["open_to_all"]["expires"]
    examine(project)
    told = f"settings: accepted; anybody may try this site's login: tests answers for that until {until}"
    assert told in capsys.readouterr().out
    for days, word in ((31, "ok"), (30, "TO DO")):
        at = datetime.fromisoformat(until).replace(tzinfo=UTC) - timedelta(days=days)
        status.main(project, ["--stack", "prod"], ask=cloud({}), run=printed({}), get=lambda _: "pong", at=at)
        (line,) = [each for each in capsys.readouterr().out.splitlines() if "is open to all" in each]
        assert line.startswith(word)
        assert f"which tests answers for: until {until}, {days} days" in line


def test_log_groups_that_a_service_made_again_after_the_teardown_are_named(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def left(logGroupNamePrefix: str) -> Mapping[str, Any]:
        eks = logGroupNamePrefix == "/aws/eks/flowise-prod/cluster"
        return {"logGroups": [{"logGroupName": logGroupNamePrefix}] if eks else []}

    assert examine(project, {"output": NoAnswer("no stack named prod")}, describe_log_groups=left) == 1
    assert any(
        "`aws logs delete-log-group --region eu-west-1 --log-group-name /aws/eks/flowise-prod/cluster`" in line
        for line in todo(capsys)
    )
    examine(project, {"output": json.dumps({"cluster_name": "flowise-prod"})}, describe_log_groups=left)
    assert not any(line.startswith("log groups") for line in todo(capsys))


def test_where_nothing_is_said_to_be_backed_up_that_is_to_do(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert look(project, {"output": json.dumps({"url": "https://ai.acme.com"})}) == 1
    assert any(line.startswith("backup: nothing is backed up yet") for line in todo(capsys))


def test_a_region_whose_backups_know_no_clusters_is_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    known = {"ResourceTypeOptInPreference": {"RDS": True, "S3": True}}
    assert examine(project, describe_region_settings=known) == 1
    assert any("AWS Backup has no EKS in eu-west-1" in line for line in todo(capsys))


def test_a_site_or_an_update_that_failed_is_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert look(project, None, NoAnswer("502")) == 1
    assert any(line.startswith("site: ") for line in todo(capsys))
    failed = json.dumps([{"kind": "update", "result": "failed", "startTime": "2026-11-20"}])
    assert look(project, {"history": failed}) == 1
    assert any(line.startswith("last update: ") for line in todo(capsys))
    assert look(project, {"history": "[]", "output": "{}"}) == 1
    assert len(todo(capsys)) == 3


def test_what_is_no_answer_of_http_is_told_as_none() -> None:
    (no_status, _) = broken_site.ANSWERS
    with broken_site.answering(no_status) as address, pytest.raises(NoAnswer, match="SSH-"):
        status.fetch(address)
