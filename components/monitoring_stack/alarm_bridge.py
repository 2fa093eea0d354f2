"""Brings what AWS says on the alarms' topics to Alertmanager, so that both go the same way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s

from ..shared.iam_documents import allow, allow_principal, document
from ..shared.metric_alarms import MetricAlarm, metric_alarms
from ..shared.network_policies import NetworkRanges
from ..shared.node_image import NodeImage
from ..shared.node_script import NodeScript, NodeScriptArgs
from ..shared.pod_role import PodRole, PodRoleArgs
from .network_policies import alarm_bridge_policies

SCRIPT = Path(__file__).parent / "assets" / "alarm_bridge.cjs"
SERVICE_ACCOUNT = "alarm-bridge"
PORT_NAME, PORT = "probe", 3001
# made by the operator for all Alertmanagers of its namespace: it has the address of each
ALERTMANAGER = "alertmanager-operated:9093"
DAY_SECONDS = 86_400
# longer than a round with Alertmanagers that do not answer
VISIBILITY_SECONDS = 60
# as many, a minute each, before a message is put aside
MOST_TRIES = 10
# whoever reads mail hears what Alertmanager does not: these tell the topic of the bridge's own trouble
QUEUE_ALARMS = (
    MetricAlarm(
        "unread",
        "ApproximateAgeOfOldestMessage",
        "above",
        600,
        "CloudWatch's alarms do not reach Alertmanager: age of the oldest message of their queue (seconds)",
        "Maximum",
        periods=1,
    ),
)
DEAD_LETTER_ALARMS = (
    MetricAlarm(
        "dead-letters",
        "ApproximateNumberOfMessagesVisible",
        "above",
        0,
        "Messages in the dead-letter queue: alarms of CloudWatch that never reached Alertmanager",
        "Maximum",
        periods=1,
    ),
)


@dataclass(frozen=True)
class Topic:
    """An alarms' topic: its role in names, its region, its ARN."""

    role: str
    region: str
    arn: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class AlarmBridgeArgs:
    """The topics, what runs the bridge, and the namespace in which it is, and Alertmanager too.

    `namespace` is known once it stands; until Alertmanager does, the pod is not ready. `alarm_topic_arn` is
    one of the topics, and hears of the bridge's own trouble.
    """

    topics: Sequence[Topic]
    alarm_topic_arn: pulumi.Input[str]
    tools_image: NodeImage
    namespace: pulumi.Input[str]
    namespace_name: str  # by which Pod Identity knows it
    ranges: NetworkRanges
    team: str
    cluster_name: pulumi.Input[str]
    cluster_arn: pulumi.Input[str]
    region: str
    tags: Mapping[str, str]


class AlarmBridge(pulumi.ComponentResource):
    """A queue that hears every topic, and one pod that reads it and tells each Alertmanager.

    It keeps nothing (docs/decisions/0018). The topics' mails go out beside it, whatever the cluster does.
    """

    def __init__(self, name: str, args: AlarmBridgeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:monitoring_stack:AlarmBridge", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        queue = self._queue()
        role = self._role(queue)
        policies = self._policies()
        NodeScript(
            f"{name}-script",
            NodeScriptArgs(
                script=SCRIPT,
                namespace=args.namespace,
                labels=_labels(),
                image=args.tools_image,
                account_name=SERVICE_ACCOUNT,
                environment={
                    "ALERTMANAGER": ALERTMANAGER,
                    "AWS_REGION": args.region,
                    "PORT": str(PORT),
                    "QUEUE_URL": queue.url,
                    "TEAM": args.team,
                    "TOPIC_ARNS": pulumi.Output.all(*(topic.arn for topic in args.topics)).apply(",".join),
                },
                port_name=PORT_NAME,
                port=PORT,
            ),
            # a pod that starts before its role is associated stays without credentials; no property names it
            pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[role, *policies])),
        )
        self.register_outputs({})

    def _queue(self) -> aws.sqs.Queue:
        name, args = self._name, self._args
        common: dict[str, Any] = {"sqs_managed_sse_enabled": True, "tags": dict(args.tags), "opts": self._child}
        dead_letters = aws.sqs.Queue(f"{name}-dlq", message_retention_seconds=14 * DAY_SECONDS, **common)
        redrive = {"deadLetterTargetArn": dead_letters.arn, "maxReceiveCount": MOST_TRIES}
        queue = aws.sqs.Queue(
            f"{name}-queue",
            message_retention_seconds=4 * DAY_SECONDS,
            visibility_timeout_seconds=VISIBILITY_SECONDS,
            redrive_policy=pulumi.Output.json_dumps(redrive),
            **common,
        )
        arns = [topic.arn for topic in args.topics]
        send = allow_principal(
            "TopicsOfThisStackSend",
            {"Service": "sns.amazonaws.com"},
            ["sqs:SendMessage"],
            [queue.arn],
            conditions={"ArnEquals": {"aws:SourceArn": arns}},
        )
        policy = aws.sqs.QueuePolicy(
            f"{name}-policy",
            queue_url=queue.url,
            policy=pulumi.Output.json_dumps(document([send])),
            opts=self._child,
        )
        for topic in args.topics:
            aws.sns.TopicSubscription(
                f"{name}-subscription-{topic.role}",
                topic=topic.arn,
                protocol="sqs",
                endpoint=queue.arn,
                region=topic.region,
                # what is said before the queue lets it in is lost
                opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[policy])),
            )
        for made, table in ((queue, QUEUE_ALARMS), (dead_letters, DEAD_LETTER_ALARMS)):
            metric_alarms(
                f"{name}-alarm",
                table,
                namespace="AWS/SQS",
                dimensions={"QueueName": made.name},
                topic_arn=args.alarm_topic_arn,
                tags=args.tags,
                opts=self._child,
            )
        return queue

    def _role(self, queue: aws.sqs.Queue) -> PodRole:
        args, lookup = self._args, pulumi.InvokeOutputOptions(parent=self)
        partition = aws.get_partition_output(opts=lookup).partition
        account = aws.get_caller_identity_output(opts=lookup).account_id
        alarms = [
            pulumi.Output.concat("arn:", partition, f":cloudwatch:{region}:", account, ":alarm:*")
            for region in sorted({topic.region for topic in args.topics})
        ]
        return PodRole(
            f"{self._name}-role",
            PodRoleArgs(
                cluster_name=args.cluster_name,
                cluster_arn=args.cluster_arn,
                namespace=args.namespace_name,
                service_account=SERVICE_ACCOUNT,
                statements=[
                    allow("HearsAlarms", ["sqs:DeleteMessage", "sqs:ReceiveMessage"], [queue.arn]),
                    # of metric alarms it gives as many as the role may see (API reference, DescribeAlarms); the
                    # bridge asks for those that tell its topics
                    allow("FindsAlarms", ["cloudwatch:DescribeAlarms"], alarms),
                ],
                tags=args.tags,
            ),
            self._child,
        )

    def _policies(self) -> list[pulumi.Resource]:
        specs: Mapping[str, Any] = alarm_bridge_policies(self._args.ranges, whose=_labels(), alertmanager_port=9093)
        return [
            k8s.networking.v1.NetworkPolicy(
                f"{self._name}-{role}",
                metadata=k8s.meta.v1.ObjectMetaArgs(namespace=self._args.namespace, labels=_labels()),
                spec=spec,
                opts=self._child,
            )
            for role, spec in specs.items()
        ]


def _labels() -> dict[str, str]:
    return {
        "app.kubernetes.io/name": SERVICE_ACCOUNT,
        "app.kubernetes.io/instance": "monitoring",
        "app.kubernetes.io/component": SERVICE_ACCOUNT,
        "app.kubernetes.io/part-of": "platform",
        "app.kubernetes.io/managed-by": "pulumi",
    }
