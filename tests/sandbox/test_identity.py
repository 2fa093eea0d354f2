"""What tells two resources of a type apart, and so what is there already."""

from typing import Any

import pytest

from sandbox import clouds, schema
from sandbox.clouds import aws_identity


def made(token: str, name: str, inputs: dict[str, Any], serial: int = 0) -> str:
    return clouds.create(token, name, f"urn:pulumi:dev::p::{token}::{name}", inputs, serial=serial)[0]


@pytest.mark.parametrize(
    ("token", "one", "other"),
    [
        ("aws:s3/bucketObject:BucketObject", {"bucket": "b", "key": "a"}, {"bucket": "b", "key": "c"}),
        ("aws:ecs/service:Service", {"name": "web", "cluster": "a"}, {"name": "web", "cluster": "c"}),
        ("aws:lambda/alias:Alias", {"functionName": "f", "name": "a"}, {"functionName": "f", "name": "c"}),
        ("aws:lambda/eventSourceMapping:EventSourceMapping", {"functionName": "f"}, {"functionName": "f"}),
        ("aws:apigatewayv2/api:Api", {"name": "web"}, {"name": "web"}),
        ("aws:appsync/dataSource:DataSource", {"apiId": "a", "name": "table"}, {"apiId": "c", "name": "table"}),
        ("aws:docdb/clusterInstance:ClusterInstance", {"clusterIdentifier": "c"}, {"clusterIdentifier": "c"}),
        ("aws:rds/clusterEndpoint:ClusterEndpoint", {"clusterIdentifier": "c"}, {"clusterIdentifier": "c"}),
        ("aws:ec2/amiCopy:AmiCopy", {"name": "image"}, {"name": "image"}),
        (
            "aws:route53/record:Record",
            {"zoneId": "z", "name": "n", "type": "A", "setIdentifier": "blue"},
            {"zoneId": "z", "name": "n", "type": "A", "setIdentifier": "green"},
        ),
    ],
)
def test_what_is_told_apart_by_more_than_a_name_stands_twice(
    token: str, one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert made(token, "one", one) != made(token, "other", other)


@pytest.mark.parametrize(
    ("token", "inputs", "resource_id"),
    [
        ("aws:iam/role:Role", {"name": "app"}, "app"),
        ("aws:lambda/function:Function", {"name": "app"}, "app"),
        ("aws:lambda/alias:Alias", {"functionName": "app", "name": "live"}, "app/live"),
        ("aws:cloudwatch/logGroup:LogGroup", {"name": "/app"}, "/app"),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", {"name": "busy"}, "busy"),
        ("aws:s3/bucketObject:BucketObject", {"bucket": "b", "key": "a/c"}, "b/a/c"),
        ("aws:scheduler/schedule:Schedule", {"name": "nightly"}, "default/nightly"),
        ("aws:sns/topic:Topic", {"name": "told"}, "arn:aws:sns:us-east-1:123456789012:told"),
    ],
)
def test_what_a_program_names_whole_stands_once(token: str, inputs: dict[str, Any], resource_id: str) -> None:
    assert made(token, "one", inputs) == made(token, "other", inputs) == resource_id


def test_a_new_revision_of_a_task_definition_stands_beside_the_old() -> None:
    token, inputs = "aws:ecs/taskDefinition:TaskDefinition", {"family": "web"}
    assert made(token, "one", inputs) == "arn:aws:ecs:us-east-1:123456789012:task-definition/web:1"
    assert made(token, "one", inputs, serial=1) == "arn:aws:ecs:us-east-1:123456789012:task-definition/web:2"


def test_no_type_whose_ids_have_several_parts_is_taken_by_its_name_alone() -> None:
    """Every fourteenth type of the SDK: where the example of an import has parts, the name is not the id."""
    composite = {
        token: aws_identity.parts(token)
        for token in sorted(schema.resource_tokens("aws"))[::14]
        if {",", "|", "/", ":"} & set(schema.identity(token).example.lstrip("/"))
        and not schema.identity(token).example.startswith(("arn:", "http"))
    }
    assert len(composite) > 20
    assert {token for token, parts in composite.items() if parts is not None and len(parts) == 1} == set()
