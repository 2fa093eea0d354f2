"""What the clouds answer: of the right shape, and always the same."""

import json
import re
from typing import Any

import pytest

from sandbox import clouds, schema
from sandbox.clouds import aws
from sandbox.clouds.resource import Request
from sandbox.wire import UNKNOWN


def made(
    token: str, serial: int = 0, provider: dict[str, Any] | None = None, **inputs: Any
) -> tuple[str, dict[str, Any]]:
    return clouds.create(token, "thing", f"urn:pulumi:dev::p::{token}::thing", inputs, serial=serial, provider=provider)


@pytest.mark.parametrize(
    ("token", "inputs", "pattern"),
    [
        ("aws:ec2/vpc:Vpc", {}, r"vpc-0[0-9a-f]{16}"),
        ("aws:ec2/subnet:Subnet", {"vpcId": "vpc-1"}, r"subnet-0[0-9a-f]{16}"),
        ("aws:ec2/natGateway:NatGateway", {}, r"nat-0[0-9a-f]{16}"),
        ("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", {"securityGroupId": "s"}, r"sgr-0[0-9a-f]{16}"),
        ("aws:kms/key:Key", {}, r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        ("aws:iam/role:Role", {"name": "node", "assumeRolePolicy": "{}"}, "node"),
        ("aws:s3/bucket:Bucket", {"bucket": "files"}, "files"),
        ("aws:sns/topic:Topic", {"name": "t"}, r"arn:aws:sns:us-east-1:123456789012:t"),
        (
            "aws:sns/topicSubscription:TopicSubscription",
            {"topic": "arn:aws:sns:us-east-1:123456789012:t", "protocol": "sqs", "endpoint": "arn:q"},
            r"arn:aws:sns:us-east-1:123456789012:t:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        ),
        ("aws:iam/policy:Policy", {"name": "p", "policy": "{}"}, r"arn:aws:iam::123456789012:policy/p"),
        ("aws:rds/instance:Instance", {"identifier": "db", "instanceClass": "c"}, r"db-[0-9A-F]{26}"),
        ("aws:cloudfront/distribution:Distribution", {}, r"E[0-9A-F]{13}"),
        (
            "aws:lb/listenerRule:ListenerRule",
            {},
            r"arn:aws:elasticloadbalancing:us-east-1:123456789012:listener-rule/.+",
        ),
        ("aws:eks/addon:Addon", {"clusterName": "c", "addonName": "vpc-cni"}, "c:vpc-cni"),
        ("kubernetes:apps/v1:Deployment", {"metadata": {"name": "app", "namespace": "ns"}}, "ns/app"),
        ("kubernetes:core/v1:Namespace", {"metadata": {"name": "ns"}}, "ns"),
    ],
)
def test_ids_look_like_the_cloud_s(token: str, inputs: dict[str, Any], pattern: str) -> None:
    assert re.fullmatch(pattern, made(token, **inputs)[0])


def test_every_subscription_has_an_id_of_its_own_below_its_topic() -> None:
    token, topic = "aws:sns/topicSubscription:TopicSubscription", "arn:aws:sns:us-east-1:123456789012:told"
    made = [clouds.create(token, name, f"urn:{name}", {"topic": topic, "protocol": "email"}) for name in ("a", "b")]
    (one, outputs), (other, _) = made
    assert one != other
    assert one.startswith(f"{topic}:")
    assert outputs["arn"] == one


def test_an_origin_access_identity_is_named_as_policies_and_distributions_name_it() -> None:
    identity, outputs = made("aws:cloudfront/originAccessIdentity:OriginAccessIdentity")
    assert outputs["iamArn"] == f"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity {identity}"
    assert outputs["cloudfrontAccessIdentityPath"] == f"origin-access-identity/cloudfront/{identity}"
    assert re.fullmatch(r"[0-9a-f]{96}", outputs["s3CanonicalUserId"])


def test_what_is_left_to_aws_is_what_it_chooses_for_good() -> None:
    assert made("aws:cloudwatch/logGroup:LogGroup")[1]["logGroupClass"] == "STANDARD"
    group = "aws:elasticache/replicationGroup:ReplicationGroup"
    encrypted = [
        made(group, description="d", **engine)[1]["atRestEncryptionEnabled"]
        for engine in ({}, {"engine": "valkey"}, {"engine": "valkey", "atRestEncryptionEnabled": False})
    ]
    assert encrypted == [False, True, False]


def test_the_same_urn_gives_the_same_resource_and_its_successor_another() -> None:
    assert made("aws:ec2/vpc:Vpc") == made("aws:ec2/vpc:Vpc")
    assert made("aws:ec2/vpc:Vpc")[0] != made("aws:ec2/vpc:Vpc", serial=1)[0]


def test_every_always_present_output_is_there_and_of_its_type() -> None:
    shapes = {
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
        "list": list,
        "map": dict,
        "object": dict,
    }
    for token in (
        "aws:eks/cluster:Cluster",
        "aws:lb/loadBalancer:LoadBalancer",
        "aws:elasticache/replicationGroup:ReplicationGroup",
    ):
        described = schema.resource(token)
        assert described is not None
        outputs = made(token, name="x", replicationGroupId="x")[1]
        for name, field in described.outputs.items():
            if field.required:
                assert isinstance(outputs[name], shapes[field.type.kind]), (token, name)  # type: ignore[arg-type]


def test_the_region_of_the_resource_beats_the_provider_s() -> None:
    assert ":eu-west-1:" in made("aws:sns/topic:Topic", provider={"region": "eu-west-1"}, name="t")[0]
    assert (
        ":us-east-1:" in made("aws:sns/topic:Topic", provider={"region": "eu-west-1"}, name="t", region="us-east-1")[0]
    )


def test_default_tags_are_added() -> None:
    outputs = made("aws:ec2/vpc:Vpc", provider={"defaultTags": {"tags": {"a": "1", "b": "1"}}}, tags={"b": "2"})[1]

    assert outputs["tagsAll"] == {"a": "1", "b": "2"}


def test_an_endpoint_carries_the_engine_s_port() -> None:
    outputs = made("aws:rds/instance:Instance", identifier="db", engine="postgres", instanceClass="c")[1]

    assert outputs["port"] == 5432
    assert outputs["endpoint"] == f"{outputs['address']}:5432"


def test_nothing_the_cloud_decides_is_known_in_a_preview() -> None:
    outputs = clouds.preview("aws:ec2/vpc:Vpc", "main", "urn:x", {"cidrBlock": "10.0.0.0/16"})

    assert outputs["cidrBlock"] == "10.0.0.0/16"
    assert outputs["arn"] == outputs["mainRouteTableId"] == UNKNOWN


@pytest.mark.parametrize(
    "token", sorted({*aws._OUTPUT_RULES, *aws._ID_RULES, *aws._PARENT_IS_ID, *aws._ARN_IS_ID, *aws._UUID_IS_ID})
)
def test_a_type_with_a_rule_can_be_planned_with_nothing_known(token: str) -> None:
    described = schema.resource(token)
    assert described is not None

    outputs = clouds.preview(token, "thing", "urn:x", dict.fromkeys(described.inputs, UNKNOWN))

    assert {key for key, value in outputs.items() if value != UNKNOWN} <= {"region", "tagsAll"}


def test_what_the_cloud_adds_inside_a_given_object_is_unknown_in_a_preview() -> None:
    outputs = clouds.preview("aws:eks/cluster:Cluster", "c", "urn:x", {"vpcConfig": {"subnetIds": ["a"]}})

    assert outputs["vpcConfig"]["subnetIds"] == ["a"]
    assert outputs["vpcConfig"]["clusterSecurityGroupId"] == UNKNOWN


@pytest.mark.parametrize(
    ("minimum", "letters"), [("minUpper", r"[A-Z]"), ("minNumeric", r"[0-9]"), ("minSpecial", r"[!#]")]
)
def test_a_password_keeps_its_promises(minimum: str, letters: str) -> None:
    password = made(
        "random:index/randomPassword:RandomPassword", provider={}, length=20, overrideSpecial="!#", **{minimum: 4}
    )[1]["result"]

    assert len(password) == 20
    assert len(re.findall(letters, password)) >= 4
    assert re.fullmatch(r"[A-Za-z0-9!#]+", password)


def test_a_password_without_specials_has_none() -> None:
    assert made("random:index/randomPassword:RandomPassword", length=40, special=False)[1]["result"].isalnum()


def test_a_policy_document_is_rendered() -> None:
    statement = {
        "sid": "Read",
        "actions": ["s3:GetObject"],
        "resources": ["a", "b"],
        "principals": [{"type": "Service", "identifiers": ["pods.eks.amazonaws.com"]}],
        "conditions": [{"test": "StringEquals", "variable": "aws:SourceAccount", "values": ["1"]}],
    }

    document = json.loads(
        clouds.invoke("aws:iam/getPolicyDocument:getPolicyDocument", {"statements": [statement]})["json"]
    )

    assert document == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Read",
                "Effect": "Allow",
                "Action": "s3:GetObject",
                "Resource": ["b", "a"],
                "Principal": {"Service": "pods.eks.amazonaws.com"},
                "Condition": {"StringEquals": {"aws:SourceAccount": "1"}},
            }
        ],
    }


@pytest.mark.parametrize(
    ("token", "output", "keys"),
    [
        ("aws:appsync/graphQLApi:GraphQLApi", "uris", {"GRAPHQL", "REALTIME"}),
        ("aws:appsync/api:Api", "dns", {"HTTP", "REALTIME"}),
    ],
)
def test_a_map_has_the_keys_that_the_cloud_gives_it(token: str, output: str, keys: set[str]) -> None:
    assert made(token, name="api")[1][output].keys() == keys


def test_what_somebody_else_made_is_whole() -> None:
    network = clouds.foreign("aws:ec2/vpc:Vpc", "v", "urn:v", "vpc-0123456789abcdef0", {})
    assert (network["cidrBlock"], network["arn"].rpartition("/")[2]) == ("172.31.0.0/16", "vpc-0123456789abcdef0")
    service = clouds.foreign("kubernetes:core/v1:Service", "s", "urn:s", "default/kubernetes", {})
    assert service["metadata"]["name"] == "kubernetes"
    assert service["spec"]["clusterIP"].startswith("172.20.")


def test_zones_belong_to_the_region() -> None:
    zones = clouds.invoke("aws:index/getAvailabilityZones:getAvailabilityZones", {}, provider={"region": "eu-west-1"})

    assert zones["names"] == ["eu-west-1a", "eu-west-1b", "eu-west-1c"]


def test_yaml_is_decoded_into_objects() -> None:
    text = "kind: Namespace\nmetadata: {name: a}\n---\nkind: List\nitems: [{kind: ConfigMap, metadata: {name: b}}]\n"

    assert [item["kind"] for item in clouds.invoke("kubernetes:yaml:decode", {"text": text})["result"]] == [
        "Namespace",
        "ConfigMap",
    ]


def test_a_chart_that_would_need_the_network_is_refused_with_a_way_out() -> None:
    with pytest.raises(NotImplementedError, match=r"use kubernetes\.helm\.v3\.Release"):
        clouds.invoke("kubernetes:helm:template", {})


def test_a_package_that_is_not_played_is_named() -> None:
    with pytest.raises(clouds.UnknownTypeError, match="azure:network:Thing"):
        clouds.create("azure:network:Thing", "a", "urn:a", {})


def test_digits_depend_on_salt_and_serial() -> None:
    request = Request("t", "n", "urn", {}, 0, {})

    assert len({request.hex(8), request.hex(8, "salt"), Request("t", "n", "urn", {}, 1, {}).hex(8)}) == 3
