import json

import pulumi_aws as aws
import pulumi_random as random
import pytest

from components.rds_postgres import RdsPostgres, RdsPostgresArgs
from components.settings import DatabaseSettings
from tests.cloud import Cloud
from tests.samples import TAGS


def create(**settings: object) -> RdsPostgres:
    return RdsPostgres(
        "db",
        RdsPostgresArgs(
            settings=DatabaseSettings.model_validate(settings),
            identifier="flowise-test",
            region="eu-west-1",
            vpc_id="vpc-1",
            subnet_ids=["subnet-a", "subnet-b"],
            clients={"cluster": "sg-cluster"},
            tags=TAGS,
        ),
    )


def build(cloud: Cloud, **settings: object) -> RdsPostgres:
    return cloud.build(lambda: create(**settings))


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
    assert {"name": "rds.force_ssl", "value": "1", "applyMethod": "immediate"} in group.inputs["parameters"]


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


def test_the_password_goes_to_the_instance_and_the_secret_as_a_secret(cloud: Cloud) -> None:
    build(cloud)
    assert "password" in cloud.only(aws.rds.Instance).secrets
    version = cloud.only(aws.secretsmanager.SecretVersion)
    assert "secretString" in version.secrets
    login = json.loads(version.inputs["secretString"])
    assert sorted(login) == ["dbname", "engine", "host", "password", "port", "username"]
    assert login["password"] == cloud.only(aws.rds.Instance).inputs["password"]


def test_the_password_has_none_of_the_signs_that_rds_refuses(cloud: Cloud) -> None:
    build(cloud)
    password = cloud.only(random.RandomPassword).inputs
    assert not set(password["overrideSpecial"]) & set('/"@ ')
    assert 8 <= password["length"] <= 128


def test_the_password_it_hands_on_is_secret(cloud: Cloud) -> None:
    _, secret = cloud.value_of(lambda: create().password)
    assert secret


def test_the_secret_is_under_the_databases_own_key(cloud: Cloud) -> None:
    build(cloud)
    assert cloud.only(aws.secretsmanager.Secret).inputs["kmsKeyId"].startswith("arn:aws:kms:")


def test_its_logs_go_to_groups_made_beforehand(cloud: Cloud) -> None:
    build(cloud)
    instance, groups = cloud.only(aws.rds.Instance), cloud.of(aws.cloudwatch.LogGroup)
    assert [group.inputs["name"] for group in groups] == [
        "/aws/rds/instance/flowise-test/postgresql",
        "/aws/rds/instance/flowise-test/upgrade",
    ]
    assert {group.urn for group in groups} <= instance.depends_on
    assert instance.inputs["enabledCloudwatchLogsExports"] == ["postgresql", "upgrade"]


def test_a_final_snapshot_is_taken_under_a_name_of_its_own(cloud: Cloud) -> None:
    build(cloud)
    inputs = cloud.only(aws.rds.Instance).inputs
    assert inputs["skipFinalSnapshot"] is False
    assert inputs["finalSnapshotIdentifier"].startswith("flowise-test-final-")


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
