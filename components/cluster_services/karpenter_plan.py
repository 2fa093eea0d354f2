"""What Karpenter may do, what it must hear of, and the nodes it makes. Facts are of Karpenter 1.14."""

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi import Input, Output

from ..shared.iam_documents import Statement, allow, allow_principal
from ..shared.karpenter_settings import KarpenterSettings
from ..shared.node_labels import APP_NODES

NAME = "karpenter"
# a node lives so long at most, so that images are never older (Karpenter's default is the same 30 days)
EXPIRE_AFTER = "720h"
# generations before have no arm64 of all three categories
LEAST_GENERATION = "6"
# By it EKS's policy of the EBS driver knows on whose nodes volumes may be attached; EKS tags managed groups' alone (AWS
# managed policy reference, AmazonEBSCSIDriverEKSClusterScopedPolicy: "for manually tagged instances").
VOLUMES_TAG = "ebs.csi.aws.com/cluster-name"
# What EventBridge must pass on so that nodes are drained before they go (Karpenter, interruption handling).
EVENTS: Mapping[str, tuple[str, str]] = {
    "health": ("aws.health", "AWS Health Event"),
    "spot": ("aws.ec2", "EC2 Spot Instance Interruption Warning"),
    "rebalance": ("aws.ec2", "EC2 Instance Rebalance Recommendation"),
    "state": ("aws.ec2", "EC2 Instance State-change Notification"),
}
_CREATED = ("fleet", "instance", "launch-template", "network-interface", "spot-instances-request", "volume")
_USED = ("capacity-reservation", "image", "security-group", "snapshot", "subnet")
# what it writes onto an instance once its node has joined
_LATER_TAGS = ("eks:eks-cluster-name", "karpenter.sh/nodeclaim", "Name")
_DESCRIBED = (
    "ec2:DescribeCapacityReservations",
    "ec2:DescribeImages",
    "ec2:DescribeInstanceStatus",
    "ec2:DescribeInstanceTypeOfferings",
    "ec2:DescribeInstanceTypes",
    "ec2:DescribeInstances",
    "ec2:DescribeLaunchTemplates",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSpotPriceHistory",
    "ec2:DescribeSubnets",
)


def controller_statements(
    *,
    partition: Input[str],
    account: Input[str],
    region: str,
    cluster_name: Input[str],
    cluster_arn: Input[str],
    queue_arn: Input[str],
    node_role_arn: Input[str],
    instance_profile_arn: Input[str],
) -> list[Statement]:
    """Write the controller's policy: it starts and stops nodes of this cluster, and touches no other instance."""
    owned = Output.concat("kubernetes.io/cluster/", cluster_name)

    def ec2(kinds: Sequence[str]) -> list[Input[str]]:
        return [Output.concat("arn:", partition, f":ec2:{region}:*:{kind}/*") for kind in kinds]

    def marked(where: str, **more: Any) -> Output[Mapping[str, Any]]:
        return owned.apply(
            lambda key: {
                "StringEquals": {f"aws:{where}/{key}": "owned", **more},
                "StringLike": {f"aws:{where}/karpenter.sh/nodepool": "*"},
            }
        )

    started = ("ec2:CreateFleet", "ec2:RunInstances")
    statements: list[Mapping[str, Any]] = [
        allow("UsesImagesAndSubnets", started, ec2(_USED)),
        {**allow("UsesItsTemplates", started, ec2(("launch-template",))), "Condition": marked("ResourceTag")},
        {
            **allow("StartsMarkedNodes", (*started, "ec2:CreateLaunchTemplate"), ec2(_CREATED)),
            "Condition": marked("RequestTag"),
        },
        {
            **allow("MarksWhatItStarts", ("ec2:CreateTags",), ec2(_CREATED)),
            "Condition": marked(
                "RequestTag", **{"ec2:CreateAction": [*(a.split(":")[1] for a in started), "CreateLaunchTemplate"]}
            ),
        },
        {
            **allow("NamesItsNodes", ("ec2:CreateTags",), ec2(("instance",))),
            "Condition": marked("ResourceTag").apply(
                lambda condition: {**condition, "ForAllValues:StringEquals": {"aws:TagKeys": list(_LATER_TAGS)}}
            ),
        },
        {
            **allow(
                "StopsItsNodes",
                ("ec2:DeleteLaunchTemplate", "ec2:TerminateInstances"),
                ec2(("instance", "launch-template")),
            ),
            "Condition": marked("ResourceTag"),
        },
        # Describe actions and prices support no narrower resource
        allow("LooksAround", _DESCRIBED, ["*"], conditions={"StringEquals": {"aws:RequestedRegion": region}}),
        allow("ReadsPrices", ("pricing:GetProducts",), ["*"]),
        allow(
            "FindsImages",
            ("ssm:GetParameter",),
            [Output.concat("arn:", partition, f":ssm:{region}::parameter/aws/service/*")],
        ),
        allow("HearsOfInterruptions", ("sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"), [queue_arn]),
        allow(
            "HandsTheNodeRoleToNodes",
            ("iam:PassRole",),
            [node_role_arn],
            conditions={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
        ),
        allow("ReadsTheProfile", ("iam:GetInstanceProfile",), [instance_profile_arn]),
        allow(
            "ListsProfiles",
            ("iam:ListInstanceProfiles",),
            [Output.concat("arn:", partition, ":iam::", account, ":instance-profile/*")],
        ),
        allow("FindsTheEndpoint", ("eks:DescribeCluster",), [cluster_arn]),
    ]
    return statements


def queue_statements(queue_arn: Input[str], rule_arns: Sequence[Input[str]]) -> list[Statement]:
    """Write the queue's policy: EventBridge may put in what these rules match, and nobody over plain HTTP."""
    sends = allow_principal(
        "EventBridgeSends",
        {"Service": "events.amazonaws.com"},
        ["sqs:SendMessage"],
        [queue_arn],
        conditions={"ArnEquals": {"aws:SourceArn": list(rule_arns)}},
    )
    return [
        sends,
        {
            "Sid": "DenyPlainHttp",
            "Effect": "Deny",
            "Principal": "*",
            "Action": ["sqs:*"],
            "Resource": [queue_arn],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    ]


def chart_values(
    *, cluster_name: Input[str], endpoint: Input[str], queue_name: Input[str], system_nodes: Mapping[str, str]
) -> dict[str, Any]:
    """Return the chart's values."""
    return {
        "replicas": 2,
        "settings": {
            "clusterName": cluster_name,
            "clusterEndpoint": endpoint,
            "interruptionQueue": queue_name,
        },
        "serviceAccount": {"name": NAME},
        # it cannot run on the nodes that it makes
        "nodeSelector": {"kubernetes.io/os": "linux", **system_nodes},
        "controller": {"resources": {"requests": {"cpu": "250m", "memory": "512Mi"}, "limits": {"memory": "512Mi"}}},
    }


def node_class(
    settings: KarpenterSettings,
    *,
    cluster_name: Input[str],
    instance_profile: Input[str],
    subnet_ids: Input[Sequence[Input[str]]],
    security_group_id: Input[str],
    tags: Mapping[str, str],
) -> dict[str, Any]:
    """Return the spec of the EC2NodeClass: the same hardening as the managed groups' launch template."""
    return {
        # a node that runs another image than this is replaced
        "amiSelectorTerms": [{"alias": f"al2023@{settings.image_version or 'latest'}"}],
        "instanceProfile": instance_profile,
        "subnetSelectorTerms": Output.from_input(subnet_ids).apply(lambda ids: [{"id": each} for each in ids]),
        "securityGroupSelectorTerms": [{"id": security_group_id}],
        "metadataOptions": {"httpEndpoint": "enabled", "httpTokens": "required", "httpPutResponseHopLimit": 1},
        "blockDeviceMappings": [
            {
                "deviceName": "/dev/xvda",
                "ebs": {
                    "volumeSize": f"{settings.disk_gib}Gi",
                    "volumeType": "gp3",
                    "encrypted": True,
                    "deleteOnTermination": True,
                },
            }
        ],
        "tags": {**tags, VOLUMES_TAG: cluster_name},
    }


def node_pool(settings: KarpenterSettings, *, node_class_name: str) -> dict[str, Any]:
    """Return the spec of the NodePool."""

    def wanted(key: str, operator: str, *values: str) -> dict[str, Any]:
        return {"key": key, "operator": operator, "values": list(values)}

    return {
        "template": {
            "metadata": {"labels": dict(APP_NODES)},
            "spec": {
                "nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": node_class_name},
                "requirements": [
                    wanted("kubernetes.io/arch", "In", "arm64"),
                    wanted("kubernetes.io/os", "In", "linux"),
                    wanted("karpenter.sh/capacity-type", "In", *settings.capacity_types),
                    wanted("karpenter.k8s.aws/instance-category", "In", *settings.instance_categories),
                    wanted("karpenter.k8s.aws/instance-generation", "Gt", LEAST_GENERATION),
                ],
                "expireAfter": EXPIRE_AFTER,
            },
        },
        "limits": {"cpu": str(settings.cpu_limit_cores)},
        "disruption": {
            "consolidationPolicy": "WhenEmptyOrUnderutilized",
            "consolidateAfter": "5m",
            "budgets": [{"nodes": "1"}],
        },
    }
