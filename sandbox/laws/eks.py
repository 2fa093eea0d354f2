"""EKS: versions in support and in order, nodes that can join, add-ons that fit, roles that pods can take."""

import json
import re
from collections.abc import Iterator
from typing import Any

from ..world import Record
from .law import Law, Refusal, ResourceOperation, get, items

_VERSIONS_PAGE = "https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html"
# Minors in standard support on the day this table was last checked, 2026-11; and those that only extended support has.
STANDARD = ("1.34", "1.35", "1.36")
EXTENDED = ("1.30", "1.31", "1.32", "1.33")

_CLUSTER, _GROUP, _ADDON = "aws:eks/cluster:Cluster", "aws:eks/nodeGroup:NodeGroup", "aws:eks/addon:Addon"


def _minor(version: str) -> int | None:
    found = re.fullmatch(r"1\.(\d+)", version)
    return int(found[1]) if found else None


def _version(op: ResourceOperation) -> Iterator[Refusal]:
    version = op.text("version")
    if not version:
        return
    asked = get(op.inputs, "upgradePolicy", "supportType") == "EXTENDED"
    if version not in STANDARD + EXTENDED:
        yield Refusal(
            "InvalidParameterException",
            f"unsupported Kubernetes version {version}",
            f"choose one of {', '.join(STANDARD)} (written in quotes: YAML reads 1.30 as 1.3)",
        )
    elif version in EXTENDED and not asked:
        yield Refusal(
            "InvalidParameterException",
            f"Kubernetes {version} is out of standard support, and the cluster does not ask for extended support",
            f"choose one of {', '.join(STANDARD)}, or set upgradePolicy.supportType to EXTENDED and pay for it",
        )


def _step(op: ResourceOperation) -> Iterator[Refusal]:
    before = _minor(str(get(op.old.inputs, "version"))) if op.old else None
    after = _minor(op.text("version"))
    if before is None or after is None:
        return
    if after < before:
        yield Refusal(
            "InvalidParameterException",
            f"Unsupported Kubernetes minor version update from 1.{before} to 1.{after}",
            "a control plane goes up only: make a new cluster to go back",
        )
    if after > before + 1:
        yield Refusal(
            "InvalidParameterException",
            f"Unsupported Kubernetes minor version update from 1.{before} to 1.{after}",
            f"go one minor at a time: 1.{before + 1} first",
        )


def _groups_follow(op: ResourceOperation) -> Iterator[Refusal]:
    """Before a cluster goes up, its nodes must be near enough to where it goes."""
    after = _minor(op.text("version"))
    for group in op.inventory.of(_GROUP):
        theirs = _minor(str(get(group.inputs, "version")))
        if after and theirs and get(group.inputs, "clusterName") == op.text("name") and after - theirs > _NODE_SKEW:
            yield Refusal(
                "InvalidParameterException",
                f"node group {group.urn.rpartition('::')[2]} at 1.{theirs} is more than {_NODE_SKEW} minors behind 1.{after}",
                "bring the node groups up first",
            )


# https://kubernetes.io/releases/version-skew-policy/: a kubelet may be three minors older than the API server.
_NODE_SKEW = 3


def _cluster_of(op: ResourceOperation) -> Record | None:
    name = op.text("clusterName")
    names = ((r, (r.id, r.outputs.get("name"), get(r.inputs, "name"))) for r in op.inventory.of(_CLUSTER))
    return next((r for r, known in names if name and name in known), None)


def _of_cluster(op: ResourceOperation, *path: str) -> Any:
    """Return an input of the cluster that the resource belongs to."""
    cluster = _cluster_of(op)
    return get(cluster.inputs, *path) if cluster else None


def _node_version(op: ResourceOperation) -> Iterator[Refusal]:
    own, theirs = _minor(op.text("version")), _minor(str(_of_cluster(op, "version")))
    if own and theirs and own > theirs:
        yield Refusal(
            "InvalidParameterException",
            f"Nodegroup version 1.{own} is newer than its cluster's 1.{theirs}",
            "bring the cluster up first",
        )


_NODE_POLICIES = (
    ("AmazonEKSWorkerNodePolicy", "AmazonEKSWorkerNodeMinimalPolicy"),
    ("AmazonEC2ContainerRegistryPullOnly", "AmazonEC2ContainerRegistryReadOnly"),
)
_ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"


def _role_name(arn: str) -> str:
    return arn.rpartition("/")[2]


def _node_role(op: ResourceOperation) -> Iterator[Refusal]:
    arn = op.text("nodeRoleArn")
    role = op.inventory.owner(arn) if arn else None
    if role is None:  # made outside of this program
        return
    attached = {
        str(get(a.inputs, "policyArn")).rpartition("/")[2]
        for a in op.inventory.of(_ATTACHMENT)
        if get(a.inputs, "role") in (role.id, arn, role.outputs.get("name"))
    } | {str(p).rpartition("/")[2] for p in items(role.inputs, "managedPolicyArns")}
    for choices in _NODE_POLICIES:
        if not attached & set(choices) and not op.unknown("nodeRoleArn"):
            yield Refusal(
                "NodeCreationFailure",
                f"Instances failed to join the kubernetes cluster: role {role.id} has none of {', '.join(choices)}",
                "attach it, and let the node group depend on the attachment",
            )


def _network_plugin(op: ResourceOperation) -> Iterator[Refusal]:
    if _of_cluster(op, "bootstrapSelfManagedAddons") is not False:
        return  # EKS brings its own CNI then
    own = [a for a in op.inventory.of(_ADDON) if get(a.inputs, "clusterName") == op.text("clusterName")]
    another = op.inventory.of("kubernetes:helm.sh/v3:Release")  # which may be Cilium
    if "vpc-cni" not in [get(a.inputs, "addonName") for a in own] and not another:
        yield Refusal(
            "NodeCreationFailure",
            "Unhealthy nodes in the kubernetes cluster: container runtime network not ready: cni plugin not initialized",
            "create the vpc-cni add-on before the nodes: let the node group depend on it",
        )


def _sizes(op: ResourceOperation) -> Iterator[Refusal]:
    low, want, high = (get(op.inputs, "scalingConfig", key) for key in ("minSize", "desiredSize", "maxSize"))
    if all(isinstance(value, int) for value in (low, want, high)) and not low <= want <= high:
        yield Refusal(
            "InvalidParameterException",
            f"desired capacity {want} must be between minimum {low} and maximum {high}",
            "let minSize <= desiredSize <= maxSize",
        )
    if isinstance(high, int) and high < 1:
        yield Refusal("InvalidParameterException", f"maxSize {high} is less than 1", "set maxSize to 1 at least")
    zero = (
        get(op.inputs, "updateConfig", "maxUnavailable"),
        get(op.inputs, "updateConfig", "maxUnavailablePercentage"),
    )
    if all(value is not None for value in zero):
        yield Refusal(
            "InvalidParameterException",
            "maxUnavailable and maxUnavailablePercentage cannot both be given",
            "keep one of the two",
        )


def _architecture(op: ResourceOperation) -> Iterator[Refusal]:
    ami, types = op.text("amiType"), op.texts("instanceTypes")
    if not ami or ami == "CUSTOM":
        return
    arm_ami = "ARM" in ami
    for instance_type in types:
        arm = bool(re.match(r"(a1|t4g|[a-z]+\d+g[a-z]*)\.", instance_type))
        if arm != arm_ami:
            yield Refusal(
                "InvalidParameterException",
                f"{ami} is not a valid AMI type for instance type {instance_type}",
                "choose an arm64 AMI type for Graviton instances, and an x86_64 one for all others",
            )


_ADDONS_PAGE = "https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html"
_ADDONS = frozenset(
    {
        "adot",
        "amazon-cloudwatch-observability",
        "aws-ebs-csi-driver",
        "aws-efs-csi-driver",
        "aws-fsx-csi-driver",
        "aws-guardduty-agent",
        "aws-mountpoint-s3-csi-driver",
        "aws-network-flow-monitoring-agent",
        "aws-privateca-connector",
        "aws-secrets-store-csi-driver-provider",
        "cert-manager",
        "coredns",
        "eks-node-monitoring-agent",
        "eks-pod-identity-agent",
        "external-dns",
        "kube-proxy",
        "kube-state-metrics",
        "metrics-server",
        "prometheus-node-exporter",
        "snapshot-controller",
        "vpc-cni",
    }
)


def _addon(op: ResourceOperation) -> Iterator[Refusal]:
    name, version = op.text("addonName"), op.text("addonVersion")
    # A marketplace add-on bears its vendor's name and an underscore.
    if name and name not in _ADDONS and "_" not in name:
        yield Refusal(
            "InvalidParameterException",
            f"Addon {name} specified is not supported",
            "see `aws eks describe-addon-versions` for the names of AWS's add-ons",
        )
    if version and not re.fullmatch(r"v\d+\.\d+\.\d+-eksbuild\.\d+", version) and name in _ADDONS:
        yield Refusal(
            "InvalidParameterException",
            f"Addon version specified is not supported: {version}",
            "write a whole version, as in v1.20.4-eksbuild.1 (`aws eks describe-addon-versions`)",
        )
    theirs = str(_of_cluster(op, "version") or "")
    if name == "kube-proxy" and version and theirs and not version.startswith(f"v{theirs}."):
        yield Refusal(
            "InvalidParameterException",
            f"Addon version specified is not supported: kube-proxy {version} on a cluster of {theirs}",
            f"take a kube-proxy of the cluster's own minor: v{theirs}.x",
        )


def _needs_nodes(op: ResourceOperation) -> Iterator[Refusal]:
    """CoreDNS and the CSI controllers are Deployments: with no node they never become active."""
    if op.preview or op.text("addonName") not in ("coredns", "aws-ebs-csi-driver", "metrics-server"):
        return
    groups = [g for g in op.inventory.of(_GROUP) if get(g.inputs, "clusterName") == op.text("clusterName")]
    others = op.inventory.of("aws:eks/fargateProfile:FargateProfile", "aws:autoscaling/group:Group")
    automatic = _of_cluster(op, "computeConfig", "enabled") is True
    if _cluster_of(op) is not None and not (groups or others or automatic):
        yield Refusal(
            "unexpected state 'DEGRADED'",
            f"InsufficientNumberOfReplicas: the add-on {op.text('addonName')} is unhealthy because it has no nodes to run on",
            "let this add-on depend on a node group",
        )


def _pod_identity(op: ResourceOperation) -> Iterator[Refusal]:
    role = op.inventory.owner(op.text("roleArn")) if op.text("roleArn") else None
    document = get(role.inputs, "assumeRolePolicy") if role else None
    try:
        statements = json.loads(document)["Statement"] if isinstance(document, str) else None
    except (ValueError, KeyError, TypeError):
        statements = None
    if statements is None:
        return
    trusted: set[str] = set()
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = statement.get("Principal")
        services = principal.get("Service", []) if isinstance(principal, dict) else []
        if "pods.eks.amazonaws.com" in ([services] if isinstance(services, str) else services):
            actions = statement.get("Action", [])
            trusted |= {actions} if isinstance(actions, str) else set(actions)
    missing = {"sts:AssumeRole", "sts:TagSession"} - trusted
    if missing:
        yield Refusal(
            "InvalidParameterException",
            "Trust policy of the role is not valid for EKS Pod Identity: pods.eks.amazonaws.com may not "
            + " and ".join(sorted(missing)),
            "let the role trust pods.eks.amazonaws.com with sts:AssumeRole and sts:TagSession",
        )


def _one_association(op: ResourceOperation) -> Iterator[Refusal]:
    keys = ("clusterName", "namespace", "serviceAccount")
    own = tuple(op.text(key) for key in keys)
    for other in op.inventory.of(op.token) if all(own) else []:
        if other.urn != op.urn and tuple(get(other.inputs, key) for key in keys) == own:
            yield Refusal(
                "ResourceInUseException",
                f"Association already exists: {'/'.join(own[1:])}: {other.urn.rpartition('::')[2]}",
                "a service account has one role: put all it may do into that",
            )


def _access(op: ResourceOperation) -> Iterator[Refusal]:
    if _cluster_of(op) is not None and _of_cluster(op, "accessConfig", "authenticationMode") in (None, "CONFIG_MAP"):
        yield Refusal(
            "InvalidRequestException",
            "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.",
            "set accessConfig.authenticationMode to API",
        )


_POLICIES = re.compile(r"arn:aws[a-z-]*:eks::aws:cluster-access-policy/Amazon\w+")


def _access_policy(op: ResourceOperation) -> Iterator[Refusal]:
    arn, kind = op.text("policyArn"), get(op.inputs, "accessScope", "type")
    if arn and not _POLICIES.fullmatch(arn):
        yield Refusal(
            "InvalidParameterException",
            f"The policyArn parameter format is not valid: {arn}",
            "write arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy or its like: it is no policy of IAM",
        )
    if kind == "namespace" and not items(op.inputs, "accessScope", "namespaces"):
        yield Refusal(
            "InvalidParameterException",
            "namespaces are required where the access scope is namespace",
            "name the namespaces, or set the scope's type to cluster",
        )


def _endpoint(op: ResourceOperation) -> Iterator[Refusal]:
    public, private = (get(op.inputs, "vpcConfig", key) for key in ("endpointPublicAccess", "endpointPrivateAccess"))
    if public is False and private is not True:
        yield Refusal(
            "InvalidParameterException",
            "Private and public endpoint access cannot be false",
            "set endpointPrivateAccess to true",
        )


def _zones(op: ResourceOperation) -> Iterator[Refusal]:
    subnets = op.texts("vpcConfig", "subnetIds")
    records = [op.inventory.owner(subnet) for subnet in subnets]
    zones = {get(r.inputs, "availabilityZone") for r in records if r is not None}
    wanted = items(op.inputs, "vpcConfig", "subnetIds")
    given = get(op.inputs, "vpcConfig", "subnetIds")
    too_few = isinstance(given, list) and len(given) < 2  # noqa: PLR2004 # the API's minimum
    if too_few or (len(subnets) == len(wanted) and None not in records and None not in zones and len(zones) == 1):
        yield Refusal(
            "InvalidParameterException",
            "Subnets specified must be in at least two different AZs",
            "give subnets of two zones or more",
        )


_RESERVED_PREFIXES = ("kubernetes.io", "k8s.io", "eks.amazonaws.com")


def _labels(op: ResourceOperation) -> Iterator[Refusal]:
    given = op.get("labels")
    for label in given if isinstance(given, dict) else ():
        prefix = label.partition("/")[0] if "/" in label else ""
        if any(prefix == reserved or prefix.endswith(f".{reserved}") for reserved in _RESERVED_PREFIXES):
            yield Refusal(
                "InvalidParameterException",
                f"Label cannot contain reserved prefixes [kubernetes.io/, k8s.io/, eks.amazonaws.com/]: {label}",
                "give the label a prefix of your own, or none",
            )


_ROUTE_TABLE, _ROUTE = "aws:ec2/routeTable:RouteTable", "aws:ec2/route:Route"
_TABLE_OF = "aws:ec2/routeTableAssociation:RouteTableAssociation"
_PROFILE = "aws:eks/fargateProfile:FargateProfile"


def _private_subnets(op: ResourceOperation) -> Iterator[Refusal]:
    for subnet in op.texts("subnetIds"):
        tables = [
            get(each.inputs, "routeTableId")
            for each in op.inventory.of(_TABLE_OF)
            if get(each.inputs, "subnetId") == subnet
        ]
        if any(isinstance(table, str) and _leads_out(op, table) for table in tables):
            yield Refusal(
                "InvalidParameterException",
                f"Subnet {subnet} provided in Fargate Profile is not a private subnet",
                "give subnets without a route to an internet gateway; a NAT gateway may lead out",
            )


def _leads_out(op: ResourceOperation, table: str) -> bool:
    """Return whether a route table leads to an internet gateway."""
    record = op.inventory.owner(table)
    inline = [get(route, "gatewayId") for route in items(record.inputs, "routes")] if record is not None else []
    beside = [
        get(each.inputs, "gatewayId") for each in op.inventory.of(_ROUTE) if get(each.inputs, "routeTableId") == table
    ]
    return any(isinstance(gateway, str) and gateway.startswith("igw-") for gateway in (*inline, *beside))


def _pods_network(op: ResourceOperation) -> Iterator[Refusal]:
    text = get(op.inputs, "kubernetesNetworkConfig", "serviceIpv4Cidr")
    if isinstance(text, str) and not re.match(r"(10\.|172\.(1[6-9]|2\d|3[01])\.|192\.168\.)", text):
        yield Refusal(
            "InvalidParameterException",
            f"The specified service CIDR {text} is not in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16",
            "choose a private range of /12 to /24",
        )


_CREATE = "https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html"
_GROUPS = "https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html"
_TROUBLE = "https://docs.aws.amazon.com/eks/latest/userguide/troubleshooting.html"
_PODS = "https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html"
_ENTRIES = "https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html"
LAWS = (
    Law("eks-version", "Kubernetes versions in support", _VERSIONS_PAGE, _CLUSTER, _version),
    Law(
        "eks-version-skip",
        "Kubernetes is upgraded one minor at a time",
        "https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html",
        _CLUSTER,
        _step,
        ("update",),
    ),
    Law(
        "eks-node-version-skew",
        "nodes follow their cluster",
        "https://kubernetes.io/releases/version-skew-policy/",
        _CLUSTER,
        _groups_follow,
        ("update",),
    ),
    Law("eks-endpoint-access", "a way to the endpoint", _CREATE, _CLUSTER, _endpoint),
    Law("eks-availability-zones", "a cluster spans two zones", _CREATE, _CLUSTER, _zones),
    Law("eks-service-cidr", "the range of Services", _CREATE, _CLUSTER, _pods_network),
    Law("eks-node-group-version", "node group versions", _GROUPS, _GROUP, _node_version),
    Law("eks-node-role", "nodes may join", _TROUBLE, _GROUP, _node_role, ("create",)),
    Law("eks-vpc-cni", "nodes need the CNI", _TROUBLE, _GROUP, _network_plugin, ("create",)),
    Law(
        "eks-node-label",
        "labels that are not Kubernetes' own",
        "https://github.com/eksctl-io/eksctl/issues/4007",
        _GROUP,
        _labels,
    ),
    Law(
        "eks-fargate-subnets",
        "Fargate runs in private subnets",
        "https://docs.aws.amazon.com/eks/latest/userguide/fargate-profile.html",
        _PROFILE,
        _private_subnets,
        ("create",),
    ),
    Law("eks-node-group-scaling", "sizes of a node group", _GROUPS, _GROUP, _sizes),
    Law("eks-node-architecture", "nodes' architecture", _GROUPS, _GROUP, _architecture),
    Law("eks-addon-version", "add-ons that fit", _ADDONS_PAGE, _ADDON, _addon),
    Law("eks-addon-needs-nodes", "add-ons that need nodes", _TROUBLE, _ADDON, _needs_nodes, ("create",)),
    Law(
        "eks-pod-identity-role",
        "roles for pods",
        _PODS,
        r"aws:eks/podIdentityAssociation:PodIdentityAssociation",
        _pod_identity,
    ),
    Law(
        "eks-pod-identity-duplicate",
        "one role per service account",
        _PODS,
        r"aws:eks/podIdentityAssociation:PodIdentityAssociation",
        _one_association,
    ),
    Law(
        "eks-authentication-mode",
        "access entries need the API",
        _ENTRIES,
        r"aws:eks/access(Entry:AccessEntry|PolicyAssociation:.*)",
        _access,
    ),
    Law(
        "eks-access-policy",
        "EKS access policies",
        _ENTRIES,
        r"aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        _access_policy,
    ),
)
