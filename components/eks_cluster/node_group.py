"""A managed group of nodes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from .settings import NodeGroupSettings

# Where each image keeps what grows: Bottlerocket's first disk is the system's own (Bottlerocket, block devices).
DATA_DISKS = {"AL2023_ARM_64_STANDARD": "/dev/xvda", "BOTTLEROCKET_ARM_64": "/dev/xvdb"}


@dataclass(frozen=True, kw_only=True)
class NodeGroupArgs:
    """How many nodes of what kind (settings), and the cluster they join.

    `soft_taint` is a key that pods which do not tolerate it avoid while there is room elsewhere.
    """

    settings: NodeGroupSettings
    cluster_name: pulumi.Input[str]
    kubernetes_version: str
    node_image: str
    node_release: str | None
    role_arn: pulumi.Input[str]
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    labels: Mapping[str, str]
    soft_taint: str | None
    tags: Mapping[str, str]


class NodeGroup(pulumi.ComponentResource):
    """Nodes on which no pod reaches the metadata service, repaired when they fail. It makes no role."""

    def __init__(self, name: str, args: NodeGroupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:eks_cluster:NodeGroup", name, {}, opts)
        settings, child = args.settings, pulumi.ResourceOptions(parent=self)
        template = _launch_template(name, args, child)
        aws.eks.NodeGroup(
            f"{name}-group",
            cluster_name=args.cluster_name,
            node_role_arn=args.role_arn,
            subnet_ids=args.subnet_ids,
            ami_type=args.node_image,
            version=args.kubernetes_version,
            # EKS takes its newest at creation, and renews none by itself (EKS user guide, update-managed-node-group)
            release_version=args.node_release,
            capacity_type=settings.capacity_type,
            instance_types=list(settings.instance_types),
            launch_template={"id": template.id, "version": template.latest_version.apply(str)},
            scaling_config={
                "min_size": settings.min_size,
                "desired_size": settings.desired_size,
                "max_size": settings.max_size,
            },
            labels=dict(args.labels),
            taints=[{"key": args.soft_taint, "value": "true", "effect": "PREFER_NO_SCHEDULE"}]
            if args.soft_taint
            else None,
            update_config={"max_unavailable": 1},
            node_repair_config={"enabled": True},
            tags=dict(args.tags),
            # the autoscaler moves the desired size, the program only sets its start
            opts=pulumi.ResourceOptions.merge(
                child, pulumi.ResourceOptions(ignore_changes=["scalingConfig.desiredSize"])
            ),
        )
        self.register_outputs({})


def _launch_template(name: str, args: NodeGroupArgs, child: pulumi.ResourceOptions) -> aws.ec2.LaunchTemplate:
    tags = {**args.tags, "Name": name}
    return aws.ec2.LaunchTemplate(
        f"{name}-template",
        description="EKS nodes",
        block_device_mappings=[
            {
                "device_name": DATA_DISKS[args.node_image],
                "ebs": {
                    "volume_size": args.settings.disk_gib,
                    "volume_type": "gp3",
                    "encrypted": "true",
                    "delete_on_termination": "true",
                },
            }
        ],
        # one hop: a pod's packets make two, so no pod reaches the node's role
        metadata_options={"http_endpoint": "enabled", "http_tokens": "required", "http_put_response_hop_limit": 1},
        tag_specifications=[{"resource_type": kind, "tags": tags} for kind in ("instance", "volume")],
        update_default_version=True,
        tags=dict(args.tags),
        opts=child,
    )
