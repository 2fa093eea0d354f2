"""EKS clusters, their nodes and those who may enter."""

from typing import Any

from .reading import UNKNOWN, get, items
from .rule import Rule

_CLUSTER = r"aws:eks/cluster:Cluster"
_TEMPLATE = r"aws:ec2/launchTemplate:LaunchTemplate"
_LOGS = {"api", "audit", "authenticator"}
_ANYWHERE = {"0.0.0.0/0", "::/0"}


def _endpoint(props: dict[str, Any]) -> bool:
    public = get(props, "vpcConfig", "endpointPublicAccess")
    ranges = items(props, "vpcConfig", "publicAccessCidrs")
    # Where neither is given, EKS opens the endpoint to the world.
    return public is False or (bool(ranges) and UNKNOWN not in ranges and not _ANYWHERE & set(ranges))


def _encrypted(props: dict[str, Any]) -> bool:
    return (
        "secrets" in items(props, "encryptionConfig", "resources")
        and get(props, "encryptionConfig", "provider", "keyArn") is not None
    )


def _logged(props: dict[str, Any]) -> bool:
    return set(items(props, "enabledClusterLogTypes")) >= _LOGS


def _own_access(props: dict[str, Any]) -> bool:
    config = get(props, "accessConfig")
    mode, creator = (get(config, key) for key in ("authenticationMode", "bootstrapClusterCreatorAdminPermissions"))
    return bool(mode == "API" and creator is False)


def _metadata(props: dict[str, Any]) -> bool:
    tokens, hops = (get(props, "metadataOptions", key) for key in ("httpTokens", "httpPutResponseHopLimit"))
    return bool(tokens == "required" and hops == 1)


def _disks(props: dict[str, Any]) -> bool:
    disks = items(props, "blockDeviceMappings")
    return bool(disks) and all(get(disk, "ebs", "encrypted") in (True, "true") for disk in disks)


RULES = (
    Rule(
        "eks-endpoint-public",
        "critical",
        _CLUSTER,
        _endpoint,
        "switch endpointPublicAccess off, or name ranges in publicAccessCidrs",
        "FSBP EKS.1",
    ),
    Rule(
        "eks-endpoint-private",
        "high",
        _CLUSTER,
        lambda p: get(p, "vpcConfig", "endpointPrivateAccess") is True,
        "set endpointPrivateAccess: nodes must not leave the VPC to reach their control plane",
        "CIS EKS 5.4.2",
    ),
    Rule(
        "eks-secrets-kms",
        "high",
        _CLUSTER,
        _encrypted,
        "encrypt `secrets` with a key of your own in encryptionConfig",
        "FSBP EKS.3",
    ),
    Rule("eks-logs", "high", _CLUSTER, _logged, "enable the api, audit and authenticator logs at least", "FSBP EKS.8"),
    Rule(
        "eks-auth-mode",
        "medium",
        _CLUSTER,
        _own_access,
        "use authenticationMode API, and bootstrapClusterCreatorAdminPermissions false: access is granted by name",
        "CIS EKS 5.5.1",
    ),
    Rule(
        "eks-node-imds",
        "high",
        _TEMPLATE,
        _metadata,
        "set httpTokens required and httpPutResponseHopLimit 1, so that pods cannot be the node",
        "FSBP EC2.8",
    ),
    Rule("eks-node-disk", "high", _TEMPLATE, _disks, "encrypt every disk in blockDeviceMappings", "FSBP EC2.7"),
    Rule(
        "eks-node-remote",
        "high",
        r"aws:eks/nodeGroup:NodeGroup",
        lambda p: get(p, "remoteAccess") is None,
        "leave remoteAccess out: nobody logs in to a node by SSH",
        "CKV_AWS_100",
    ),
)
