import json
from typing import Any

import pulumi_aws as aws
import pulumi_kubernetes as k8s

from components.monitoring_stack.alarm_bridge import AlarmBridge, AlarmBridgeArgs, Topic
from components.shared.node_image import NodeImage
from testing.cloud import Cloud
from tests.samples import RANGES, TAGS

HOME, EDGE = "arn:aws:sns:eu-west-1:123456789012:home", "arn:aws:sns:us-east-1:123456789012:edge"


def create(region: str = "eu-west-1") -> AlarmBridge:
    return AlarmBridge(
        "bridge",
        AlarmBridgeArgs(
            topics=[Topic("home", region, HOME), Topic("edge", "us-east-1", EDGE)],
            alarm_topic_arn=HOME,
            tools_image=NodeImage("registry.example.com/tools:1.0.0"),
            namespace="monitoring",
            namespace_name="monitoring",
            ranges=RANGES,
            team="platform",
            cluster_name="flowise-test",
            cluster_arn="arn:c",
            region=region,
            tags=TAGS,
        ),
    )


def pod(cloud: Cloud) -> dict[str, Any]:
    cloud.build(create)
    return dict(cloud.only(k8s.apps.v1.Deployment).inputs["spec"]["template"]["spec"])


def test_it_builds_with_and_without_knowing_the_cloud(any_cloud: Cloud) -> None:
    any_cloud.build(create)
    assert any_cloud.only(k8s.apps.v1.Deployment).name == "bridge-script-pods"


def test_every_topic_is_heard_in_its_own_region(cloud: Cloud) -> None:
    cloud.build(create)
    queue = cloud.named("bridge-queue")
    heard = {each.inputs["topic"]: each.inputs for each in cloud.of(aws.sns.TopicSubscription)}
    assert {topic: each["region"] for topic, each in heard.items()} == {HOME: "eu-west-1", EDGE: "us-east-1"}
    assert {each["protocol"] for each in heard.values()} == {"sqs"}
    policy = cloud.only(aws.sqs.QueuePolicy)
    assert all(policy.urn in each.depends_on for each in cloud.of(aws.sns.TopicSubscription))
    (statement,) = json.loads(policy.inputs["policy"])["Statement"]
    assert statement["Principal"] == {"Service": "sns.amazonaws.com"}
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": [HOME, EDGE]}}
    assert queue.inputs["sqsManagedSseEnabled"] is True


def test_what_nobody_takes_on_is_put_aside_and_told_by_mail(cloud: Cloud) -> None:
    cloud.build(create)
    aside = json.loads(cloud.named("bridge-queue").inputs["redrivePolicy"])
    assert aside["maxReceiveCount"] == 10
    assert aside["deadLetterTargetArn"].startswith("arn:aws:sqs:")
    assert cloud.named("bridge-dlq").urn in cloud.named("bridge-queue").depends_on
    alarms = {each.name: each.inputs for each in cloud.of(aws.cloudwatch.MetricAlarm)}
    assert {name: each["metricName"] for name, each in alarms.items()} == {
        "bridge-alarm-unread": "ApproximateAgeOfOldestMessage",
        "bridge-alarm-dead-letters": "ApproximateNumberOfMessagesVisible",
    }
    assert all(each["alarmActions"] == [HOME] for each in alarms.values())


def test_its_role_reads_this_queue_and_looks_at_alarms(cloud: Cloud) -> None:
    cloud.build(create)
    statements = json.loads(cloud.named("bridge-role-policy").inputs["policy"])["Statement"]
    assert {each["Sid"]: each["Action"] for each in statements} == {
        "HearsAlarms": ["sqs:DeleteMessage", "sqs:ReceiveMessage"],
        "FindsAlarms": ["cloudwatch:DescribeAlarms"],
    }
    assert statements[1]["Resource"] == [
        "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:*",
        "arn:aws:cloudwatch:us-east-1:123456789012:alarm:*",
    ]


def test_in_the_edges_own_region_it_hears_both_topics(cloud: Cloud) -> None:
    cloud.build(lambda: create("us-east-1"))
    assert len(cloud.of(aws.sns.TopicSubscription)) == 2
    statements = json.loads(cloud.named("bridge-role-policy").inputs["policy"])["Statement"]
    assert statements[1]["Resource"] == ["arn:aws:cloudwatch:us-east-1:123456789012:alarm:*"]


def test_it_starts_with_its_role_and_its_ways_out(cloud: Cloud) -> None:
    spec = pod(cloud)
    association = cloud.only(aws.eks.PodIdentityAssociation)
    account = cloud.only(k8s.core.v1.ServiceAccount).inputs
    assert account["metadata"]["name"] == association.inputs["serviceAccount"] == "alarm-bridge"
    assert account["metadata"]["namespace"] == association.inputs["namespace"] == "monitoring"
    script = cloud.named("bridge-script")
    assert association.urn in script.depends_on
    assert {each.urn for each in cloud.of(k8s.networking.v1.NetworkPolicy)} <= script.depends_on
    assert spec["automountServiceAccountToken"] is False


def test_its_policies_select_its_pod_alone(cloud: Cloud) -> None:
    cloud.build(create)
    labels = cloud.only(k8s.apps.v1.Deployment).inputs["spec"]["template"]["metadata"]["labels"]
    policies = cloud.of(k8s.networking.v1.NetworkPolicy)
    assert [each.inputs["spec"]["podSelector"]["matchLabels"] for each in policies] == [labels] * len(policies)


def test_it_is_told_where_to_ask_and_no_secret(cloud: Cloud) -> None:
    (container,) = pod(cloud)["containers"]
    environment = {each["name"]: each["value"] for each in container["env"]}
    assert environment["TOPIC_ARNS"] == f"{HOME},{EDGE}"
    assert environment["ALERTMANAGER"] == "alertmanager-operated:9093"
    assert environment["AWS_REGION"] == "eu-west-1"
    assert environment["QUEUE_URL"].startswith("https://sqs.")
    assert "envFrom" not in container


def test_it_reaches_aws_and_its_alertmanagers_and_nobody_reaches_it(cloud: Cloud) -> None:
    cloud.build(create)
    specs = {
        each.name.removeprefix("bridge-"): each.inputs["spec"] for each in cloud.of(k8s.networking.v1.NetworkPolicy)
    }
    assert set(specs) == {"deny-all", "dns", "https", "aws-endpoints", "pod-identity", "alertmanager"}
    assert specs["deny-all"]["policyTypes"] == ["Ingress", "Egress"]
    assert not [role for role, spec in specs.items() if "ingress" in spec]
    assert specs["alertmanager"]["egress"] == [
        {
            "to": [{"podSelector": {"matchLabels": {"app.kubernetes.io/name": "alertmanager"}}}],
            "ports": [{"protocol": "TCP", "port": 9093}],
        }
    ]
