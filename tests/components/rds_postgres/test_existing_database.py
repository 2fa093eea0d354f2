from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components.rds_postgres import ExistingDatabase, RdsPostgresArgs, postgres
from components.rds_postgres.existing_checks import FoundInstance, faults
from components.rds_postgres.settings import DatabaseSettings
from components.shared.database_certificates import database_certificates
from components.shared.external_secrets import SecretField
from components.shared.watch import NamedMetrics, Watch
from testing.cloud import Cloud
from tests.samples import ALARMS, NETWORK, TAGS

ARN = "arn:aws:rds:eu-west-1:111122223333:db:orders"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/01234567-89ab-cdef-0123-456789abcdef"
EXISTING = {
    "host": "orders.abc.eu-west-1.rds.amazonaws.com",
    "port": 5433,
    "username": "orders",
    "name": "orders",
    "secret_arn": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders/login-AbCdEf",
    "secret_key_arn": KEY,
    "cidrs": ["10.40.8.0/22"],
}
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
INSTANCE = {**EXISTING, "instance_identifier": "orders"}
RAW = {
    "dbInstanceArn": ARN,
    "dbInstanceClass": "db.t4g.medium",
    "dbSubnetGroup": "theirs",
    "engine": "postgres",
    "engineVersion": "17.4",
    "multiAz": True,
    "backupRetentionPeriod": 7,
    "storageEncrypted": True,
    "publiclyAccessible": False,
}
SETTINGS = DatabaseSettings(multi_az=True)
FIT = FoundInstance(
    engine="postgres",
    engine_version="17.4",
    instance_class="db.t4g.medium",
    multi_az=True,
    backup_retention_days=7,
    encrypted=True,
    public=False,
)


def answer(cloud: Cloud, **instance: Any) -> Cloud:
    cloud.answers["aws:rds/getInstance:getInstance"] = lambda _: {**RAW, **instance}
    cloud.answers["aws:secretsmanager/getSecret:getSecret"] = lambda asked: {**asked, "kmsKeyId": KEY}
    return cloud


def create(existing: Mapping[str, Any]) -> ExistingDatabase:
    made = postgres(
        "db",
        RdsPostgresArgs(
            settings=DatabaseSettings.model_validate({"existing": existing}),
            identifier="orders-test",
            database_name="ours",
            owner="ours",
            network=NETWORK,
            clients={"cluster": "sg-cluster"},
            alarms=ALARMS,
            copy_region="eu-central-1",
            tags=TAGS,
        ),
        pulumi.ResourceOptions(protect=True),
    )
    assert isinstance(made, ExistingDatabase)
    return made


def kinds(cloud: Cloud) -> set[str]:
    return {each.type for each in cloud.created if each.custom}


def test_nothing_is_made_of_a_server_that_aws_does_not_know(cloud: Cloud) -> None:
    answer(cloud)
    made = cloud.build(lambda: create(EXISTING))
    assert kinds(cloud) == set()
    assert made.instance is None
    assert made.watch == Watch()


def test_an_instance_has_alarms_events_and_a_rule_and_none_of_them_is_protected(cloud: Cloud) -> None:
    answer(cloud)
    made = cloud.build(lambda: create({**INSTANCE, "security_group_id": "sg-0123456789abcdef0"}))
    assert kinds(cloud) == {
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "aws:rds/eventSubscription:EventSubscription",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    }
    assert not any(each.protect for each in cloud.created if each.custom)
    rule = cloud.only(aws.vpc.SecurityGroupIngressRule).inputs
    assert (rule["securityGroupId"], rule["referencedSecurityGroupId"]) == ("sg-0123456789abcdef0", "sg-cluster")
    assert (rule["fromPort"], rule["toPort"]) == (5433, 5433)
    assert {each.inputs["dimensions"]["DBInstanceIdentifier"] for each in cloud.of(aws.cloudwatch.MetricAlarm)} == {
        "orders"
    }
    (metrics,) = made.watch.cloudwatch.metrics
    assert isinstance(metrics, NamedMetrics)
    assert (metrics.dimensions, metrics.place) == ({"DBInstanceIdentifier": "orders"}, "stack")
    assert [alert.name for alert in made.watch.alerts]


def test_a_backup_of_an_instance_is_restored_beside_it(cloud: Cloud) -> None:
    answer(cloud)

    def read() -> pulumi.Output[Any]:
        instance = create(INSTANCE).instance
        assert instance is not None
        return pulumi.Output.all(instance.arn, instance.subnet_group_name, instance.port)

    assert cloud.value_of(read)[0] == [ARN, "theirs", 5433]


@pytest.mark.parametrize(("pem", "told"), [(None, database_certificates("eu-west-1")), (PEM, PEM)], ids=["RDS", "own"])
def test_an_application_is_told_how_to_log_in(cloud: Cloud, pem: str | None, told: str) -> None:
    answer(cloud)

    def read() -> pulumi.Output[Any]:
        ref = create({**EXISTING, "ca_certificates": pem}).ref
        assert isinstance(ref.password, SecretField)
        assert (ref.name, ref.username, ref.certificates) == ("orders", "orders", told)
        return pulumi.Output.all(ref.address, ref.port, ref.password.arn, ref.password.key_arn)

    assert cloud.value_of(read)[0] == [EXISTING["host"], 5433, EXISTING["secret_arn"], KEY]


def test_an_unfit_one_is_refused_before_anything_is_made(cloud: Cloud) -> None:
    answer(cloud, engine="mysql", publiclyAccessible=True)
    with pytest.raises(pulumi.RunError) as refused:
        cloud.value_of(lambda: pulumi.Output.from_input(create(INSTANCE).instance))
    assert "database.existing.instance_identifier orders is not fit for the platform" in str(refused.value)
    assert "it runs mysql" in str(refused.value)
    assert "it has a public address" in str(refused.value)


def test_a_fit_instance_has_no_faults() -> None:
    assert list(faults(FIT, SETTINGS)) == []


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (replace(FIT, engine="aurora-postgresql"), "it runs aurora-postgresql"),
        (replace(FIT, engine_version="16.4"), "it runs version 16.4: write it as database.engine_version"),
        (replace(FIT, instance_class="db.m7g.large"), "it is a db.m7g.large: write it as database.instance_class"),
        (replace(FIT, multi_az=False), "no standby in another zone"),
        (replace(FIT, backup_retention_days=1), "kept 1 days: raise that to database.backup_retention_days, 7"),
        (replace(FIT, encrypted=False), "not encrypted"),
        (replace(FIT, public=True), "a public address"),
    ],
)
def test_an_instance_is_refused_for(wrong: FoundInstance, says: str) -> None:
    (fault,) = faults(wrong, SETTINGS)
    assert says in fault


@pytest.mark.parametrize(
    "made", [{"proxy": True}, {"blue_green_updates": True}, {"restore": {"snapshot": "s"}}, {"password_generation": 2}]
)
def test_what_only_a_database_of_the_stacks_own_has_is_refused(made: dict[str, Any]) -> None:
    (key,) = made
    with pytest.raises(ValueError, match=f"{key} is of a database that the stack makes"):
        DatabaseSettings.model_validate({"existing": EXISTING, **made})
