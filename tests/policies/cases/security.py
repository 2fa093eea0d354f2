"""Cases of the pack `security`."""

import json
from typing import Any

from . import aws_grants, aws_services, aws_stores
from .case import ABSENT, UNKNOWN, Case, document, one
from .controls import cases

_GROUP_OF = "aws:ec2/securityGroup:SecurityGroup"
_RULE_OF = "aws:ec2/securityGroupRule:SecurityGroupRule"
_CLUSTER = "aws:eks/cluster:Cluster"
_TEMPLATE, _MACHINE = "aws:ec2/launchTemplate:LaunchTemplate", "aws:ec2/instance:Instance"
_DATABASE = "aws:rds/instance:Instance"
_CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
_DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
_ROLE_POLICY, _ROLE = "aws:iam/rolePolicy:RolePolicy", "aws:iam/role:Role"
_ACL = "aws:wafv2/webAcl:WebAcl"
_BUCKET, _KEY, _SECRET = "aws:s3/bucket:Bucket", "aws:kms/key:Key", "aws:secretsmanager/secret:Secret"
_LOG, _TOPIC, _QUEUE = "aws:cloudwatch/logGroup:LogGroup", "aws:sns/topic:Topic", "aws:sqs/queue:Queue"
_LISTENER, _BALANCER = "aws:lb/listener:Listener", "aws:lb/loadBalancer:LoadBalancer"
_ENDPOINT, _REPOSITORY = "aws:ec2/vpcEndpoint:VpcEndpoint", "aws:ecr/repository:Repository"
_POSTGRES = {
    "protocol": "tcp",
    "fromPort": 5432.0,
    "toPort": 5432.0,
    "cidrBlocks": ["10.0.0.0/16"],
    "description": "clients",
}
_NARROW = document(Sid="ReadsFiles", Action="s3:GetObject", Resource="arn:aws:s3:::files/*")
_ACCOUNT = {"AWS": "arn:aws:iam::111122223333:root"}
_TIED = {"StringEquals": {"AWS:SourceArn": "arn:aws:cloudfront::111122223333:distribution/E1"}}
_BOTH = ["ec2:RunInstances", "s3:*", "kms:Decrypt", "iam:PassRole"]
_OPEN = document(Action="s3:GetObject", Resource="*", Principal="*")
_MEASURED = {"cloudwatchMetricsEnabled": True}
_RATE = {"statement": {"rateBasedStatement": {"limit": 1000.0}}, "action": {"block": {}}, "visibilityConfig": _MEASURED}
_OIDC = {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}
_PINNED = {"StringEquals": {"token:aud": "sts.amazonaws.com", "token:sub": "repo:a/b:ref:refs/heads/main"}}


def resource_policy(resource_type: str) -> Case:
    """Return a case of a rule on who a resource's policy lets in."""
    tied = document(Action="*", Resource="*", Principal="*", Condition=_TIED)
    loose = document(Action="*", Resource="*", Principal="*", Condition={"Bool": {"aws:SecureTransport": "true"}})
    return one(
        resource_type, "policy", document(Action="*", Resource="*", Principal=_ACCOUNT),
        [_OPEN, document(Action="*", Resource="*", Principal={"AWS": ["*"]}), loose], absent=True,
        passed=[{"policy": tied}, {"policy": _OPEN.replace("Allow", "Deny")}, {"policy": "no document"}],
    )  # fmt: skip


def acl(*entries: tuple[float, str, float, float, str]) -> list[dict[str, Any]]:
    """Return rules of a network ACL: number, action, ports, range."""
    return [
        {"ruleNo": n, "action": a, "fromPort": low, "toPort": high, "cidrBlock": c, "protocol": "6"}
        for n, a, low, high, c in entries
    ]


CASES: dict[str, Case] = {
    "net-sg-open-ingress": Case(
        _GROUP_OF, {"ingress": [_POSTGRES]},
        [
            {"ingress.0.cidrBlocks": ["0.0.0.0/0"]}, {"ingress.0.cidrBlocks": ["10.0.0.0/16", "128.0.0.0/1"]}, {"ingress.0.ipv6CidrBlocks": ["::/0"]},
            {"ingress.0.cidrBlocks": ["0.0.0.0/0"], "ingress.0.fromPort": 443.0, "ingress.0.toPort": 444.0},
            {"ingress.0.cidrBlocks": ["0.0.0.0/0"], "ingress.0.fromPort": 443.0, "ingress.0.toPort": 443.0, "ingress.0.protocol": "-1"},
        ],
        [{"ingress": ABSENT}, {"ingress.0.cidrBlocks": ["0.0.0.0/0"], "ingress.0.fromPort": 443.0, "ingress.0.toPort": 443.0}, {"ingress.0.cidrBlocks": ["no range"]}],
    ),
    "net-sg-open-ingress/rule": Case(_RULE_OF, {"type": "ingress", **_POSTGRES}, [{"cidrBlocks": ["0.0.0.0/0"]}], [{"type": "egress", "cidrBlocks": ["0.0.0.0/0"]}, {"cidrBlocks": ABSENT}]),
    "net-sg-open-ingress/vpc": Case(
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", {"ipProtocol": "tcp", "fromPort": 6379.0, "toPort": 6379.0, "cidrIpv4": "10.0.0.0/16"},
        [{"cidrIpv4": "0.0.0.0/0"}, {"cidrIpv4": "0.0.0.0/1"}, {"cidrIpv6": "::/0"}, {"cidrIpv4": "0.0.0.0/0", "fromPort": 80.0, "toPort": 443.0}],
        [{"cidrIpv4": ABSENT, "referencedSecurityGroupId": "sg-1"}, {"cidrIpv4": "0.0.0.0/0", "fromPort": UNKNOWN}],
    ),
    "net-sg-admin-ports": Case(
        _GROUP_OF, {"ingress": [_POSTGRES]},
        [
            {"ingress.0.cidrBlocks": ["203.0.114.0/24"]}, {"ingress.0.cidrBlocks": ["8.8.8.0/24"], "ingress.0.fromPort": 20.0, "ingress.0.toPort": 30.0},
            {"ingress.0.cidrBlocks": ["8.8.8.0/24"], "ingress.0.fromPort": 443.0, "ingress.0.toPort": 443.0, "ingress.0.protocol": "-1"},
            {"ingress.0.cidrBlocks": ["8.8.8.0/24"], "ingress.0.fromPort": ABSENT},
        ],
        [{"ingress": ABSENT}, {"ingress.0.cidrBlocks": ["8.8.8.0/24"], "ingress.0.fromPort": 443.0, "ingress.0.toPort": 443.0}],
    ),
    "net-sg-description": Case(
        _GROUP_OF, {"description": "pods", "ingress": [_POSTGRES]},
        [{"description": ABSENT}, {"description": "Managed by Pulumi"}, {"ingress.0.description": ABSENT}, {"ingress.0.description": ""}], [{"ingress": ABSENT}],
    ),
    "net-nacl-open": Case(
        "aws:ec2/networkAcl:NetworkAcl", {"ingress": acl((10, "deny", 22, 22, "0.0.0.0/0"), (20, "deny", 3389, 3389, "0.0.0.0/0"), (100, "allow", 0, 65535, "0.0.0.0/0"))},
        [{"ingress.0.ruleNo": 200.0}, {"ingress.1.cidrBlock": "10.0.0.0/16"}, {"ingress.0.action": "allow"}],
        [{"ingress": ABSENT}, {"ingress.2.cidrBlock": "10.0.0.0/16"}, {"ingress.2.ruleNo": UNKNOWN}, {"ingress.0.cidrBlock": UNKNOWN}],
    ),
    "net-nacl-open/rule": Case(
        "aws:ec2/networkAclRule:NetworkAclRule", {"ruleNumber": 100.0, "ruleAction": "allow", "protocol": "tcp", "fromPort": 443.0, "toPort": 443.0, "cidrBlock": "0.0.0.0/0"},
        [{"fromPort": 0.0, "toPort": 65535.0}, {"protocol": "-1"}, {"fromPort": ABSENT}], [{"protocol": "-1", "ruleAction": "deny"}, {"toPort": ABSENT, "ruleAction": "deny"}, {"protocol": "-1", "egress": True}, {"cidrBlock": ABSENT}],
    ),
    "net-subnet-public-ip": one("aws:ec2/subnet:Subnet", "mapPublicIpOnLaunch", False, [True, "true"], absent=True),
    "net-endpoint-policy": one(
        _ENDPOINT, "policy", document(Action="*", Resource="*", Principal="*", Condition=_TIED), [document(Action="*", Resource="*", Principal="*"), "no document", json.dumps({"Statement": [json.loads(document(Action="*", Principal="*"))["Statement"][0], {"Effect": "Allow", "Action": "s3:GetObject", "Principal": "a"}]})],
        passed=[{"policy": document(Action="s3:GetObject", Resource="*", Principal="*")}],
    ),
    "net-endpoint-dns": one(_ENDPOINT, "privateDnsEnabled", True, [False], vpcEndpointType="Interface", passed=[{"vpcEndpointType": "Gateway", "privateDnsEnabled": False}]),
    "ec2-imds-tokens": one(_TEMPLATE, "metadataOptions.httpTokens", "required", ["optional"], passed=[]),
    "ec2-imds-tokens/machine": one(_MACHINE, "metadataOptions", {"httpTokens": "required"}, [{"httpTokens": "optional"}, {}]),
    "ec2-imds-hops": one(_TEMPLATE, "metadataOptions.httpPutResponseHopLimit", 1.0, [2.0]),
    "ec2-disk-encrypted": Case(
        _TEMPLATE, {"blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"encrypted": "true"}}]},
        [{"blockDeviceMappings": ABSENT}, {"blockDeviceMappings.0.ebs.encrypted": "false"}, {"blockDeviceMappings.0.ebs": {}}, {"blockDeviceMappings": [{"ebs": {"encrypted": "true"}}, {"ebs": {"encrypted": "false"}}]}], [{"blockDeviceMappings.0.ebs.encrypted": True}],
    ),
    "ec2-disk-encrypted/machine": Case(
        _MACHINE, {"rootBlockDevice": {"encrypted": True}, "ebsBlockDevices": [{"encrypted": True}]},
        [{"rootBlockDevice": ABSENT}, {"rootBlockDevice.encrypted": False}, {"ebsBlockDevices.0.encrypted": False}], [{"ebsBlockDevices": ABSENT}],
    ),
    "ec2-volume-encrypted": one("aws:ebs/volume:Volume", "encrypted", True, [False]),
    "ec2-public-ip": one(_MACHINE, "associatePublicIpAddress", False, [True], absent=True),
    "ec2-public-ip/template": Case(_TEMPLATE, {"networkInterfaces": [{"associatePublicIpAddress": "false"}]}, [{"networkInterfaces.0.associatePublicIpAddress": "true"}], [{"networkInterfaces": ABSENT}]),
    "ecr-immutable": one(_REPOSITORY, "imageTagMutability", "IMMUTABLE", ["MUTABLE"]),
    "ecr-scan": one(_REPOSITORY, "imageScanningConfiguration.scanOnPush", True, [False]),
    "eks-endpoint-public": Case(
        _CLUSTER, {"vpcConfig": {"endpointPublicAccess": True, "publicAccessCidrs": ["203.0.113.7/32"]}},
        [{"vpcConfig.publicAccessCidrs": ["0.0.0.0/0"]}, {"vpcConfig.publicAccessCidrs": ["203.0.113.7/32", "::/0"]}, {"vpcConfig.publicAccessCidrs": ABSENT}, {"vpcConfig.publicAccessCidrs": []},
         {"vpcConfig.endpointPublicAccess": ABSENT, "vpcConfig.publicAccessCidrs": ABSENT}],
        [{"vpcConfig.endpointPublicAccess": False, "vpcConfig.publicAccessCidrs": ABSENT}, {"vpcConfig.publicAccessCidrs": [UNKNOWN]}],
    ),
    "eks-endpoint-private": one(_CLUSTER, "vpcConfig.endpointPrivateAccess", True, [False]),
    "eks-secrets-kms": Case(
        _CLUSTER, {"encryptionConfig": {"resources": ["secrets"], "provider": {"keyArn": "arn"}}},
        [{"encryptionConfig": ABSENT}, {"encryptionConfig.resources": []}, {"encryptionConfig.provider": ABSENT}, {"encryptionConfig.provider.keyArn": ""}],
    ),
    "eks-logs": one(_CLUSTER, "enabledClusterLogTypes", ["api", "audit", "authenticator", "scheduler"], [["api", "audit"]]),
    "eks-version": one(_CLUSTER, "version", "1.35", [""]),
    "eks-support": one(_CLUSTER, "upgradePolicy.supportType", "STANDARD", ["EXTENDED"]),
    "eks-auth-mode": one(_CLUSTER, "accessConfig.authenticationMode", "API", ["CONFIG_MAP", "API_AND_CONFIG_MAP"]),
    "eks-creator-admin": one(_CLUSTER, "accessConfig.bootstrapClusterCreatorAdminPermissions", False, [True]),
    "eks-access-admin": Case(
        "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        {"policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy", "principalArn": "arn:aws:iam::111122223333:role/deployer"},
        [{"principalArn": "arn:aws:iam::111122223333:user/jo"}, {"principalArn": ABSENT}, {"@parameters.principals": ["arn:aws:iam::111122223333:role/other"]}],
        [{"@parameters.principals": ["arn:aws:iam::1:role/a", "arn:aws:iam::111122223333:role/*"]}, {"principalArn": "arn:aws:iam::111122223333:user/jo", "policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"}, {"policyArn": ABSENT}],
    ),
    "eks-access-masters": one("aws:eks/accessEntry:AccessEntry", "kubernetesGroups", ["viewers"], [["viewers", "system:masters"]], absent=True),
    "eks-node-remote": Case("aws:eks/nodeGroup:NodeGroup", {"clusterName": "c"}, [{"remoteAccess": {"ec2SshKey": "ops"}}], [{"clusterName": ABSENT}]),
    "eks-addon-pinned": one("aws:eks/addon:Addon", "addonVersion", "v1.3.10-eksbuild.3", [""]),
    "iam-no-star-admin": one(
        _ROLE_POLICY, "policy", _NARROW, [document(Action="*", Resource="*"), document(Action=["s3:Get*", "*"], Resource=["*"]), document(NotAction="iam:*", Resource="*"), document(Action="*", NotResource="a")],
        absent=True, passed=[{"policy": document(Action="*", Resource="*", effect="Deny")}, {"policy": document(Action="*", Resource="a")}],
    ),
    "iam-no-star-admin/inline": Case(_ROLE, {"inlinePolicies": [{"policy": _NARROW}]}, [{"inlinePolicies.0.policy": document(Action="*", Resource="*")}], [{"inlinePolicies": ABSENT}]),
    "iam-no-service-star": one(
        "aws:iam/policy:Policy", "policy", _NARROW, [document(Action="s3:*", Resource="*"), document(Action=["KMS:*"], Resource=["*"]), document(Action=_BOTH, Resource="*")], absent=True,
        passed=[{"policy": document(Action="s3:*", Resource="arn:aws:s3:::files/*")}],
    ),
    "iam-wildcard": Case(
        _ROLE_POLICY, {"policy": document(Sid="Looks", Action="ec2:DescribeSubnets", Resource="*")},
        [{"@parameters.reasons": {}}, {"@parameters.reasons": {"Looks": ""}}, {"policy": document(Action="ec2:DescribeSubnets", Resource="*")}, {"policy": document(Sid="Gets", Action="s3:Get*", Resource="arn")}, {"policy": document(Sid="Gets", Action=["s3:Get*", "s3:PutObject"], Resource="arn")}],
        [{"policy": _NARROW}, {"policy": ABSENT}], {"parameters": {"reasons": {"Looks": "EC2 describes by no resource"}}},
    ),
    "iam-passrole": one(
        _ROLE_POLICY, "policy", document(Action="iam:PassRole", Resource="arn:aws:iam::1:role/node", Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}),
        [document(Action=["iam:PassRole"], Resource="*", Condition={"StringEquals": {"iam:PassedToService": "x"}}), document(Action="iam:Pass*", Resource="arn:aws:iam::1:role/node"), document(Action=_BOTH, Resource="*")],
        absent=True, passed=[{"policy": _NARROW}],
    ),
    "iam-kms-decrypt": one(
        _ROLE_POLICY, "policy", document(Action="kms:Decrypt", Resource="arn:aws:kms:x"), [document(Action="kms:Decrypt", Resource="*"), document(Action=["kms:ReEncrypt*"], Resource="*"), document(Action=_BOTH, Resource="*")],
        absent=True, passed=[{"policy": document(Action="kms:Decrypt", Resource="*", Condition={"StringEquals": {"kms:ViaService": "s3"}})}],
    ),
    "iam-managed-admin": one("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "policyArn", "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy", [f"arn:aws:iam::aws:policy/{n}" for n in ("AdministratorAccess", "IAMFullAccess", "PowerUserAccess")], absent=True),
    "iam-managed-admin/role": one(_ROLE, "managedPolicyArns", ["arn:aws:iam::aws:policy/ReadOnlyAccess"], [["arn:aws:iam::aws:policy/AdministratorAccess"]], absent=True),
    "iam-trust": one(
        _ROLE, "assumeRolePolicy", document(Action="sts:AssumeRole", Principal={"Service": "ec2.amazonaws.com"}), [document(Action="sts:AssumeRole", Principal="*"), document(Action="sts:AssumeRole", Principal={"AWS": ["*"]})],
        absent=True, passed=[{"assumeRolePolicy": document(Principal="*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})}],
    ),
    "iam-trust-oidc": one(
        _ROLE, "assumeRolePolicy", document(Action="sts:AssumeRoleWithWebIdentity", Principal=_OIDC, Condition=_PINNED),
        [document(Principal=_OIDC), document(Principal=_OIDC, Condition={"StringEquals": {"token:aud": "x"}}), document(Principal=_OIDC, Condition={"StringEquals": {"token:sub": "x"}}),
         document(Principal=_OIDC, Condition={"StringEquals": {"token:aud": "x", "token:sub": "repo:a/*"}}), document(Principal=_OIDC, Condition={"StringEquals": {"token:aud": "x", "token:sub": ["repo:a/b", "repo:a/*"]}}), document(Principal=_OIDC, Condition={"StringLike": {"token:aud": "x", "token:sub": "repo:a/b"}})],
        absent=True, passed=[{"assumeRolePolicy": document(Principal={"Service": "ec2.amazonaws.com"})}, {"assumeRolePolicy": document(Principal={"Federated": "cognito-identity.amazonaws.com"})}],
    ),
    "iam-no-users": Case("aws:iam/user:User", {"path": "/"}, [{"@parameters.allowed": []}, {"@parameters.allowed": ["other"]}], [{"path": ABSENT}], {"parameters": {"allowed": ["it"]}}),
    "iam-json-valid": one(
        _ROLE_POLICY, "policy", _NARROW, ["{", json.dumps({"Statement": []}), json.dumps({"Version": "2008-10-17", "Statement": []}), json.dumps({"Version": "2012-10-17"}), document(Action="s3:GetObject", Resource=["a" * 7000])],
        passed=[{"policy": json.loads(_NARROW)}],
    ),
    "rds-encrypted": one(_DATABASE, "storageEncrypted", True, [False]),
    "rds-encrypted/cluster": one("aws:rds/cluster:Cluster", "storageEncrypted", True, [False]),
    "rds-kms": one(_DATABASE, "kmsKeyId", "arn:aws:kms:x", [""]),
    "rds-private": one(_DATABASE, "publiclyAccessible", False, [True], absent=True),
    "rds-logs": one(_DATABASE, "enabledCloudwatchLogsExports", ["postgresql", "upgrade"], [["upgrade"]], engine="postgres", passed=[{"engine": "mariadb", "enabledCloudwatchLogsExports": ABSENT}, {"enabledCloudwatchLogsExports": [UNKNOWN]}]),
    "rds-minor-upgrade": one(_DATABASE, "autoMinorVersionUpgrade", True, [False], absent=True),
    "rds-insights-kms": one(_DATABASE, "performanceInsightsKmsKeyId", "arn", [""], performanceInsightsEnabled=True, passed=[{"performanceInsightsEnabled": False, "performanceInsightsKmsKeyId": ABSENT}]),
    "rds-iam-auth": one(_DATABASE, "iamDatabaseAuthenticationEnabled", True, [False]),
    "rds-copy-tags": one(_DATABASE, "copyTagsToSnapshot", True, [False]),
    "rds-password": Case(
        _DATABASE, {"manageMasterUserPassword": True}, [{"manageMasterUserPassword": ABSENT, "password": "hunter2"}, {"manageMasterUserPassword": False, "password": "hunter2"}, {"manageMasterUserPassword": ABSENT, "masterPassword": "x"}],
        [{"manageMasterUserPassword": ABSENT, "snapshotIdentifier": "s"}],
    ),
    "rds-admin-name": one(_DATABASE, "username", "flowise_master", ["postgres", "admin"], absent=True),
    "rds-ca": one(_DATABASE, "caCertIdentifier", "rds-ca-rsa2048-g1", ["rds-ca-2019"], absent=True),
    "ec-encrypted-rest": one(_CACHE, "atRestEncryptionEnabled", True, [False, "false"], passed=[{"atRestEncryptionEnabled": "true"}]),
    "ec-kms": one(_CACHE, "kmsKeyId", "arn", [""]),
    "ec-encrypted-transit": one(_CACHE, "transitEncryptionEnabled", True, [False]),
    "ec-transit-mode": one(_CACHE, "transitEncryptionMode", "required", ["preferred"], absent=True),
    "ec-auth": Case(_CACHE, {"authToken": "t"}, [{"authToken": ABSENT}, {"authToken": ""}], [{"authToken": ABSENT, "userGroupIds": ["u"]}, {"authToken": ABSENT, "authTokenWo": "t"}]),
    "ec-subnet-group": one(_CACHE, "subnetGroupName", "data", ["default"]),
    "ec-minor-upgrade": one(_CACHE, "autoMinorVersionUpgrade", "true", [False, "false"], absent=True),
    "s3-public-policy": resource_policy("aws:s3/bucketPolicy:BucketPolicy"),
    "s3-no-acl": one("aws:s3/bucketAcl:BucketAcl", "acl", "private", ["public-read", "authenticated-read"], absent=True),
    "s3-no-acl/bucket": one("aws:s3/bucketV2:BucketV2", "acl", "private", ["public-read-write"], absent=True),
    "s3-ownership": one("aws:s3/bucketOwnershipControls:BucketOwnershipControls", "rule.objectOwnership", "BucketOwnerEnforced", ["ObjectWriter"]),
    "kms-rotation": one(_KEY, "enableKeyRotation", True, [False], passed=[{"enableKeyRotation": ABSENT, "keyUsage": "SIGN_VERIFY"}, {"enableKeyRotation": ABSENT, "customerMasterKeySpec": "RSA_2048"}]),
    "kms-policy": resource_policy(_KEY),
    "kms-lockout": one(_KEY, "bypassPolicyLockoutSafetyCheck", False, [True], absent=True),
    "kms-window": one(_KEY, "deletionWindowInDays", 30.0, [6.0], absent=True, passed=[{"deletionWindowInDays": 7.0}]),
    "kms-window/prod": Case(_KEY, {"deletionWindowInDays": 30.0}, [{"deletionWindowInDays": 29.0}], [{"deletionWindowInDays": ABSENT}], {"parameters": {"least_days": 30}}),
    "sec-kms": one(_SECRET, "kmsKeyId", "arn", [""]),
    "sec-recovery": one(_SECRET, "recoveryWindowInDays", 7.0, [0.0, 6.0], absent=True),
    "sec-policy": resource_policy("aws:secretsmanager/secretPolicy:SecretPolicy"),
    "log-retention": one(_LOG, "retentionInDays", 30.0, [0.0]),
    "log-retention/prod": Case(_LOG, {"retentionInDays": 365.0}, [{"retentionInDays": 364.0}, {"retentionInDays": ABSENT}], (), {"parameters": {"least_days": 365}}),
    "log-kms": one(_LOG, "kmsKeyId", "arn", [""]),
    "bak-vault-kms": one("aws:backup/vault:Vault", "kmsKeyArn", "arn", [""]),
    "sns-kms": one(_TOPIC, "kmsMasterKeyId", "arn", [""]),
    "sns-kms-own": one(_TOPIC, "kmsMasterKeyId", "arn", ["alias/aws/sns"], absent=True),
    "sns-policy": resource_policy("aws:sns/topicPolicy:TopicPolicy"),
    "sqs-encrypted": one(_QUEUE, "sqsManagedSseEnabled", True, [False], absent=True, passed=[{"sqsManagedSseEnabled": False, "kmsMasterKeyId": "arn"}]),
    "sqs-policy": resource_policy("aws:sqs/queuePolicy:QueuePolicy"),
    "efs-encrypted": one("aws:efs/fileSystem:FileSystem", "encrypted", True, [False]),
    "cf-https": Case(
        _DISTRIBUTION, {"defaultCacheBehavior": {"viewerProtocolPolicy": "redirect-to-https"}, "orderedCacheBehaviors": [{"viewerProtocolPolicy": "https-only"}]},
        [{"defaultCacheBehavior.viewerProtocolPolicy": "allow-all"}, {"orderedCacheBehaviors.0.viewerProtocolPolicy": "allow-all"}, {"defaultCacheBehavior": ABSENT}], [{"orderedCacheBehaviors": ABSENT}],
    ),
    "cf-tls": one(_DISTRIBUTION, "viewerCertificate.minimumProtocolVersion", "TLSv1.2_2025", ["TLSv1", "TLSv1.1_2016", "TLSv1.2_2019"], passed=[{"viewerCertificate": {"cloudfrontDefaultCertificate": True}}]),
    "cf-origin-tls": Case(
        _DISTRIBUTION, {"origins": [{"customOriginConfig": {"originProtocolPolicy": "https-only", "originSslProtocols": ["TLSv1.2"]}}]},
        [{"origins.0.customOriginConfig.originProtocolPolicy": "match-viewer"}, {"origins.0.customOriginConfig.originSslProtocols": ["TLSv1.1", "TLSv1.2"]}, {"origins.0.customOriginConfig.originSslProtocols": ABSENT}],
        [{"origins": ABSENT}, {"origins.0.customOriginConfig": ABSENT}, {"origins.0.customOriginConfig.originSslProtocols": [UNKNOWN]}],
    ),
    "cf-waf": one(_DISTRIBUTION, "webAclId", "arn:aws:wafv2:x", [""]),
    "cf-oac": Case(
        _DISTRIBUTION, {"origins": [{"domainName": "files.s3.eu-west-1.amazonaws.com", "originAccessControlId": "E1"}]},
        [{"origins.0.originAccessControlId": ABSENT}, {"origins.0.originAccessControlId": ""}, {"origins": [{"domainName": "x", "s3OriginConfig": {"originAccessIdentity": "i"}}]}],
        [{"origins": [{"domainName": "app.example.com"}]}],
    ),
    "cf-headers": Case(_DISTRIBUTION, {"defaultCacheBehavior": {"responseHeadersPolicyId": "p"}, "orderedCacheBehaviors": []}, [{"defaultCacheBehavior": {}}, {"orderedCacheBehaviors": [{}]}, {"defaultCacheBehavior.responseHeadersPolicyId": ABSENT}]),
    "waf-managed": Case(
        _ACL, {"rules": [*({"statement": {"managedRuleGroupStatement": {"name": n}}, "visibilityConfig": _MEASURED} for n in ("AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet")), _RATE]},
        [{"rules.0.statement": {}}, {"rules": ABSENT}, {"rules.1.statement.managedRuleGroupStatement.name": "Other"}, {"@parameters": {"groups": ["AWSManagedRulesBotControlRuleSet"]}}],
    ),
    "waf-blocks": Case(_ACL, {"rules": [{"statement": {"managedRuleGroupStatement": {"name": "n"}}, "overrideAction": {"none": {}}}]}, [{"rules.0.overrideAction": {"count": {}}}], [{"rules": ABSENT}, {"rules.0": {"statement": {"rateBasedStatement": {}}, "overrideAction": {"count": {}}}}, {"rules.0.overrideAction": {"count": {}}, "@parameters": {"counted": ["n"]}}]),
    "waf-default": one(_ACL, "defaultAction", {"allow": {}}, [{}]),
    "waf-rate": Case(_ACL, {"rules": [{"statement": {"rateBasedStatement": {"limit": 2000.0}}, "action": {"block": {}}}]}, [{"rules": []}, {"rules": ABSENT}, {"rules.0.action": {"count": {}}}, {"rules.0.statement": {}}]),
    "waf-metrics": Case(
        _ACL, {"visibilityConfig": _MEASURED, "rules": [{"statement": {"managedRuleGroupStatement": {"name": "AWSManagedRulesCommonRuleSet"}}, "visibilityConfig": _MEASURED}, {"statement": {"managedRuleGroupStatement": {"name": "AWSManagedRulesKnownBadInputsRuleSet"}}, "visibilityConfig": _MEASURED}, _RATE]},
        [{"visibilityConfig.cloudwatchMetricsEnabled": False}, {"visibilityConfig": ABSENT}, {"rules.0.visibilityConfig.cloudwatchMetricsEnabled": False}], [{"rules": ABSENT}],
    ),
    "waf-region": Case(
        _ACL, {"scope": "CLOUDFRONT", "region": "us-east-1"}, [{"region": "eu-west-1"}, {"region": ABSENT, "@provider.region": "eu-west-1"}, {"region": ABSENT}],
        [{"region": ABSENT, "@provider.region": "us-east-1"}, {"scope": "REGIONAL", "region": "eu-west-1"}],
    ),
    "lb-tls": one(_LISTENER, "sslPolicy", "ELBSecurityPolicy-TLS13-1-2-2021-06", ["ELBSecurityPolicy-2016-08"], protocol="HTTPS", passed=[{"protocol": "HTTP", "sslPolicy": ABSENT}]),
    "lb-https": Case(
        _LISTENER, {"protocol": "HTTP", "defaultActions": [{"type": "redirect", "redirect": {"protocol": "HTTPS"}}]},
        [{"defaultActions": [{"type": "forward"}]}, {"defaultActions.0.redirect.protocol": "HTTP"}, {"defaultActions": [{"redirect": {"protocol": "HTTPS"}}, {"type": "forward"}]}, {"defaultActions": ABSENT}], [{"protocol": "HTTPS", "defaultActions": [{"type": "forward"}]}],
    ),
    "lb-headers": one(_BALANCER, "dropInvalidHeaderFields", True, [False], passed=[{"loadBalancerType": "network", "dropInvalidHeaderFields": ABSENT}]),
    "lb-logs": one(_BALANCER, "accessLogs.enabled", True, [False], passed=[{"loadBalancerType": "network", "accessLogs": ABSENT}]),
    "apigw-auth": one("aws:apigatewayv2/route:Route", "authorizationType", "JWT", ["NONE"]),
    "no-unknown-flags": Case(
        _DATABASE, {"storageEncrypted": True, "publiclyAccessible": False}, [{"storageEncrypted": UNKNOWN}, {"publiclyAccessible": UNKNOWN}], [{"storageEncrypted": False}, {"storageEncrypted": ABSENT}, {"kmsKeyId": UNKNOWN}],
        unknown_refused=True,
    ),
    "no-unknown-flags/group": Case(_GROUP_OF, {"ingress": [_POSTGRES]}, [{"ingress.0.cidrBlocks": UNKNOWN}, {"ingress": UNKNOWN}, {"ingress.0": UNKNOWN}], [{"ingress": ABSENT}, {"ingress.0.securityGroups": UNKNOWN}], unknown_refused=True),
    "no-unknown-flags/cluster": Case(_CLUSTER, {"vpcConfig": {"publicAccessCidrs": ["203.0.113.7/32"]}}, [{"vpcConfig.publicAccessCidrs.0": UNKNOWN}, {"vpcConfig.publicAccessCidrs": ["203.0.113.7/32", UNKNOWN]}, {"vpcConfig": UNKNOWN}], [{"vpcConfig": ABSENT}, {"vpcConfig.subnetIds": UNKNOWN}], unknown_refused=True),
}  # fmt: skip
CASES = cases([*aws_grants.ROWS, *aws_services.ROWS, *aws_stores.ROWS], CASES)
