"""Who looks into a restored database: as whom, when, and what it may."""

import json
from typing import Any

import pulumi_aws as aws
import pulumi_kubernetes as k8s

from components.backups.restore_check import RestoreCheck, RestoreCheckArgs
from components.backups.watch import RESTORES
from components.shared.node_image import NodeImage
from sandbox.policy_documents import allowed
from testing.cloud import Cloud
from tests.components.backups.test_backups import KEY, TRIAL
from tests.samples import CLUSTER, NETWORK, TAGS

PLAN = "arn:aws:backup:eu-west-1:123456789012:restore-testing-plan:orders_test-1"


def build(cloud: Cloud) -> None:
    args = RestoreCheckArgs(
        plan_arn=PLAN,
        instance=TRIAL,
        stack_name="orders-test",
        tools_image=NodeImage("registry.example.com/tools:1.0.0", "/modules"),
        cluster=CLUSTER,
        network=NETWORK,
        tags=TAGS,
    )
    cloud.build(lambda: RestoreCheck("check", args))


def pod(cloud: Cloud) -> dict[str, Any]:
    return dict(cloud.only(k8s.batch.v1.CronJob).inputs["spec"]["jobTemplate"]["spec"]["template"]["spec"])


def test_it_builds_with_and_without_knowing_the_cloud(any_cloud: Cloud) -> None:
    build(any_cloud)
    assert any_cloud.only(k8s.core.v1.Namespace).inputs["metadata"]["name"] == "restore-check"


def test_it_runs_every_hour_and_no_two_runs_meet(cloud: Cloud) -> None:
    build(cloud)
    spec = cloud.only(k8s.batch.v1.CronJob).inputs["spec"]
    assert (spec["schedule"], spec["concurrencyPolicy"]) == ("20 * * * *", "Forbid")
    assert spec["jobTemplate"]["spec"]["activeDeadlineSeconds"] < 3600


def test_it_is_told_where_passwords_are_and_none_of_them(cloud: Cloud) -> None:
    build(cloud)
    (container,) = pod(cloud)["containers"]
    environment = {each["name"]: each["value"] for each in container["env"]}
    assert environment["PLAN_ARN"] == PLAN
    assert environment["DATABASE_NAME"] == "orders"
    assert json.loads(environment["LOGINS"]) == [
        {"username": each.username, "secret": each.password.arn, "field": "password"} for each in TRIAL.logins
    ]
    files = cloud.only(k8s.core.v1.ConfigMap).inputs["data"]
    assert files[environment["NODE_EXTRA_CA_CERTS"].rpartition("/")[2]] == "their authorities"
    assert cloud.of(k8s.core.v1.Secret) == []


def test_it_asks_of_trials_alone_reads_the_logins_and_changes_nothing_but_verdicts(cloud: Cloud) -> None:
    build(cloud)
    policy = json.loads(cloud.only(aws.iam.RolePolicy).inputs["policy"])

    def may(action: str, resource: str, **keys: str) -> bool:
        return allowed(
            action, resource, {key.replace("__", ":"): value for key, value in keys.items()}, policies=[policy]
        )

    trial, own = (f"arn:aws:rds:eu-west-1:123456789012:db:{name}" for name in ("awsbackup-restore-test-1", "orders"))
    assert may("rds:DescribeDBInstances", trial)
    assert not may("rds:DescribeDBInstances", own)
    for login in TRIAL.logins:
        assert may("secretsmanager:GetSecretValue", str(login.password.arn))
    assert not may("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:master")
    assert may("kms:Decrypt", KEY, kms__ViaService="secretsmanager.eu-west-1.amazonaws.com")
    assert not may("kms:Decrypt", KEY, kms__ViaService="rds.eu-west-1.amazonaws.com")
    assert may("cloudwatch:PutMetricData", "*", cloudwatch__namespace=RESTORES.namespace)
    assert not may("cloudwatch:PutMetricData", "*", cloudwatch__namespace="AWS/RDS")
    granted = {action for each in policy["Statement"] for action in each["Action"]}
    assert granted == {
        *("backup:ListRestoreJobs", "backup:PutRestoreValidationResult", "rds:DescribeDBInstances"),
        *("cloudwatch:PutMetricData", "secretsmanager:GetSecretValue", "kms:Decrypt"),
    }


def test_nobody_reaches_it_and_it_reaches_databases_and_aws_alone(cloud: Cloud) -> None:
    build(cloud)
    policies = {each.name: each.inputs["spec"] for each in cloud.of(k8s.networking.v1.NetworkPolicy)}
    assert policies["check-deny-all"]["policyTypes"] == ["Ingress", "Egress"]
    assert not [spec for spec in policies.values() if "ingress" in spec]
    assert policies["check-database"]["egress"][0]["ports"] == [{"protocol": "TCP", "port": 5432}]


def test_its_namespace_has_room_for_its_runs_and_no_more(cloud: Cloud) -> None:
    build(cloud)
    hard = cloud.only(k8s.core.v1.ResourceQuota).inputs["spec"]["hard"]
    (container,) = pod(cloud)["containers"]
    assert hard["pods"] == "3"
    assert int(hard["requests.memory"].removesuffix("Mi")) == 3 * int(
        container["resources"]["requests"]["memory"].removesuffix("Mi")
    )


def test_it_starts_once_it_has_a_role_and_is_held_by_policies(cloud: Cloud) -> None:
    build(cloud)
    made = cloud.only(k8s.batch.v1.CronJob)
    assert cloud.named("check-role-association").urn in made.depends_on
    assert {each.urn for each in cloud.of(k8s.networking.v1.NetworkPolicy)} <= made.depends_on
