"""Which actions of IAM the operations of a program need: what the provider calls to make, read, change and delete each
resource, on the resource's own ARN.

AWS's CloudFormation handlers list the permissions of each operation, for all that a type can do. Of these, what bears
the type's own name is certain; what is called otherwise stands in a table. Which resources an action is judged on, and
how their ARNs look, is the Service Authorization Reference's; cfn-lint ships both.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from .. import aws_data, replacement
from ..laws.inventory import Inventory
from ..world import Record
from .network import both

OPERATIONS = ("create", "read", "update", "delete")
# What is read and nothing more, as AWS's own ReadOnlyAccess lets it; the values of secrets and data are not.
_READS = re.compile(r"\w+:(BatchGet|Describe|Get|List|Lookup|Search|View)\w*")
_VALUES = ("secretsmanager:GetSecretValue", "ssm:GetParameter", "s3:GetObject", "kms:Decrypt")
_VERBS = (
    r"(Allocate|Authorize|BatchGet|Create|Delete|Deregister|Describe|Get|List|Modify|Put|Register|Release|Request|Revoke|"
    "Set|Terminate|Update)"
)


@dataclass(frozen=True)
class Need:
    """An action that an operation on a resource needs, on what (empty: on something that nobody here knows)."""

    operation: str
    action: str
    resource: str


def _thrice(action: str) -> tuple[str, str, str]:
    return action, action, action


# What is called otherwise than its type, by operation: create, update, delete (the provider's source of each).
_CALLS: Mapping[str, tuple[str, str, str]] = {
    # tags of a bucket are put with it: s3:PutBucketTagging
    "aws:s3/bucket:Bucket": ("s3:CreateBucket s3:PutBucketTagging", "s3:PutBucketTagging", "s3:DeleteBucket"),
    "aws:acm/certificate:Certificate": ("acm:RequestCertificate", "", "acm:DeleteCertificate"),
    "aws:backup/plan:Plan": ("backup:CreateBackupPlan", "backup:UpdateBackupPlan", "backup:DeleteBackupPlan"),
    "aws:backup/selection:Selection": ("backup:CreateBackupSelection", "", "backup:DeleteBackupSelection"),
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": (
        "backup:PutBackupVaultLockConfiguration",
        "backup:PutBackupVaultLockConfiguration",
        "backup:DeleteBackupVaultLockConfiguration",
    ),
    "aws:backup/vault:Vault": ("backup:CreateBackupVault backup-storage:MountCapsule", "", "backup:DeleteBackupVault"),
    "aws:cloudwatch/eventRule:EventRule": ("events:PutRule", "events:PutRule", "events:DeleteRule"),
    "aws:cloudwatch/eventTarget:EventTarget": ("events:PutTargets", "events:PutTargets", "events:RemoveTargets"),
    "aws:cloudwatch/logDelivery:LogDelivery": (
        "logs:CreateDelivery",
        "logs:UpdateDeliveryConfiguration",
        "logs:DeleteDelivery",
    ),
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": (
        "logs:PutDeliveryDestination",
        "logs:PutDeliveryDestination",
        "logs:DeleteDeliveryDestination",
    ),
    "aws:cloudwatch/logDeliverySource:LogDeliverySource": ("logs:PutDeliverySource", "", "logs:DeleteDeliverySource"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": (
        "cloudwatch:PutMetricAlarm",
        "cloudwatch:PutMetricAlarm",
        "cloudwatch:DeleteAlarms",
    ),
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor": (
        "ce:CreateAnomalyMonitor",
        "ce:UpdateAnomalyMonitor",
        "ce:DeleteAnomalyMonitor",
    ),
    "aws:costexplorer/anomalySubscription:AnomalySubscription": (
        "ce:CreateAnomalySubscription",
        "ce:UpdateAnomalySubscription",
        "ce:DeleteAnomalySubscription",
    ),
    "aws:elasticache/parameterGroup:ParameterGroup": (
        "elasticache:CreateCacheParameterGroup",
        "elasticache:ModifyCacheParameterGroup",
        "elasticache:DeleteCacheParameterGroup",
    ),
    "aws:elasticache/subnetGroup:SubnetGroup": (
        "elasticache:CreateCacheSubnetGroup",
        "elasticache:ModifyCacheSubnetGroup",
        "elasticache:DeleteCacheSubnetGroup",
    ),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": (
        "iam:CreateOpenIDConnectProvider",
        "iam:UpdateOpenIDConnectProviderThumbprint",
        "iam:DeleteOpenIDConnectProvider",
    ),
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": (
        "rds:StartDBInstanceAutomatedBackupsReplication",
        "",
        "rds:StopDBInstanceAutomatedBackupsReplication",
    ),
    "aws:ec2/eip:Eip": ("ec2:AllocateAddress", "", "ec2:ReleaseAddress"),
    "aws:ec2/flowLog:FlowLog": ("ec2:CreateFlowLogs", "", "ec2:DeleteFlowLogs"),
    "aws:ec2/instance:Instance": ("ec2:RunInstances", "ec2:ModifyInstanceAttribute", "ec2:TerminateInstances"),
    "aws:ec2/internetGateway:InternetGateway": (
        "ec2:CreateInternetGateway ec2:AttachInternetGateway",
        "",
        "ec2:DetachInternetGateway ec2:DeleteInternetGateway",
    ),
    "aws:ec2/networkAclRule:NetworkAclRule": ("ec2:CreateNetworkAclEntry", "", "ec2:DeleteNetworkAclEntry"),
    "aws:ec2/route:Route": ("ec2:CreateRoute", "ec2:ReplaceRoute", "ec2:DeleteRoute"),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": (
        "ec2:AssociateRouteTable",
        "",
        "ec2:DisassociateRouteTable",
    ),
    "aws:ec2/launchTemplate:LaunchTemplate": (
        "ec2:CreateLaunchTemplate",
        "ec2:CreateLaunchTemplateVersion ec2:ModifyLaunchTemplate",
        "ec2:DeleteLaunchTemplate",
    ),
    "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation": (
        "ec2:AssociateVpcCidrBlock",
        "",
        "ec2:DisassociateVpcCidrBlock",
    ),
    "aws:ec2/vpcEndpoint:VpcEndpoint": ("ec2:CreateVpcEndpoint", "ec2:ModifyVpcEndpoint", "ec2:DeleteVpcEndpoints"),
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": (
        "eks:AssociateAccessPolicy",
        "",
        "eks:DisassociateAccessPolicy",
    ),
    "aws:eks/nodeGroup:NodeGroup": ("eks:CreateNodegroup", "eks:UpdateNodegroupConfig", "eks:DeleteNodegroup"),
    "aws:iam/policy:Policy": (
        "iam:CreatePolicy",
        "iam:CreatePolicyVersion iam:DeletePolicyVersion",
        "iam:DeletePolicy iam:DeletePolicyVersion",
    ),
    "aws:iam/role:Role": ("iam:CreateRole", "iam:UpdateRole iam:UpdateAssumeRolePolicy", "iam:DeleteRole"),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ("iam:AttachRolePolicy", "", "iam:DetachRolePolicy"),
    "aws:kms/key:Key": ("kms:CreateKey", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"),
    "aws:lb/listenerRule:ListenerRule": (
        "elasticloadbalancing:CreateRule",
        "elasticloadbalancing:ModifyRule",
        "elasticloadbalancing:DeleteRule",
    ),
    "aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup": (
        "rds:ModifyDBProxyTargetGroup",
        "rds:ModifyDBProxyTargetGroup",
        "",
    ),
    "aws:rds/proxyTarget:ProxyTarget": ("rds:RegisterDBProxyTargets", "", "rds:DeregisterDBProxyTargets"),
    "aws:route53/record:Record": _thrice("route53:ChangeResourceRecordSets"),
    "aws:route53/resolverFirewallConfig:ResolverFirewallConfig": _thrice("route53resolver:UpdateFirewallConfig"),
    "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList": (
        "route53resolver:CreateFirewallDomainList route53resolver:UpdateFirewallDomains",
        "route53resolver:UpdateFirewallDomains",
        "route53resolver:DeleteFirewallDomainList",
    ),
    "aws:route53/resolverFirewallRule:ResolverFirewallRule": (
        "route53resolver:CreateFirewallRule",
        "route53resolver:UpdateFirewallRule",
        "route53resolver:DeleteFirewallRule",
    ),
    "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation": (
        "route53resolver:AssociateFirewallRuleGroup",
        "route53resolver:UpdateFirewallRuleGroupAssociation",
        "route53resolver:DisassociateFirewallRuleGroup",
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": _thrice("s3:PutLifecycleConfiguration"),
    "aws:s3/bucketLogging:BucketLogging": _thrice("s3:PutBucketLogging"),
    "aws:s3/bucketObjectv2:BucketObjectv2": ("s3:PutObject", "s3:PutObject", "s3:DeleteObject"),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": _thrice("s3:PutBucketOwnershipControls"),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _thrice("s3:PutBucketPublicAccessBlock"),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": _thrice(
        "s3:PutEncryptionConfiguration"
    ),
    "aws:s3/bucketVersioning:BucketVersioning": _thrice("s3:PutBucketVersioning"),
    "aws:secretsmanager/secretVersion:SecretVersion": (
        "secretsmanager:PutSecretValue secretsmanager:GetSecretValue",
        "secretsmanager:UpdateSecretVersionStage",
        "secretsmanager:UpdateSecretVersionStage",
    ),
    "aws:sns/topicSubscription:TopicSubscription": (
        "sns:Subscribe",
        "sns:SetSubscriptionAttributes",
        "sns:Unsubscribe",
    ),
    "aws:sns/topicPolicy:TopicPolicy": _thrice("sns:SetTopicAttributes"),
    "aws:sqs/queuePolicy:QueuePolicy": _thrice("sqs:SetQueueAttributes"),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": (
        "ec2:AuthorizeSecurityGroupEgress",
        "ec2:ModifySecurityGroupRules",
        "ec2:RevokeSecurityGroupEgress",
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": (
        "ec2:AuthorizeSecurityGroupIngress",
        "ec2:ModifySecurityGroupRules",
        "ec2:RevokeSecurityGroupIngress",
    ),
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": (
        "wafv2:PutLoggingConfiguration",
        "wafv2:PutLoggingConfiguration",
        "wafv2:DeleteLoggingConfiguration",
    ),
}


# What handlers do for tags, and the provider does otherwise; and what it does for attributes that few listeners have.
_NOT_CALLED = ("s3:TagResource", "s3:UntagResource", "elasticloadbalancing:ModifyListenerAttributes")


def arns(inventory: Inventory) -> Mapping[str, str]:
    """Return the ARNs of what stands, by id: a bucket's, say, by which what belongs to it knows it."""
    return {record.id: str(arn) for record in inventory if (arn := both(record, "arn"))}


def needs(record: Record, by_id: Mapping[str, str]) -> Iterator[Need]:
    """Yield what the operations on a resource need; nothing of types that nobody here knows.

    `by_id` are the ARNs of what stands.
    """
    arn = str(both(record, "arn") or "")
    known = {by_id.get(text, text) for text in _texts(record.inputs)}
    service = arn.split(":")[2] if arn.startswith("arn:") else ""
    by_hand = " ".join(_CALLS.get(record.token, ())).split()
    for operation in OPERATIONS:
        for action in sorted(calls(record.token, operation, tagged=bool(both(record, "tagsAll")))):
            if not service or action.startswith(f"{service}:") or action in by_hand:
                yield Need(operation, action, _resource(action, arn, known))


@cache
def calls(token: str, operation: str, *, tagged: bool = False) -> frozenset[str]:
    """Return the actions that an operation on a type needs for certain."""
    found = set(_named(token, operation))
    if token in _CALLS and operation != "read":
        found |= set(_CALLS[token][("create", "update", "delete").index(operation)].split())
    if tagged and operation in ("create", "update"):
        verb = "Untag|Remove|Delete" if operation == "update" else "Tag|Add|Create"
        found |= {each for each in _tagging(token) if re.match(rf"\w+:({verb})", each)}
    return frozenset(each for each in found if each not in _NOT_CALLED and _resource_types(each) is not None)


def handled(token: str) -> frozenset[str]:
    """Return all that AWS's handlers of a type may call."""
    handlers = (replacement.cloudformation(token) or {}).get("handlers", {})
    return frozenset(each for told in handlers.values() for each in told.get("permissions", ()))


def only_reads(action: str) -> bool:
    """Return whether an action is one that ReadOnlyAccess lets."""
    return _READS.fullmatch(action) is not None and action not in _VALUES


def _named(token: str, operation: str) -> Iterator[str]:
    document = replacement.cloudformation(token) or {}
    thing = str(document.get("typeName", "")).rpartition("::")[2].lower()
    for action in document.get("handlers", {}).get(operation, {}).get("permissions", ()):
        service, _, name = action.partition(":")
        noun = re.sub(f"^{_VERBS}", "", name).lower()
        if service and thing and noun in (thing, f"{thing}s", f"{thing}attributes"):
            yield action


def _tagging(token: str) -> Sequence[str]:
    tagging = (replacement.cloudformation(token) or {}).get("tagging", {})
    permissions: Sequence[str] = tagging.get("permissions", ()) if isinstance(tagging, dict) else ()
    return permissions


def _resource(action: str, arn: str, known: set[str]) -> str:
    formats = [_format(each) for each in _resource_types(action) or ()]
    if not formats:
        return "*"
    fits = [each for each in [arn, *sorted(known)] if any(pattern.fullmatch(each) for pattern in formats)]
    return fits[0] if fits else ""


def _resource_types(action: str) -> Sequence[str] | None:
    """Return the forms of the ARNs that an action is judged on; None where there is no such action."""
    service, _, name = action.partition(":")
    known = _reference().get(service, {})
    told = known.get("Actions", {}).get(name.lower())
    if told is None:
        return None
    return [
        form for kind in told.get("Resources", ()) for form in known["Resources"].get(kind, {}).get("ARNFormats", ())
    ]


@cache
def _reference() -> Mapping[str, Any]:
    found: Mapping[str, Any] = aws_data.read("AdditionalSpecs/Policies.json")
    return found


@cache
def _format(form: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\$\{\w+\}", ".*", form))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
