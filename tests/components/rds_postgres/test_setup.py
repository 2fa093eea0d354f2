import json
from typing import Any

import pulumi_kubernetes as k8s

from components.rds_postgres.setup import DatabaseSetup, DatabaseSetupArgs
from components.rds_postgres.setup_target import SetupTarget
from components.shared.external_secrets import SecretField
from components.shared.node_image import NodeImage
from testing.cloud import Cloud
from tests.samples import CLUSTER, NETWORK, TAGS

PASSWORD = SecretField(arn="arn:a", version_id="v", field="password")
MASTER, LOGINS = "arn:aws:secretsmanager:eu-west-1:1:secret:master", ["arn:a", "arn:b"]


def create(generation: int = 1, name: str = "setup") -> DatabaseSetup:
    args = DatabaseSetupArgs(
        tools_image=NodeImage("registry.example.com/tools:1.0.0", "/modules"),
        cluster=CLUSTER,
        network=NETWORK,
        target=SetupTarget(
            instance_address="db.local",
            address="proxy.local",
            port=5432,
            database_name="orders",
            owner="orders",
            username="orders_a",
            password=PASSWORD,
            master_secret_arn=MASTER,
            login_secret_arns=LOGINS,
            key_arn="arn:aws:kms:eu-west-1:1:key/1",
            generation=generation,
        ),
        tags=TAGS,
    )
    return DatabaseSetup(name, args)


def template(cloud: Cloud) -> dict[str, Any]:
    cloud.build(create)
    return dict(cloud.only(k8s.batch.v1.Job).inputs["spec"]["template"])


def test_it_builds_with_and_without_knowing_the_cloud(any_cloud: Cloud) -> None:
    any_cloud.build(create)
    assert any_cloud.only(k8s.core.v1.Namespace).inputs["metadata"]["name"] == "database-setup"


def test_it_is_told_where_secrets_are_and_none_of_them(cloud: Cloud) -> None:
    (container,) = template(cloud)["spec"]["containers"]
    environment = {each["name"]: each["value"] for each in container["env"]}
    assert environment["MASTER_SECRET_ARN"] == MASTER
    assert environment["LOGIN_SECRET_ARNS"] == "arn:a,arn:b"
    assert environment["DATABASE_PORT"] == "5432"
    assert not [name for name in environment if "PASSWORD" in name]
    assert cloud.of(k8s.core.v1.Secret) == []


def test_its_role_reads_these_secrets_and_no_others(cloud: Cloud) -> None:
    cloud.build(create)
    reads, decrypts = json.loads(cloud.named("setup-role-policy").inputs["policy"])["Statement"]
    assert reads["Resource"] == [MASTER, *LOGINS]
    assert reads["Action"] == ["secretsmanager:GetSecretValue"]
    assert decrypts["Condition"] == {"StringEquals": {"kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com"}}


def test_a_change_of_the_logins_makes_another_job_and_nothing_else_does(cloud: Cloud) -> None:
    cloud.build(lambda: [create(1, "first"), create(1, "again"), create(2, "other")])
    first, again, other = (
        cloud.named(f"{name}-job").inputs["spec"]["template"]["metadata"]["annotations"]
        for name in ("first", "again", "other")
    )
    assert first == again != other


def test_it_starts_once_it_has_a_role_and_a_way_out(cloud: Cloud) -> None:
    cloud.build(create)
    made = cloud.only(k8s.batch.v1.Job)
    assert {each.urn for each in cloud.of(k8s.networking.v1.NetworkPolicy)} <= made.depends_on
    assert cloud.named("setup-role-association").urn in made.depends_on


def test_nobody_reaches_it_and_it_reaches_the_database_and_aws_alone(cloud: Cloud) -> None:
    cloud.build(create)
    policies = {each.name: each.inputs["spec"] for each in cloud.of(k8s.networking.v1.NetworkPolicy)}
    assert policies["setup-deny-all"]["policyTypes"] == ["Ingress", "Egress"]
    assert not [spec for spec in policies.values() if "ingress" in spec]
    assert policies["setup-database"]["egress"][0]["ports"] == [{"protocol": "TCP", "port": 5432}]
    roles = {name.removeprefix("setup-") for name in policies}
    assert roles == {"deny-all", "dns", "database", "https", "aws-endpoints", "pod-identity"}


def test_it_gives_the_login_that_the_application_uses(cloud: Cloud) -> None:
    username, secret = cloud.value_of(lambda: create().username)
    assert (username, secret) == ("orders_a", False)
