"""EKS clusters, their nodes and those who may enter."""

from fnmatch import fnmatchcase
from typing import Any

from ..kit.reading import UNKNOWN, among, covers, given, on
from ..kit.rule import Resource, Rule

_CLUSTER = "aws:eks/cluster:Cluster"
_ANYWHERE = {"0.0.0.0/0", "::/0"}


def _endpoint(resource: Resource) -> bool:
    public, ranges = (resource.get("vpcConfig", key) for key in ("endpointPublicAccess", "publicAccessCidrs"))
    if UNKNOWN in (public, ranges) or public is False:
        return True
    # Where neither is given, EKS opens the endpoint to the world.
    return isinstance(ranges, list) and bool(ranges) and not any(one in _ANYWHERE for one in ranges)


def _encrypted(resource: Resource) -> bool:
    config = resource.get("encryptionConfig")
    return config is UNKNOWN or (
        covers(resource.get("encryptionConfig", "resources"), ["secrets"])
        and given(resource.get("encryptionConfig", "provider", "keyArn"))
    )


def _admins(resource: Resource) -> bool:
    policy, principal = resource.get("policyArn"), resource.get("principalArn")
    if not isinstance(policy, str) or not policy.endswith("/AmazonEKSClusterAdminPolicy") or principal is UNKNOWN:
        return True
    allowed: list[Any] = resource.parameters["principals"]
    return isinstance(principal, str) and any(fnmatchcase(principal, pattern) for pattern in allowed)


RULES = (
    Rule(
        "eks-endpoint-public", "critical", "the cluster's endpoint is not open to the world",
        "switch endpointPublicAccess off, or name ranges in publicAccessCidrs", "boundary", _CLUSTER, _endpoint,
        refs="FSBP EKS.1, CIS EKS 5.4.1, CKV_AWS_38, CKV_AWS_39",
    ),
    Rule(
        "eks-endpoint-private", "high", "nodes reach their control plane without leaving the VPC",
        "set endpointPrivateAccess", "boundary", _CLUSTER, lambda s: on(s.get("vpcConfig", "endpointPrivateAccess")),
        refs="CIS EKS 5.4.2", link="https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html",
    ),
    Rule(
        "eks-secrets-kms", "high", "Kubernetes Secrets are encrypted under a key of your own",
        "encrypt `secrets` with a KMS key in encryptionConfig", "at-rest", _CLUSTER, _encrypted,
        refs="FSBP EKS.3, CIS EKS 5.3.1, CKV_AWS_58",
    ),
    Rule(
        "eks-logs", "high", "the control plane keeps its api, audit and authenticator logs",
        "add them to enabledClusterLogTypes", "audit", _CLUSTER,
        lambda s: covers(s.get("enabledClusterLogTypes"), ["api", "audit", "authenticator"]),
        refs="FSBP EKS.8, CIS EKS 2.1.1, CKV_AWS_37",
    ),
    Rule(
        "eks-version", "medium", "the cluster's version is written down", "set version", "patching", _CLUSTER,
        lambda s: given(s.get("version")), refs="FSBP EKS.2, CKV_AWS_339",
    ),
    Rule(
        "eks-support", "medium", "a version that runs out is upgraded, not paid for", "set upgradePolicy.supportType to STANDARD",
        "patching", _CLUSTER, lambda s: among(s.get("upgradePolicy", "supportType"), "STANDARD"),
        link="https://docs.aws.amazon.com/eks/latest/userguide/disable-extended-support.html",
    ),
    Rule(
        "eks-auth-mode", "medium", "who may enter stands in access entries alone", "set accessConfig.authenticationMode to API",
        "identity", _CLUSTER, lambda s: among(s.get("accessConfig", "authenticationMode"), "API"), refs="CIS EKS 5.5.1",
        link="https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html",
    ),
    Rule(
        "eks-creator-admin", "medium", "whoever made the cluster is not its administrator by that alone",
        "set accessConfig.bootstrapClusterCreatorAdminPermissions to false", "privilege", _CLUSTER,
        lambda s: among(s.get("accessConfig", "bootstrapClusterCreatorAdminPermissions"), False), refs="CIS EKS 4.1.1",
        link="https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html",
    ),
    Rule(
        "eks-access-admin", "high", "roles alone administer the cluster", "grant it to a role that the parameter `principals` allows",
        "privilege", "aws:eks/accessPolicyAssociation:AccessPolicyAssociation", _admins, refs="CIS EKS 4.1.1",
        link="https://docs.aws.amazon.com/eks/latest/userguide/access-policies.html",
        parameters={"principals": ["arn:aws*:iam::*:role/*"]},
    ),
    Rule(
        "eks-access-masters", "high", "nobody enters as system:masters, which no RBAC binds",
        "associate an access policy instead", "privilege", "aws:eks/accessEntry:AccessEntry",
        lambda s: "system:masters" not in s.items("kubernetesGroups"), refs="CIS EKS 4.1.7",
        link="https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html",
    ),
    Rule(
        "eks-node-remote", "high", "nobody logs in to a node by SSH", "leave remoteAccess out", "boundary",
        "aws:eks/nodeGroup:NodeGroup", lambda s: s.get("remoteAccess") is UNKNOWN or not given(s.get("remoteAccess")),
        refs="CKV_AWS_100", link="https://docs.aws.amazon.com/eks/latest/best-practices/protecting-the-infrastructure.html",
    ),
    Rule(
        "eks-addon-pinned", "low", "an add-on's version is written down", "set addonVersion", "patching",
        "aws:eks/addon:Addon", lambda s: given(s.get("addonVersion")), level="advisory",
        link="https://docs.aws.amazon.com/eks/latest/userguide/updating-an-add-on.html",
    ),
)  # fmt: skip
