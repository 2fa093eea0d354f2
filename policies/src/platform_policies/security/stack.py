"""What must stand beside a resource, and who may use what."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ..kit.coverage import uncovered
from ..kit.reading import UNKNOWN, get, given, on, statements, strings
from ..kit.stack import Finding, Node, Stack, StackRule

_BUCKETS = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
_VPC = "aws:ec2/vpc:Vpc"
_WEB_ACL = "aws:wafv2/webAcl:WebAcl"
_FLAGS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
_ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
# What a node needs, and what sees to a node: docs.aws.amazon.com/eks/latest/userguide/create-node-role.html
_NODE_POLICIES = (
    "AmazonEKSWorkerNodePolicy", "AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryReadOnly",
    "AmazonEC2ContainerRegistryPullOnly", "AmazonEKS_CNI_Policy", "AmazonSSMManagedInstanceCore",
)  # fmt: skip
# docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html: whoever pulls has ECR fetch
_NODE_ACTIONS = ("ecr:BatchImportUpstreamImage", "ecr:CreateRepository")
_ADDONS = ("vpc-cni", "coredns", "kube-proxy", "eks-pod-identity-agent")
Parameters = Mapping[str, Any]


def _beside(types: tuple[str, ...], companion: str, key: str, holds: Any = lambda _: True) -> Any:
    """Return a rule that wants a companion beside every resource of some types."""

    def broken(stack: Stack, _: Parameters) -> Iterator[Finding]:
        return stack.lacking(stack.of(*types), companion, key, holds)

    return broken


def _buckets_with(companion: str, inline: str, holds: Any) -> Any:
    """Return a rule that wants a companion beside every bucket, or the bucket's own older property to say the same."""

    def broken(stack: Stack, _: Parameters) -> Iterator[Finding]:
        inside = [node for node in stack.of(*_BUCKETS) if not (given(node.get(inline)) and holds(node, inline))]
        return stack.lacking(inside, companion, "bucket", lambda node: holds(node, ""))

    return broken


def _encrypts(node: Node, inline: str) -> bool:
    rules = node.items(inline, "rules") if inline else node.items("rules")
    one = node.get(inline, "rule") if inline else None
    found = [get(rule, "applyServerSideEncryptionByDefault", "sseAlgorithm") for rule in [*rules, one]]
    return node.get("rules") is UNKNOWN or any(given(algorithm) for algorithm in found)


def _versioned(node: Node, inline: str) -> bool:
    if inline:
        return on(node.get(inline, "enabled"))
    return node.get("versioningConfiguration", "status") in ("Enabled", UNKNOWN)


def _denies_plain_http(node: Node, _: str = "") -> bool:
    policy = node.get("policy")
    return policy is UNKNOWN or any(
        "false"
        in strings({k.lower(): v for k, v in (get(s, "Condition", "Bool") or {}).items()}.get("aws:securetransport"))
        for s in statements(policy, "Deny")
    )


def _inline_and_standalone(stack: Stack, _: Parameters) -> Iterator[Finding]:
    standalone = stack.of(
        "aws:ec2/securityGroupRule:SecurityGroupRule", "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    )  # fmt: skip
    for group in stack.of("aws:ec2/securityGroup:SecurityGroup"):
        # what the group answers holds the standalone rules too
        if group.wrote("ingress", "egress") and any(rule.points("securityGroupId", group) for rule in standalone):
            yield Finding(group.urn)


def _forces_tls(stack: Stack, _: Parameters) -> Iterator[Finding]:
    forcing = [
        group
        for group in stack.of(
            "aws:rds/parameterGroup:ParameterGroup", "aws:rds/clusterParameterGroup:ClusterParameterGroup"
        )
        if group.get("parameters") is UNKNOWN
        or any(
            get(p, "name") == "rds.force_ssl" and get(p, "value") in ("1", 1, UNKNOWN)
            for p in group.items("parameters")
        )
    ]
    for instance in stack.of("aws:rds/instance:Instance"):
        if instance.get("engine") == "postgres" and not any(instance.points("parameterGroupName", g) for g in forcing):
            yield Finding(instance.urn)


def _logged_distribution(stack: Stack, _: Parameters) -> Iterator[Finding]:
    own = [
        d for d in stack.of("aws:cloudfront/distribution:Distribution") if not given(d.get("loggingConfig", "bucket"))
    ]
    return stack.lacking(own, "aws:cloudwatch/logDeliverySource:LogDeliverySource", "resourceArn")


def _one_account_per_role(stack: Stack, _: Parameters) -> Iterator[Finding]:
    accounts: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    holders: dict[str, list[Node]] = defaultdict(list)
    for association in stack.of("aws:eks/podIdentityAssociation:PodIdentityAssociation"):
        # ids are unknown in a preview, but which role a property leads to is not
        for role in [target.urn for target in association.refs.get("roleArn", [])] or [str(association.get("roleArn"))]:
            accounts[role].add(tuple(str(association.get(key)) for key in ("namespace", "serviceAccount")))
            holders[role].append(association)
    for role, users in accounts.items():
        if len(users) > 1:
            yield from (Finding(node.urn) for node in holders[role])


def _plain_node_roles(stack: Stack, parameters: Parameters) -> Iterator[Finding]:
    groups = stack.of("aws:eks/nodeGroup:NodeGroup")
    for role in stack.of("aws:iam/role:Role"):
        if not any(group.points("nodeRoleArn", role) for group in groups):
            continue
        attached = [a.get("policyArn") for a in stack.of(_ATTACHMENT) if a.points("role", role)]
        foreign = [
            arn for arn in attached if arn is not UNKNOWN and str(arn).rpartition("/")[2] not in parameters["policies"]
        ]
        inline = [each for each in stack.of("aws:iam/rolePolicy:RolePolicy") if each.points("role", role)]
        if foreign or not all(_grants_no_more(each.get("policy"), parameters["actions"]) for each in inline):
            yield Finding(role.urn)


def _grants_no_more(policy: object, actions: Collection[str]) -> bool:
    """Return whether a document grants these actions alone; one that is not known yet is not judged."""
    named = [set(strings(each.get("Action"))) for each in statements(policy)]
    return policy is UNKNOWN or (bool(named) and all(each and each <= set(actions) for each in named))


def _addons(stack: Stack, parameters: Parameters) -> Iterator[Finding]:
    addons = stack.of("aws:eks/addon:Addon")
    for cluster in stack.of("aws:eks/cluster:Cluster"):
        own = {addon.get("addonName") for addon in addons if addon.points("clusterName", cluster)}
        missing = sorted(set(parameters["addons"]) - own)
        if missing:
            yield Finding(cluster.urn, f"missing: {', '.join(missing)}")


def _rotated(stack: Stack, _: Parameters) -> Iterator[Finding]:
    return stack.lacking(
        stack.of("aws:secretsmanager/secret:Secret"), "aws:secretsmanager/secretRotation:SecretRotation", "secretId"
    )


_S3 = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html"
RULES = (
    StackRule(
        "s3-pab", "critical", "every bucket has a public access block", "give it a BucketPublicAccessBlock with all four flags on", "boundary",
        _beside(_BUCKETS, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "bucket", lambda n: all(on(n.get(f)) for f in _FLAGS)),
        refs="FSBP S3.8, CIS AWS 2.1.4, CKV2_AWS_6, CKV_AWS_53, CKV_AWS_54, CKV_AWS_55, CKV_AWS_56", judges="every bucket",
    ),
    StackRule(
        "s3-encryption", "high", "every bucket has default encryption (server-side encryption) configured", "give it a BucketServerSideEncryptionConfiguration", "at-rest",
        _buckets_with("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", "serverSideEncryptionConfiguration", _encrypts),
        refs="FSBP S3.17, CKV_AWS_19, CKV_AWS_145", judges="every bucket",
    ),
    StackRule(
        "s3-tls-only", "high", "every bucket denies requests without TLS", "deny requests with aws:SecureTransport false in its BucketPolicy", "in-transit",
        _buckets_with("aws:s3/bucketPolicy:BucketPolicy", "policy", lambda n, _: _denies_plain_http(n)), refs="FSBP S3.5, CIS AWS 2.1.1, CKV_AWS_379", judges="every bucket",
    ),
    StackRule(
        "s3-versioning", "medium", "every bucket has versioning enabled", "give it a BucketVersioning with status Enabled", "backup",
        _buckets_with("aws:s3/bucketVersioning:BucketVersioning", "versioning", _versioned), refs="FSBP S3.14, CKV_AWS_21", judges="every bucket",
    ),
    StackRule(
        "s3-logging", "medium", "every bucket has server access logging", "give it a BucketLogging, unless it is the one that receives the logs", "audit",
        _buckets_with("aws:s3/bucketLogging:BucketLogging", "logging", lambda *_: True), refs="FSBP S3.9, CKV_AWS_18", level="advisory",
        link=_S3, judges="every bucket",
    ),
    StackRule(
        "net-default-sg", "high", "a VPC's default security group allows no traffic", "take it over with a DefaultSecurityGroup without rules", "boundary",
        _beside((_VPC,), "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "vpcId", lambda n: not n.items("ingress") and not n.items("egress")),
        refs="FSBP EC2.2, CIS AWS 5.4, CKV2_AWS_12", judges="every VPC",
    ),
    StackRule(
        "net-flow-log", "high", "a VPC has flow logs", "give it a FlowLog of trafficType ALL or REJECT", "audit",
        _beside((_VPC,), "aws:ec2/flowLog:FlowLog", "vpcId", lambda n: n.get("trafficType") in ("ALL", "REJECT", UNKNOWN)),
        refs="FSBP EC2.6, CIS AWS 3.7, CKV2_AWS_11", judges="every VPC",
    ),
    StackRule(
        "net-sg-inline-mix", "medium", "a security group's rules are either inline or separate resources, not both", "keep one kind: each removes the other's",
        "configuration", _inline_and_standalone, link="https://www.pulumi.com/registry/packages/aws/api-docs/ec2/securitygroup/",
        judges="every security group",
    ),
    StackRule(
        "rds-tls", "high", "PostgreSQL connections require TLS (rds.force_ssl)", "use a ParameterGroup with rds.force_ssl = 1", "in-transit", _forces_tls,
        refs="CKV2_AWS_69", link="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html", judges="every RDS instance",
    ),
    StackRule(
        "waf-logging", "medium", "a web ACL has logging enabled", "give it a WebAclLoggingConfiguration", "audit",
        _beside((_WEB_ACL,), "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", "resourceArn", lambda n: given(n.get("logDestinationConfigs"))),
        refs="FSBP WAF.11, CKV2_AWS_31", judges="every web ACL",
    ),
    StackRule(
        "cf-logging", "medium", "a CloudFront distribution has access logging enabled", "set loggingConfig, or deliver its access logs with a LogDeliverySource", "audit",
        _logged_distribution, refs="FSBP CloudFront.5, CKV_AWS_86", judges="every distribution",
    ),
    StackRule(
        "sec-rotation", "medium", "a secret has automatic rotation", "give it a SecretRotation, or list the exception with who rotates it, and when", "secrets",
        _rotated, refs="FSBP SecretsManager.1, CKV2_AWS_57", level="advisory", judges="every secret",
    ),
    StackRule(
        "iam-pod-role-single", "high", "an IAM role for EKS Pod Identity is used by one service account only", "give each service account a role of its own", "privilege",
        _one_account_per_role, refs="CIS EKS 5.2.1", link="https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html",
        judges="every Pod Identity association",
    ),
    StackRule(
        "eks-node-role", "high", "a node role has only the policies that a node needs", "give pods roles of their own, by EKS Pod Identity", "privilege",
        _plain_node_roles, link="https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html", parameters={"policies": list(_NODE_POLICIES), "actions": list(_NODE_ACTIONS)},
        judges="every node group's role",
    ),
    StackRule(
        "eks-addons", "medium", "an EKS cluster has the add-ons that it depends on", "add them as Addon", "patching", _addons, refs="CIS EKS 4.3.1",
        link="https://docs.aws.amazon.com/eks/latest/userguide/eks-add-ons.html", parameters={"addons": list(_ADDONS)}, level="advisory",
        judges="every EKS cluster",
    ),
    StackRule(
        "scan-coverage", "low", "every resource of the stack is judged", "look at these by eye, or write a rule: that nothing is said of them is no approval", "configuration",
        uncovered, link="https://www.pulumi.com/docs/insights/policy/", level="advisory", last=True,
    ),
)  # fmt: skip
