"""What EKS add-ons run on a cluster. Requests as in their own manifests, whose pages stand beside each."""

from collections.abc import Mapping, Sequence
from typing import Any

from .placeholders import Manifest, Workload, manifests

_NAMESPACE = "kube-system"


def _asks(cpu: str = "", memory: str = "") -> dict[str, Any]:
    return {"requests": {key: value for key, value in (("cpu", cpu), ("memory", memory)) if value}}


_WORKLOADS: Mapping[str, Sequence[Workload]] = {
    # github.com/aws/amazon-vpc-cni-k8s, config/master/aws-k8s-cni.yaml: aws-node 25m, aws-eks-nodeagent 25m
    "vpc-cni": (Workload("DaemonSet", "aws-node", resources=_asks("50m"), container="aws-node"),),
    # github.com/awslabs/amazon-eks-ami: kube-proxy 100m
    "kube-proxy": (Workload("DaemonSet", "kube-proxy", resources=_asks("100m"), container="kube-proxy"),),
    "eks-pod-identity-agent": (Workload("DaemonSet", "eks-pod-identity-agent"),),
    # github.com/kubernetes/kubernetes, cluster/addons/dns/coredns
    "coredns": (
        Workload(
            "Deployment",
            "coredns",
            2,
            _asks("100m", "70Mi"),
            container="coredns",
            max_unavailable=1,
            spread_over="topology.kubernetes.io/zone",
        ),
    ),
    # github.com/kubernetes-sigs/aws-ebs-csi-driver, charts: 10m and 40Mi for each of 3 and of 6 containers
    "aws-ebs-csi-driver": (
        Workload("DaemonSet", "ebs-csi-node", resources=_asks("30m", "120Mi")),
        Workload(
            "Deployment",
            "ebs-csi-controller",
            2,
            _asks("60m", "240Mi"),
            max_unavailable=1,
            spread_over="topology.kubernetes.io/zone",
        ),
    ),
    # github.com/kubernetes-sigs/metrics-server, charts
    "metrics-server": (Workload("Deployment", "metrics-server", 2, _asks("100m", "200Mi"), max_unavailable=1),),
}


def objects(addon: str) -> list[Manifest]:
    """Return the objects of an add-on; one that is not known runs one pod that asks for nothing."""
    workloads = _WORKLOADS.get(addon, (Workload("Deployment", addon),))
    return [made for workload in workloads for made in manifests(workload, _NAMESPACE, addon)]
