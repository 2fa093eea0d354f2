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
        "eks-endpoint-public", "critical", "the EKS cluster's public endpoint is disabled, or limited to named CIDR ranges",
        "switch endpointPublicAccess off, or name ranges in publicAccessCidrs", "boundary", _CLUSTER, _endpoint,
        refs="FSBP EKS.1, CIS EKS 5.4.1, CKV_AWS_38, CKV_AWS_39",
    ),
    Rule(
        "eks-endpoint-private", "high", "the EKS cluster's private endpoint is enabled, so that nodes reach the control plane inside the VPC",
        "set endpointPrivateAccess", "boundary", _CLUSTER, lambda s: on(s.get("vpcConfig", "endpointPrivateAccess")),
        refs="CIS EKS 5.4.2", link="https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html",
    ),
    Rule(
        "eks-secrets-kms", "high", "Kubernetes Secrets are encrypted with a customer managed KMS key (envelope encryption)",
        "encrypt `secrets` with a KMS key in encryptionConfig", "at-rest", _CLUSTER, _encrypted,
        refs="FSBP EKS.3, CIS EKS 5.3.1, CKV_AWS_58",
    ),
    Rule(
        "eks-logs", "high", "the EKS control plane logs api, audit and authenticator",
        "add them to enabledClusterLogTypes", "audit", _CLUSTER,
        lambda s: covers(s.get("enabledClusterLogTypes"), ["api", "audit", "authenticator"]),
        refs="FSBP EKS.8, CIS EKS 2.1.1, CKV_AWS_37",
    ),
    Rule(
        "eks-version", "medium", "the EKS cluster's Kubernetes version is set explicitly", "set version", "patching", _CLUSTER,
        lambda s: given(s.get("version")), refs="FSBP EKS.2, CKV_AWS_339",
    ),
    Rule(
        "eks-support", "medium", "the EKS cluster is on standard support, which upgrades a version at its end instead of billing extended support", "set upgradePolicy.supportType to STANDARD",
        "patching", _CLUSTER, lambda s: among(s.get("upgradePolicy", "supportType"), "STANDARD"),
        link="https://docs.aws.amazon.com/eks/latest/userguide/disable-extended-support.html",
    ),
    Rule(
        "eks-auth-mode", "medium", "access to the EKS cluster is granted by access entries only, not by the aws-auth ConfigMap", "set accessConfig.authenticationMode to API",
        "identity", _CLUSTER, lambda s: among(s.get("accessConfig", "authenticationMode"), "API"), refs="CIS EKS 5.5.1",
        link="https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html",
    ),
    Rule(
        "eks-creator-admin", "medium", "the principal that creates the EKS cluster does not become its administrator",
        "set accessConfig.bootstrapClusterCreatorAdminPermissions to false", "privilege", _CLUSTER,
        lambda s: among(s.get("accessConfig", "bootstrapClusterCreatorAdminPermissions"), False), refs="CIS EKS 4.1.1",
        link="https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html",
    ),
    Rule(
        "eks-access-admin", "high", "only allowed roles have the cluster admin access policy", "grant it to a role that the parameter `principals` lists",
        "privilege", "aws:eks/accessPolicyAssociation:AccessPolicyAssociation", _admins, refs="CIS EKS 4.1.1",
        link="https://docs.aws.amazon.com/eks/latest/userguide/access-policies.html",
        parameters={"principals": ["arn:aws*:iam::*:role/*"]},
    ),
    Rule(
        "eks-access-masters", "high", "no access entry is in the group system:masters, which bypasses RBAC",
        "associate an access policy instead", "privilege", "aws:eks/accessEntry:AccessEntry",
        lambda s: "system:masters" not in s.items("kubernetesGroups"), refs="CIS EKS 4.1.7",
        link="https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html",
    ),
    Rule(
        "eks-node-remote", "high", "a node group has no SSH access", "leave remoteAccess out", "boundary",
        "aws:eks/nodeGroup:NodeGroup", lambda s: s.get("remoteAccess") is UNKNOWN or not given(s.get("remoteAccess")),
        refs="CKV_AWS_100", link="https://docs.aws.amazon.com/eks/latest/best-practices/protecting-the-infrastructure.html",
    ),
    Rule(
        "eks-addon-pinned", "low", "an EKS add-on's version is pinned", "set addonVersion", "patching",
        "aws:eks/addon:Addon", lambda s: given(s.get("addonVersion")), level="advisory",
        link="https://docs.aws.amazon.com/eks/latest/userguide/updating-an-add-on.html",
    ),
)  # fmt: skip
