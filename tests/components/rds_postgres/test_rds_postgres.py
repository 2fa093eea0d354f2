import json
import re
from typing import Any, get_args

import pulumi
import pulumi_aws as aws
import pulumi_random as random
import pytest

from components.rds_postgres.component import RdsPostgres, RdsPostgresArgs
from components.rds_postgres.settings import DatabaseSettings, EngineVersion
from sandbox import aws_data
from testing.cloud import Cloud
from tests.samples import ALARMS, NETWORK, TAGS

TOPIC = ALARMS.arn
EVERY_VERSION = re.compile(get_args(EngineVersion)[1].pattern)


def versions_of(engine: str) -> list[str]:
    """Return the versions that RDS has of an engine, as cfn-lint knows them."""
    for rule in aws_data.read("schemas/extensions/aws_rds_dbinstance/engine_version.json")["allOf"]:
        if rule["if"]["properties"]["Engine"].get("const") == engine:
            return list(rule["then"]["properties"]["EngineVersion"]["enum"])
    raise AssertionError(f"cfn-lint knows no {engine}")


def create(
    copy_region: str | None = None, *, database_name: str = "orders", owner: str = "orders", **settings: Any
) -> RdsPostgres:
    return RdsPostgres(
        "db",
        RdsPostgresArgs(
            settings=DatabaseSettings.model_validate(settings),
            identifier="orders-test",
            database_name=database_name,
            owner=owner,
            network=NETWORK,
            clients={"cluster": "sg-cluster"},
            alarms=ALARMS,
            copy_region=copy_region,
            tags=TAGS,
        ),
    )


def build(cloud: Cloud, copy_region: str | None = None, **settings: Any) -> RdsPostgres:
    return cloud.build(lambda: create(copy_region, **settings))


def test_it_builds_with_and_without_knowing_the_cloud(any_cloud: Cloud) -> None:
    build(any_cloud)
    assert any_cloud.only(aws.rds.Instance).inputs["engineVersion"] == "17"


def test_it_is_encrypted_private_and_billed_for_no_extended_support(cloud: Cloud) -> None:
    build(cloud)
    inputs = cloud.only(aws.rds.Instance).inputs
    assert inputs["storageEncrypted"] is True
    assert inputs["kmsKeyId"].startswith("arn:aws:kms:")
    assert inputs["publiclyAccessible"] is False
    assert inputs["engineLifecycleSupport"] == "open-source-rds-extended-support-disabled"


def test_tls_is_forced(cloud: Cloud) -> None:
    build(cloud)
    group = cloud.only(aws.rds.ParameterGroup)
    assert group.inputs["family"] == "postgres17"
    assert ("rds.force_ssl", "1") in {(each["name"], each["value"]) for each in group.inputs["parameters"]}


# of the family postgres17, as the RDS user guide and `aws rds describe-db-parameters --source system` give them; None:
# RDS leaves it to PostgreSQL
FAMILY_DEFAULTS = {
    "idle_in_transaction_session_timeout": "86400000",
    "log_lock_waits": None,
    "log_min_duration_statement": None,
    "log_statement": None,
    "rds.force_ssl": "1",
    "shared_preload_libraries": "pg_stat_statements",
}


def test_a_parameter_that_equals_its_default_waits_for_a_reboot_as_rds_reads_it_back(cloud: Cloud) -> None:
    build(cloud)
    rows = cloud.only(aws.rds.ParameterGroup).inputs["parameters"]
    assert {row["name"] for row in rows} == set(FAMILY_DEFAULTS)
    defaults = {row["name"] for row in rows if row["value"] == FAMILY_DEFAULTS[row["name"]]}
    assert defaults == {row["name"] for row in rows if row["applyMethod"] == "pending-reboot"}


# 15 and later ask for TLS by themselves (RDS user guide, PostgreSQL.Concepts.General.SSL)
@pytest.mark.parametrize("version", ["15", "15.19", "16.4", "17", "18.6"])
def test_each_version_has_the_parameters_of_its_family(cloud: Cloud, version: str) -> None:
    build(cloud, engine_version=version)
    group = cloud.only(aws.rds.ParameterGroup).inputs
    assert group["family"] == "postgres" + version[:2]
    assert {"rds.force_ssl": "1", "shared_preload_libraries": "pg_stat_statements"}.items() <= {
        each["name"]: each["value"] for each in group["parameters"]
    }.items()
    assert cloud.only(aws.rds.Instance).inputs["engineVersion"] == version


def test_the_versions_that_are_taken_are_those_that_rds_has() -> None:
    known = versions_of("postgres")
    tried = [f"{major}.{minor}" for major in range(13, 20) for minor in range(30)]
    tried += [str(major) for major in range(13, 20)]
    assert {each for each in tried if EVERY_VERSION.fullmatch(each)} == {
        each for each in known if each.partition(".")[0] in {"15", "16", "17", "18"}
    }


@pytest.mark.parametrize("allowed", [True, False])
def test_a_major_version_is_left_behind_only_where_the_settings_allow_it(cloud: Cloud, allowed: bool) -> None:
    build(cloud, allow_major_upgrade=allowed)
    assert cloud.only(aws.rds.Instance).inputs.get("allowMajorVersionUpgrade", False) is allowed


@pytest.mark.parametrize("given", [
    {"owner": "postgres"}, {"owner": "pg_orders"}, {"owner": "rdsadmin"}, {"owner": "Orders"}, {"owner": "1st"},
    {"owner": "o" * 57}, {"owner": ""}, {"owner": "or-ders"}, {"database_name": "rdsadmin"},
    {"database_name": "d" * 64}, {"database_name": "my db"}, {"database_name": "orders;"},
])  # fmt: skip
def test_names_that_would_not_do_are_refused_before_anything_is_made(cloud: Cloud, given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(given))):
        build(cloud, **given)
    assert cloud.created == []


def test_the_longest_names_do(cloud: Cloud) -> None:
    build(cloud, database_name="d" * 63, owner="o" * 56)
    assert cloud.only(aws.rds.Instance).inputs["username"] == "o" * 56 + "_master"


def test_only_named_clients_reach_its_port(cloud: Cloud) -> None:
    build(cloud)
    rule = cloud.only(aws.vpc.SecurityGroupIngressRule).inputs
    assert rule["referencedSecurityGroupId"] == "sg-cluster"
    assert (rule["fromPort"], rule["toPort"], rule["ipProtocol"]) == (5432, 5432, "tcp")
    assert "cidrIpv4" not in rule
    group = cloud.only(aws.ec2.SecurityGroup).inputs
    assert "ingress" not in group
    assert "egress" not in group


@pytest.mark.parametrize("multi_az", [True, False])
def test_multi_az_is_by_settings(cloud: Cloud, multi_az: bool) -> None:
    build(cloud, multi_az=multi_az)
    assert cloud.only(aws.rds.Instance).inputs["multiAz"] is multi_az


def test_rds_keeps_and_changes_the_masters_password_under_the_databases_key(cloud: Cloud) -> None:
    build(cloud)
    inputs = cloud.only(aws.rds.Instance).inputs
    assert inputs["manageMasterUserPassword"] is True
    assert inputs["masterUserSecretKmsKeyId"] == inputs["kmsKeyId"]
    assert "password" not in inputs


def test_an_instance_changed_by_a_copy_has_a_masters_password_of_ours(cloud: Cloud) -> None:
    build(cloud, blue_green_updates=True)
    instance = cloud.only(aws.rds.Instance)
    assert instance.inputs["blueGreenUpdate"] == {"enabled": True}
    assert "manageMasterUserPassword" not in instance.inputs
    assert "password" in instance.secrets
    assert json.loads(cloud.named("db-master-version").inputs["secretString"])["username"] == "orders_master"


def test_the_application_has_two_logins_that_are_kept_as_secrets(cloud: Cloud) -> None:
    build(cloud)
    versions = cloud.of(aws.secretsmanager.SecretVersion)
    kept = [json.loads(version.inputs["secretString"]) for version in versions]
    assert [login["username"] for login in kept] == ["orders_a", "orders_b"]
    assert all(sorted(login) == ["dbname", "engine", "host", "password", "port", "username"] for login in kept)
    assert all("secretString" in version.secrets for version in versions)


@pytest.mark.parametrize(("generation", "username"), [(1, "orders_a"), (2, "orders_b"), (3, "orders_a")])
def test_the_logins_take_turns(cloud: Cloud, generation: int, username: str) -> None:
    name, _ = cloud.value_of(lambda: create(password_generation=generation).username)
    assert name == username
    keepers = {each.name: each.inputs["keepers"]["generation"] for each in cloud.of(random.RandomPassword)}
    assert keepers[f"db-login-{username[-1]}-password"] == str(generation)
    assert sorted(keepers.values()) == [str(generation - 1), str(generation)]


def test_the_passwords_have_none_of_the_signs_that_rds_refuses(cloud: Cloud) -> None:
    build(cloud)
    for password in cloud.of(random.RandomPassword):
        assert not set(password.inputs["overrideSpecial"]) & set('/"@ ')
        assert 8 <= password.inputs["length"] <= 128


def test_it_hands_on_where_the_password_is_and_not_the_password(cloud: Cloud) -> None:
    arn, hidden = cloud.value_of(lambda: pulumi.Output.from_input(create().password.arn))
    assert (arn, hidden) == (cloud.named("db-login-a-version").inputs["secretId"], False)


def test_the_secrets_are_under_the_databases_own_key(cloud: Cloud) -> None:
    build(cloud)
    assert all(each.inputs["kmsKeyId"].startswith("arn:aws:kms:") for each in cloud.of(aws.secretsmanager.Secret))


RESTORES = [
    ({"snapshot": "s-1"}, "snapshotIdentifier", "s-1"),
    (
        {"source_instance": "old", "time": "2026-11-21T14:30:00Z"},
        "restoreToPointInTime",
        {"sourceDbInstanceIdentifier": "old", "restoreTime": "2026-11-21T14:30:00Z"},
    ),
    (
        {"automated_backup_arn": "arn:aws:rds:eu-west-1:111122223333:auto-backup:ab-1"},
        "restoreToPointInTime",
        {
            "sourceDbInstanceAutomatedBackupsArn": "arn:aws:rds:eu-west-1:111122223333:auto-backup:ab-1",
            "useLatestRestorableTime": True,
        },
    ),
]


@pytest.mark.parametrize(("restore", "key", "value"), RESTORES, ids=[next(iter(each)) for each, _, _ in RESTORES])
def test_a_new_instance_begins_with_what_it_is_to_restore(
    cloud: Cloud, restore: dict[str, str], key: str, value: object
) -> None:
    build(cloud, restore=restore)
    assert cloud.only(aws.rds.Instance).inputs[key] == value


def test_backups_are_copied_to_a_second_region_under_a_key_of_that_region(cloud: Cloud) -> None:
    build(cloud, copy_region="eu-central-1", backup_retention_days=14)
    copies = cloud.only(aws.rds.InstanceAutomatedBackupsReplication).inputs
    assert (copies["region"], copies["retentionPeriod"]) == ("eu-central-1", 14)
    assert copies["kmsKeyId"].startswith("arn:aws:kms:eu-central-1:")


def test_every_alarm_is_told_to_the_topic_when_it_begins_and_ends(cloud: Cloud) -> None:
    build(cloud)
    alarms = cloud.of(aws.cloudwatch.MetricAlarm)
    assert {"CPUUtilization", "DatabaseConnections", "FreeStorageSpace"} <= {a.inputs["metricName"] for a in alarms}
    assert all(alarm.inputs["alarmActions"] == alarm.inputs["okActions"] == [TOPIC] for alarm in alarms)
    assert {alarm.inputs["dimensions"]["DBInstanceIdentifier"] for alarm in alarms} == {"orders-test"}
    assert cloud.only(aws.rds.EventSubscription).inputs["snsTopic"] == TOPIC


def test_a_proxy_accepts_both_logins_over_tls_and_alone_reaches_the_instance_beside_the_clients(cloud: Cloud) -> None:
    build(cloud, proxy=True)
    proxy = cloud.only(aws.rds.Proxy).inputs
    assert proxy["requireTls"] is True
    assert len({auth["secretArn"] for auth in proxy["auths"]}) == 2
    instance = cloud.only(aws.rds.Instance).inputs["vpcSecurityGroupIds"][0]
    into = [rule.inputs for rule in cloud.of(aws.vpc.SecurityGroupIngressRule)]
    sources = {rule["referencedSecurityGroupId"] for rule in into if rule["securityGroupId"] == instance}
    assert sources == {"sg-cluster", proxy["vpcSecurityGroupIds"][0]}


@pytest.mark.parametrize("proxy", [True, False])
def test_the_application_goes_through_the_proxy_and_the_setup_does_not(cloud: Cloud, proxy: bool) -> None:
    def addresses() -> pulumi.Output[list[str]]:
        made = create(proxy=proxy)
        return pulumi.Output.all(made.address, made.instance_address)

    (address, instance), _ = cloud.value_of(addresses)
    assert instance.startswith("orders-test.")
    assert (address != instance) is proxy


def test_its_logs_go_to_groups_made_beforehand(cloud: Cloud) -> None:
    build(cloud)
    instance, groups = cloud.only(aws.rds.Instance), cloud.of(aws.cloudwatch.LogGroup)
    assert [group.inputs["name"] for group in groups] == [
        "/aws/rds/instance/orders-test/iam-db-auth-error",
        "/aws/rds/instance/orders-test/postgresql",
        "/aws/rds/instance/orders-test/upgrade",
    ]
    assert {group.urn for group in groups} <= instance.depends_on
    assert instance.inputs["enabledCloudwatchLogsExports"] == ["iam-db-auth-error", "postgresql", "upgrade"]


def test_a_final_snapshot_is_taken_under_a_name_of_its_own(cloud: Cloud) -> None:
    build(cloud)
    inputs = cloud.only(aws.rds.Instance).inputs
    assert inputs["skipFinalSnapshot"] is False
    assert inputs["finalSnapshotIdentifier"].startswith("orders-test-final-")
    assert cloud.named("db-life").inputs["keepers"] == {"key": inputs["kmsKeyId"]}


def test_no_final_snapshot_when_settings_say_so(cloud: Cloud) -> None:
    build(cloud, final_snapshot=False)
    inputs = cloud.only(aws.rds.Instance).inputs
    assert inputs["skipFinalSnapshot"] is True
    assert "finalSnapshotIdentifier" not in inputs


def test_enhanced_monitoring_has_a_role_only_where_it_is_on(cloud: Cloud) -> None:
    build(cloud, monitoring_interval_seconds=0)
    assert cloud.of(aws.iam.Role) == []
    assert "monitoringRoleArn" not in cloud.only(aws.rds.Instance).inputs


def test_insights_are_encrypted_with_its_key(cloud: Cloud) -> None:
    build(cloud)
    inputs = cloud.only(aws.rds.Instance).inputs
    assert inputs["performanceInsightsEnabled"] is True
    assert inputs["performanceInsightsKmsKeyId"] == inputs["kmsKeyId"]


def test_what_protects_the_data_is_by_settings(cloud: Cloud) -> None:
    build(cloud, deletion_protection=False, backup_retention_days=21)
    inputs = cloud.only(aws.rds.Instance).inputs
    assert inputs["deletionProtection"] is False
    assert inputs["backupRetentionPeriod"] == 21
    assert inputs["copyTagsToSnapshot"] is True


def test_the_storage_does_what_the_settings_ask_for(cloud: Cloud) -> None:
    build(cloud, storage_gib=400, max_storage_gib=1000, storage_iops=16000, storage_throughput_mibps=4000)
    inputs = cloud.only(aws.rds.Instance).inputs
    assert (inputs["iops"], inputs["storageThroughput"]) == (16000, 4000)


def test_storage_of_which_nothing_is_asked_has_what_rds_gives_it(cloud: Cloud) -> None:
    build(cloud)
    assert not {"iops", "storageThroughput"} & cloud.only(aws.rds.Instance).inputs.keys()


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"storage_gib": 399, "storage_iops": 12000}, "storage_iops cannot be chosen below storage_gib 400"),
        ({"storage_gib": 399, "storage_throughput_mibps": 500}, "storage_throughput_mibps cannot be chosen below"),
        ({"storage_throughput_mibps": 3001}, r"must be a quarter of storage_iops \(12000\) at most"),
        ({"storage_iops": 11999}, "greater than or equal to 12000"),
        ({"storage_iops": 64001}, "less than or equal to 64000"),
        ({"storage_throughput_mibps": 4001}, "less than or equal to 4000"),
    ],
)
def test_storage_is_refused_what_rds_refuses(asked: dict[str, int], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        DatabaseSettings.model_validate({"storage_gib": 400, "max_storage_gib": 1000, **asked})
