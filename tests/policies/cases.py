"""What each rule of the pack `security` must pass and must refuse: properties as the engine sends them."""

import copy
import json
from dataclasses import dataclass, field
from typing import Any

from pulumi_policy.proxy import UNKNOWN_BOOLEAN_VALUE as UNKNOWN

ABSENT = object()
Variation = dict[str, Any]
"""Values by dotted path: `vpcConfig.publicAccessCidrs`, or `ingress.0.fromPort`."""


@dataclass(frozen=True)
class Case:
    """A resource that the rule passes, and changes after which it refuses, or still passes."""

    type: str
    good: dict[str, Any]
    refused: list[Variation]
    passed: list[Variation] = field(default_factory=list)


def varied(props: dict[str, Any], variation: Variation) -> dict[str, Any]:
    """Give a copy of the properties with the variation applied."""
    result = copy.deepcopy(props)
    for path, value in variation.items():
        *steps, last = (int(step) if step.isdigit() else step for step in path.split("~" if "~" in path else "."))
        holder: Any = result
        for step in steps:
            holder = holder[step]
        if value is ABSENT:
            del holder[last]
        else:
            holder[last] = value
    return result


def document(**statement: Any) -> str:
    """Give a policy document of one statement."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def pod(**container: Any) -> dict[str, Any]:
    """Give a Deployment that meets the restricted standard, with changes to its container."""
    secure = {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "runAsNonRoot": True,
        "capabilities": {"drop": ["ALL"]},
    }
    resources = {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"memory": "1Gi"}}
    main = {"name": "main", "image": "flowise:3.1.2", "securityContext": secure, "resources": resources, **container}
    return {"spec": {"template": {"spec": {"containers": [main]}}}}


_CONTAINER = "spec.template.spec.containers.0"
_DEPLOYMENT = "kubernetes:apps/v1:Deployment"
_CLUSTER = "aws:eks/cluster:Cluster"
_INSTANCE = "aws:rds/instance:Instance"
_GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
_DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
_ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
_NARROW = document(Action="s3:GetObject", Resource="arn:aws:s3:::files/*")
_BUCKET_POLICY = document(Action="s3:GetObject", Resource="*", Principal={"AWS": "arn:aws:iam::111122223333:root"})

_INGRESS = {"protocol": "tcp", "fromPort": 5432.0, "toPort": 5432.0, "cidrBlocks": ["10.0.0.0/16"]}
_OPEN_V4: list[Variation] = [{"cidrIpv4": "0.0.0.0/0"}, {"cidrIpv4": "0.0.0.0/1"}, {"cidrIpv4": UNKNOWN}]
_LAUNCH = {
    "metadataOptions": {"httpTokens": "required", "httpPutResponseHopLimit": 1.0},
    "blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"encrypted": "true"}}],
}

CASES: dict[str, Case] = {
    "net-sg-open-ingress": Case(
        "aws:ec2/securityGroup:SecurityGroup",
        {"ingress": [_INGRESS]},
        [
            {"ingress.0.cidrBlocks": ["0.0.0.0/0"]},
            {"ingress.0.cidrBlocks": ["10.0.0.0/16", "128.0.0.0/1"]},
            {"ingress.0.cidrBlocks": UNKNOWN},
            {"ingress.0.ipv6CidrBlocks": ["::/0"]},
            {"ingress.0.cidrBlocks": ["0.0.0.0/0"], "ingress.0.protocol": "-1"},
            {"ingress": UNKNOWN},
        ],
        [
            {"ingress": ABSENT},
            {"ingress.0.cidrBlocks": ["0.0.0.0/0"], "ingress.0.fromPort": 443.0, "ingress.0.toPort": 443.0},
        ],
    ),
    "net-sg-rule-open-ingress": Case(
        "aws:ec2/securityGroupRule:SecurityGroupRule",
        {"type": "ingress", **_INGRESS},
        [{"cidrBlocks": ["0.0.0.0/0"]}, {"cidrBlocks": UNKNOWN}],
        [{"type": "egress", "cidrBlocks": ["0.0.0.0/0"]}, {"cidrBlocks": ABSENT}],
    ),
    "net-ingress-rule-open": Case(
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        {"ipProtocol": "tcp", "fromPort": 6379.0, "toPort": 6379.0, "cidrIpv4": "10.0.0.0/16"},
        [*_OPEN_V4, {"cidrIpv6": "::/0"}, {"cidrIpv4": "0.0.0.0/0", "fromPort": 80.0, "toPort": 443.0}],
        [{"cidrIpv4": ABSENT, "referencedSecurityGroupId": UNKNOWN}],
    ),
    "net-nacl-open": Case(
        "aws:ec2/networkAclRule:NetworkAclRule",
        {"ruleAction": "allow", "protocol": "tcp", "fromPort": 443.0, "toPort": 443.0, "cidrBlock": "0.0.0.0/0"},
        [{"fromPort": 0.0, "toPort": 65535.0}, {"protocol": "-1"}, {"fromPort": UNKNOWN}, {"fromPort": ABSENT}],
        [{"protocol": "-1", "ruleAction": "deny"}, {"protocol": "-1", "egress": True}],
    ),
    "eks-endpoint-public": Case(
        _CLUSTER,
        {"vpcConfig": {"endpointPublicAccess": False}},
        [
            {"vpcConfig.endpointPublicAccess": True},
            {"vpcConfig.endpointPublicAccess": ABSENT},
            {"vpcConfig.endpointPublicAccess": UNKNOWN},
            {"vpcConfig.endpointPublicAccess": True, "vpcConfig.publicAccessCidrs": ["0.0.0.0/0"]},
            {"vpcConfig.endpointPublicAccess": True, "vpcConfig.publicAccessCidrs": [UNKNOWN]},
        ],
        [{"vpcConfig.endpointPublicAccess": True, "vpcConfig.publicAccessCidrs": ["203.0.113.7/32"]}],
    ),
    "eks-endpoint-private": Case(
        _CLUSTER,
        {"vpcConfig": {"endpointPrivateAccess": True}},
        [{"vpcConfig.endpointPrivateAccess": value} for value in (False, ABSENT, UNKNOWN)],
    ),
    "eks-secrets-kms": Case(
        _CLUSTER,
        {"encryptionConfig": {"resources": ["secrets"], "provider": {"keyArn": UNKNOWN}}},
        [{"encryptionConfig": ABSENT}, {"encryptionConfig.resources": []}, {"encryptionConfig.provider": ABSENT}],
    ),
    "eks-logs": Case(
        _CLUSTER,
        {"enabledClusterLogTypes": ["api", "audit", "authenticator", "scheduler"]},
        [{"enabledClusterLogTypes": value} for value in (["api", "audit"], ABSENT, UNKNOWN)],
    ),
    "eks-auth-mode": Case(
        _CLUSTER,
        {"accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False}},
        [
            {"accessConfig": ABSENT},
            {"accessConfig.authenticationMode": "CONFIG_MAP"},
            {"accessConfig.bootstrapClusterCreatorAdminPermissions": True},
            {"accessConfig.bootstrapClusterCreatorAdminPermissions": UNKNOWN},
        ],
    ),
    "eks-node-imds": Case(
        "aws:ec2/launchTemplate:LaunchTemplate",
        _LAUNCH,
        [
            {"metadataOptions": ABSENT},
            {"metadataOptions.httpTokens": "optional"},
            {"metadataOptions.httpPutResponseHopLimit": 2.0},
            {"metadataOptions.httpTokens": UNKNOWN},
        ],
    ),
    "eks-node-disk": Case(
        "aws:ec2/launchTemplate:LaunchTemplate",
        _LAUNCH,
        [{"blockDeviceMappings": ABSENT}, *({"blockDeviceMappings.0.ebs.encrypted": v} for v in ("false", UNKNOWN))],
        [{"blockDeviceMappings.0.ebs.encrypted": True}],
    ),
    "eks-node-remote": Case(
        "aws:eks/nodeGroup:NodeGroup", {}, [{"remoteAccess": {"ec2SshKey": "ops"}}, {"remoteAccess": UNKNOWN}]
    ),
    "iam-no-star-admin": Case(
        _ROLE_POLICY,
        {"policy": _NARROW},
        [{"policy": document(Action="*", Resource="*")}, {"policy": document(Action=["s3:Get*", "*"], Resource=["*"])}],
        [{"policy": UNKNOWN}, {"policy": document(Action="*", Resource="*").replace("Allow", "Deny")}],
    ),
    "iam-no-service-star": Case(
        "aws:iam/policy:Policy",
        {"policy": _NARROW},
        [{"policy": document(Action="s3:*", Resource="*")}, {"policy": document(Action=["kms:*"], Resource=["*"])}],
        [{"policy": UNKNOWN}, {"policy": document(Action="s3:*", Resource="arn:aws:s3:::files/*")}],
    ),
    "iam-passrole": Case(
        _ROLE_POLICY,
        {"policy": _NARROW},
        [{"policy": document(Action=["iam:PassRole"], Resource="*")}],
        [{"policy": document(Action="iam:PassRole", Resource="arn:aws:iam::111122223333:role/node")}],
    ),
    "iam-trust": Case(
        "aws:iam/role:Role",
        {"assumeRolePolicy": document(Action="sts:AssumeRole", Principal={"Service": "ec2.amazonaws.com"})},
        [
            {"assumeRolePolicy": document(Action="sts:AssumeRole", Principal="*")},
            {"assumeRolePolicy": document(Action="sts:AssumeRole", Principal={"AWS": ["*"]})},
        ],
        [
            {"assumeRolePolicy": UNKNOWN},
            {"assumeRolePolicy": document(Principal="*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})},
        ],
    ),
    "iam-managed-admin": Case(
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        {"policyArn": "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"},
        [{"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}],
        [{"policyArn": UNKNOWN}],
    ),
    "iam-no-users": Case("aws:iam/user:User", {}, [{}], []),
    "rds-encrypted": Case(
        _INSTANCE, {"storageEncrypted": True}, [{"storageEncrypted": value} for value in (False, ABSENT, UNKNOWN)]
    ),
    "rds-kms": Case(_INSTANCE, {"kmsKeyId": "arn:aws:kms:x"}, [{"kmsKeyId": ABSENT}], [{"kmsKeyId": UNKNOWN}]),
    "rds-private": Case(
        _INSTANCE,
        {"publiclyAccessible": False},
        [{"publiclyAccessible": True}, {"publiclyAccessible": UNKNOWN}],
        [{"publiclyAccessible": ABSENT}],
    ),
    "rds-backup": Case(
        _INSTANCE,
        {"backupRetentionPeriod": 7.0},
        [{"backupRetentionPeriod": 0.0}, {"backupRetentionPeriod": ABSENT}],
        [{"backupRetentionPeriod": UNKNOWN}],
    ),
    "rds-logs": Case(
        _INSTANCE,
        {"engine": "postgres", "enabledCloudwatchLogsExports": ["postgresql", "upgrade"]},
        [{"enabledCloudwatchLogsExports": value} for value in (["upgrade"], ABSENT, UNKNOWN)],
        [{"engine": "mariadb", "enabledCloudwatchLogsExports": ABSENT}],
    ),
    "rds-minor-upgrade": Case(
        _INSTANCE,
        {"autoMinorVersionUpgrade": True},
        [{"autoMinorVersionUpgrade": False}, {"autoMinorVersionUpgrade": UNKNOWN}],
        [{"autoMinorVersionUpgrade": ABSENT}],
    ),
    "ec-encrypted-rest": Case(
        _GROUP,
        {"atRestEncryptionEnabled": True},
        [{"atRestEncryptionEnabled": value} for value in (False, ABSENT, UNKNOWN)],
        [{"atRestEncryptionEnabled": "true"}],
    ),
    "ec-encrypted-transit": Case(
        _GROUP,
        {"transitEncryptionEnabled": True, "transitEncryptionMode": "required"},
        [
            *({"transitEncryptionEnabled": value} for value in (False, ABSENT, UNKNOWN)),
            {"transitEncryptionMode": "preferred"},
        ],
        [{"transitEncryptionMode": ABSENT}],
    ),
    "ec-auth": Case(
        _GROUP,
        {"authToken": UNKNOWN},
        [{"authToken": ABSENT}],
        [{"authToken": ABSENT, "userGroupIds": [UNKNOWN]}, {"authToken": ABSENT, "authTokenWo": "t"}],
    ),
    "s3-public-policy": Case(
        "aws:s3/bucketPolicy:BucketPolicy",
        {"policy": _BUCKET_POLICY},
        [{"policy": document(Action="s3:GetObject", Resource="*", Principal="*")}],
        [
            {"policy": UNKNOWN},
            {"policy": document(Principal="*", Condition={"StringEquals": {"AWS:SourceArn": "arn"}})},
        ],
    ),
    "s3-no-acl": Case(
        "aws:s3/bucketAcl:BucketAcl",
        {"acl": "private"},
        [{"acl": "public-read"}, {"acl": UNKNOWN}],
        [{"acl": ABSENT}],
    ),
    "kms-rotation": Case(
        "aws:kms/key:Key",
        {"enableKeyRotation": True},
        [{"enableKeyRotation": value} for value in (False, ABSENT, UNKNOWN)],
        [{"enableKeyRotation": ABSENT, "keyUsage": "SIGN_VERIFY"}],
    ),
    "kms-policy": Case(
        "aws:kms/key:Key",
        {"policy": _BUCKET_POLICY},
        [{"policy": document(Action="kms:*", Resource="*", Principal={"AWS": "*"})}],
        [{"policy": UNKNOWN}, {"policy": ABSENT}],
    ),
    "sec-kms": Case("aws:secretsmanager/secret:Secret", {"kmsKeyId": UNKNOWN}, [{"kmsKeyId": ABSENT}]),
    "sec-recovery": Case(
        "aws:secretsmanager/secret:Secret",
        {"recoveryWindowInDays": 7.0},
        [{"recoveryWindowInDays": 0.0}],
        [{"recoveryWindowInDays": ABSENT}, {"recoveryWindowInDays": UNKNOWN}],
    ),
    "log-retention": Case(
        "aws:cloudwatch/logGroup:LogGroup",
        {"retentionInDays": 30.0},
        [{"retentionInDays": 0.0}, {"retentionInDays": ABSENT}],
        [{"retentionInDays": UNKNOWN}],
    ),
    "cf-https": Case(
        _DISTRIBUTION,
        {
            "defaultCacheBehavior": {"viewerProtocolPolicy": "redirect-to-https"},
            "orderedCacheBehaviors": [{"viewerProtocolPolicy": "https-only"}],
        },
        [
            {"defaultCacheBehavior.viewerProtocolPolicy": "allow-all"},
            {"orderedCacheBehaviors.0.viewerProtocolPolicy": "allow-all"},
            {"defaultCacheBehavior": ABSENT},
            {"defaultCacheBehavior.viewerProtocolPolicy": UNKNOWN},
        ],
        [{"orderedCacheBehaviors": ABSENT}],
    ),
    "cf-tls": Case(
        _DISTRIBUTION,
        {"viewerCertificate": {"acmCertificateArn": UNKNOWN, "minimumProtocolVersion": "TLSv1.2_2025"}},
        [
            {"viewerCertificate.minimumProtocolVersion": value}
            for value in ("TLSv1", "TLSv1.1_2016", "TLSv1.2_2019", ABSENT, UNKNOWN)
        ],
        [{"viewerCertificate": {"cloudfrontDefaultCertificate": True}}],
    ),
    "cf-waf": Case(
        _DISTRIBUTION,
        {"webAclId": UNKNOWN},
        [{"webAclId": ABSENT}, {"webAclId": ""}],
        [{"webAclId": "arn:aws:wafv2:x"}],
    ),
    "waf-rate": Case(
        "aws:wafv2/webAcl:WebAcl",
        {"rules": [{"statement": {"rateBasedStatement": {"limit": 2000.0}}, "action": {"block": {}}}]},
        [{"rules": []}, {"rules": ABSENT}, {"rules.0.action": {"count": {}}}, {"rules.0.statement": {}}],
        [{"rules": UNKNOWN}],
    ),
    "lb-tls": Case(
        "aws:lb/listener:Listener",
        {"protocol": "HTTPS", "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06"},
        [{"sslPolicy": "ELBSecurityPolicy-2016-08"}, {"sslPolicy": ABSENT}],
        [{"protocol": "HTTP", "sslPolicy": ABSENT}, {"sslPolicy": UNKNOWN}],
    ),
    "k8s-privileged": Case(
        _DEPLOYMENT,
        pod(),
        [{f"{_CONTAINER}.securityContext.privileged": True}, {f"{_CONTAINER}.securityContext.privileged": UNKNOWN}],
        [{f"{_CONTAINER}.securityContext": ABSENT}],
    ),
    "k8s-escalation": Case(
        _DEPLOYMENT,
        pod(),
        [{f"{_CONTAINER}.securityContext.allowPrivilegeEscalation": value} for value in (True, ABSENT, UNKNOWN)],
    ),
    "k8s-capabilities": Case(
        "kubernetes:apps/v1:DaemonSet",
        pod(),
        [{f"{_CONTAINER}.securityContext.capabilities": value} for value in ({"drop": ["NET_RAW"]}, ABSENT, UNKNOWN)],
    ),
    "k8s-non-root": Case(
        _DEPLOYMENT,
        pod(),
        [
            *({f"{_CONTAINER}.securityContext.runAsNonRoot": value} for value in (False, ABSENT, UNKNOWN)),
            {f"{_CONTAINER}.securityContext.runAsUser": 0.0},
        ],
        [{f"{_CONTAINER}.securityContext": {}, "spec.template.spec.securityContext": {"runAsNonRoot": True}}],
    ),
    "k8s-readonly-root": Case(
        "kubernetes:apps/v1:StatefulSet",
        pod(),
        [{f"{_CONTAINER}.securityContext.readOnlyRootFilesystem": value} for value in (False, ABSENT, UNKNOWN)],
    ),
    "k8s-host": Case(
        _DEPLOYMENT,
        pod(),
        [
            {"spec.template.spec.hostNetwork": True},
            {"spec.template.spec.hostPID": UNKNOWN},
            {"spec.template.spec.volumes": [{"name": "root", "hostPath": {"path": "/"}}]},
        ],
        [{"spec.template.spec.volumes": [{"name": "tmp", "emptyDir": {}}]}],
    ),
    "k8s-image": Case(
        "kubernetes:batch/v1:CronJob",
        {"spec": {"jobTemplate": {"spec": {"template": {"spec": {"containers": [{"image": "tool:1.0"}]}}}}}},
        [
            {"spec.jobTemplate.spec.template.spec.containers.0.image": value}
            for value in ("tool", "tool:latest", "registry.example:5000/tool")
        ],
        [
            {"spec.jobTemplate.spec.template.spec.containers.0.image": UNKNOWN},
            {"spec.jobTemplate.spec.template.spec.containers.0.image": "tool@sha256:" + "0" * 64},
        ],
    ),
    "k8s-resources": Case(
        "kubernetes:core/v1:Pod",
        pod()["spec"]["template"],
        [
            {"spec.containers.0.resources": ABSENT},
            {"spec.containers.0.resources.limits": ABSENT},
            {"spec.containers.0.resources.requests.cpu": ABSENT},
            {"spec.initContainers": [{"name": "wait"}]},
        ],
    ),
    "k8s-rbac-star": Case(
        "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
        {"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]},
        [{f"rules.0.{key}": ["*"]} for key in ("apiGroups", "resources", "verbs")],
    ),
    "k8s-ns-pss-label": Case(
        "kubernetes:core/v1:Namespace",
        {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}},
        [{"metadata": {}}, {"metadata~labels~pod-security.kubernetes.io/enforce": "none"}],
    ),
}
