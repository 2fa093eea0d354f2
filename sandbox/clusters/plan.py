"""What the account's resources say of a cluster: pure functions from records to node groups and add-ons."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from ..control_plane.nodes import NodeGroup, Subnet, Taint
from ..world import Record

CLUSTER = "aws:eks/cluster:Cluster"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
ADDON = "aws:eks/addon:Addon"
SUBNET = "aws:ec2/subnet:Subnet"
FARGATE = "aws:eks/fargateProfile:FargateProfile"
SCALING_GROUP = "aws:autoscaling/group:Group"
ON_A_CLUSTER = (NODE_GROUP, ADDON, FARGATE)
# What Auto Mode's own pool for general purposes starts with: amd64, of the families c, m and r.
_OTHER_TYPE = "m7i.large"
# EKS chooses t3.medium, of which this is the arm64 twin, where nothing is asked for.
_DEFAULT_TYPE = "t4g.medium"
_SELF_MANAGED = ("vpc-cni", "kube-proxy", "coredns")
_EFFECTS = {
    "NO_SCHEDULE": "NoSchedule",
    "NO_EXECUTE": "NoExecute",
    "PREFER_NO_SCHEDULE": "PreferNoSchedule",
}


def cluster_of(provider: Mapping[str, Any], clusters: Iterable[Record]) -> Record | None:
    """Return the cluster that a Kubernetes provider points to: by its identifier, or by the server
    in its kubeconfig.
    """
    found = list(clusters)
    identifier = str(provider.get("clusterIdentifier") or "")
    for record in found:
        if identifier and identifier in (record.id, record.outputs.get("arn")):
            return record
    servers = set(_servers(provider.get("kubeconfig")))
    return next((record for record in found if record.outputs.get("endpoint") in servers), None)


def _servers(kubeconfig: Any) -> Iterator[str]:
    try:
        document = yaml.safe_load(kubeconfig) if isinstance(kubeconfig, str) else kubeconfig
    except yaml.YAMLError:
        return
    for entry in (document.get("clusters") or []) if isinstance(document, Mapping) else []:
        yield str((entry.get("cluster") or {}).get("server"))


def on_cluster(cluster: Record, records: Iterable[Record]) -> list[Record]:
    """Return the records of a cluster, those of the resources that name it."""
    return [record for record in records if record.inputs.get("clusterName") == cluster.id]


def addons(cluster: Record, records: Iterable[Record]) -> list[str]:
    """Return the names of a cluster's add-ons, and of those that EKS brings itself to one that does not refuse them.

    https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html: bootstrapSelfManagedAddons
    """
    own = [str(r.inputs["addonName"]) for r in on_cluster(cluster, records) if r.token == ADDON]
    bare = cluster.inputs.get("bootstrapSelfManagedAddons") is False
    automatic = bool((cluster.inputs.get("computeConfig") or {}).get("enabled"))
    return own if bare or automatic else list(dict.fromkeys([*_SELF_MANAGED, *own]))


def node_groups(cluster: Record, records: Iterable[Record], kubelet: str) -> list[NodeGroup]:
    """Return a cluster's node groups, each at its desired size.

    One that has none, but gets its machines in another way, has a node in each zone of its subnets.
    """
    known = list(records)
    zones = {r.id: str(r.outputs.get("availabilityZone")) for r in known if r.token == SUBNET}
    own = [record for record in on_cluster(cluster, known) if record.token == NODE_GROUP and _subnets(record, zones)]
    if own or not _has_other_machines(cluster, known):
        return [_group(record, zones, kubelet) for record in own]
    named = (cluster.inputs.get("vpcConfig") or {}).get("subnetIds") or []
    subnets = list({zones[subnet]: Subnet(subnet, zones[subnet]) for subnet in named if subnet in zones}.values())
    return [NodeGroup("other", _OTHER_TYPE, len(subnets), subnets, kubelet, arm64=False)] if subnets else []


def _has_other_machines(cluster: Record, records: Iterable[Record]) -> bool:
    """Return whether it has Auto Mode, a Fargate profile, or an Auto Scaling group that is tagged as its own."""
    tag = f"kubernetes.io/cluster/{cluster.id}"
    return bool((cluster.inputs.get("computeConfig") or {}).get("enabled")) or any(
        (record.token == FARGATE and record.inputs.get("clusterName") == cluster.id)
        or (record.token == SCALING_GROUP and any(each.get("key") == tag for each in record.inputs.get("tags") or []))
        for record in records
    )


def _group(record: Record, zones: Mapping[str, str], kubelet: str) -> NodeGroup:
    inputs = record.inputs
    scaling = inputs.get("scalingConfig") or {}
    instance_types = inputs.get("instanceTypes") or [_DEFAULT_TYPE]
    return NodeGroup(
        name=str(inputs.get("nodeGroupName") or record.id),
        instance_type=str(instance_types[0]),
        size=int(scaling.get("desiredSize") or 0),
        subnets=_subnets(record, zones),
        kubelet=kubelet,
        arm64="ARM_64" in str(inputs.get("amiType") or "ARM_64"),
        spot=inputs.get("capacityType") == "SPOT",
        disk_gib=int(inputs.get("diskSize") or 20),
        labels=inputs.get("labels") or {},
        taints=[
            Taint(str(taint["key"]), str(taint.get("value") or ""), _EFFECTS.get(str(taint["effect"]), "NoSchedule"))
            for taint in inputs.get("taints") or []
        ],
    )


def _subnets(record: Record, zones: Mapping[str, str]) -> list[Subnet]:
    return [Subnet(subnet, zones[subnet]) for subnet in record.inputs.get("subnetIds") or [] if subnet in zones]
