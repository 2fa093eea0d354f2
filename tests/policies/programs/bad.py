"""A program that does nearly everything wrong, in the ways that checkov, AWS FSBP and the Pod Security Standards know."""

import json
from dataclasses import dataclass
from typing import Any

from tests.policies.cases.case import document
from tests.policies.cases.stacks import of
from tests.policies.packs import Resource


@dataclass(frozen=True)
class Fault:
    """What is wrong with a resource, who knows it, and the rule that finds it."""

    resource: str
    known_as: str
    rule: str


_OIDC = {"Federated": "arn:aws:iam::1:oidc-provider/token.actions.githubusercontent.com"}
_POD: dict[str, Any] = {
    "hostNetwork": True, "hostPID": True, "volumes": [{"name": "root", "hostPath": {"path": "/"}}],
    "containers": [{
        "name": "app", "image": "app:latest", "ports": [{"containerPort": 80, "hostPort": 80}], "env": [{"name": "DB_PASSWORD", "value": "hunter2"}],
        "securityContext": {"privileged": True, "runAsUser": 0, "capabilities": {"add": ["SYS_ADMIN"]}},
    }],
}  # fmt: skip
RESOURCES: list[Resource] = [
    of("aws:s3/bucket:Bucket", "files", {"bucket": "files", "acl": "public-read", "forceDestroy": True}),
    of("aws:s3/bucketPolicy:BucketPolicy", "files-policy", {"policy": document(Action="s3:GetObject", Resource="*", Principal="*")}, bucket="files"),
    of("aws:rds/instance:Instance", "db", {
        "engine": "postgres", "engineVersion": "12", "username": "postgres", "password": "hunter2-in-clear", "publiclyAccessible": True, "storageEncrypted": False, "multiAz": False,
        "backupRetentionPeriod": 0, "deletionProtection": False, "skipFinalSnapshot": True, "autoMinorVersionUpgrade": False, "caCertIdentifier": "rds-ca-2019", "storageType": "gp2", "instanceClass": "db.m4.large",
    }, vpcSecurityGroupIds="open-sg"),
    of("aws:elasticache/replicationGroup:ReplicationGroup", "cache", {
        "engine": "redis", "engineVersion": "5.0.6", "atRestEncryptionEnabled": False, "transitEncryptionEnabled": False, "automaticFailoverEnabled": False, "numCacheClusters": 1, "subnetGroupName": "default",
        "autoMinorVersionUpgrade": "false",
    }),
    of("aws:ec2/vpc:Vpc", "vpc", {"cidrBlock": "10.0.0.0/16"}),
    of("aws:ec2/subnet:Subnet", "subnet", {"mapPublicIpOnLaunch": True}, vpcId="vpc"),
    of("aws:ec2/securityGroup:SecurityGroup", "open-sg", {
        "ingress": [{"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}, {"protocol": "tcp", "fromPort": 5432, "toPort": 5432, "cidrBlocks": ["0.0.0.0/0"]}],
        "egress": [{"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}],
    }, vpcId="vpc"),
    of("aws:ec2/networkAclRule:NetworkAclRule", "nacl", {"ruleNumber": 1, "ruleAction": "allow", "protocol": "-1", "cidrBlock": "0.0.0.0/0"}),
    of("aws:ec2/instance:Instance", "machine", {"instanceType": "t2.micro", "associatePublicIpAddress": True, "metadataOptions": {"httpTokens": "optional", "httpPutResponseHopLimit": 2}, "rootBlockDevice": {"encrypted": False}}),
    of("aws:ebs/volume:Volume", "volume", {"encrypted": False, "type": "io1", "iops": 32000}),
    of("aws:eks/cluster:Cluster", "cluster", {"version": "1.30", "vpcConfig": {"endpointPublicAccess": True, "publicAccessCidrs": ["0.0.0.0/0"]}, "accessConfig": {"authenticationMode": "CONFIG_MAP"}}),
    of("aws:eks/nodeGroup:NodeGroup", "nodes", {"remoteAccess": {"ec2SshKey": "ops"}, "scalingConfig": {"minSize": 1, "maxSize": 1}}),
    of("aws:iam/policy:Policy", "admin", {"policy": document(Sid="All", Action="*", Resource="*")}),
    of("aws:iam/rolePolicy:RolePolicy", "wide", {"policy": document(Sid="Wide", Action=["s3:*", "kms:Decrypt", "iam:PassRole"], Resource="*")}),
    of("aws:iam/role:Role", "trusting", {"assumeRolePolicy": document(Action="sts:AssumeRole", Principal={"AWS": "*"})}),
    of("aws:iam/role:Role", "any-branch", {"assumeRolePolicy": document(Action="sts:AssumeRoleWithWebIdentity", Principal=_OIDC)}),
    of("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "attached", {"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
    of("aws:iam/user:User", "user"),
    of("aws:kms/key:Key", "key", {"policy": document(Action="kms:*", Resource="*", Principal="*"), "deletionWindowInDays": 5}),
    of("aws:secretsmanager/secret:Secret", "secret", {"recoveryWindowInDays": 0}),
    of("aws:cloudwatch/logGroup:LogGroup", "log"),
    of("aws:sns/topic:Topic", "topic", {"policy": document(Action="sns:Publish", Resource="*", Principal="*")}),
    of("aws:sqs/queue:Queue", "queue", {"sqsManagedSseEnabled": False, "policy": document(Action="sqs:*", Resource="*", Principal="*")}),
    of("aws:efs/fileSystem:FileSystem", "home"),
    of("aws:dynamodb/table:Table", "table"),
    of("aws:ecr/repository:Repository", "images"),
    of("aws:backup/vault:Vault", "vault"),
    of("aws:cloudfront/distribution:Distribution", "site", {
        "defaultCacheBehavior": {"viewerProtocolPolicy": "allow-all"}, "viewerCertificate": {"minimumProtocolVersion": "TLSv1", "acmCertificateArn": "arn"},
        "origins": [{"domainName": "app", "customOriginConfig": {"originProtocolPolicy": "http-only", "originSslProtocols": ["SSLv3"]}}, {"domainName": "files.s3.amazonaws.com"}],
    }),
    of("aws:wafv2/webAcl:WebAcl", "acl", {"scope": "CLOUDFRONT", "region": "eu-west-1", "defaultAction": {"allow": {}}, "rules": [], "visibilityConfig": {"cloudwatchMetricsEnabled": False}}),
    of("aws:lb/loadBalancer:LoadBalancer", "lb", {"internal": False}),
    of("aws:lb/listener:Listener", "http", {"protocol": "HTTP", "defaultActions": [{"type": "forward"}]}),
    of("aws:lb/listener:Listener", "tls", {"protocol": "HTTPS", "sslPolicy": "ELBSecurityPolicy-2016-08"}),
    of("aws:cloudwatch/metricAlarm:MetricAlarm", "alarm", {"metricName": "CPUUtilization"}),
    of("aws:ec2/eip:Eip", "address"),
    of("aws:lambda/function:Function", "function", {"runtime": "python3.8", "environment": {"variables": {"A": "b"}}}),
    of("aws:apigatewayv2/route:Route", "route", {"authorizationType": "NONE"}),
    of("kubernetes:core/v1:Namespace", "ns", {"metadata": {"name": "bad"}}),
    of("kubernetes:apps/v1:Deployment", "pods", {"metadata": {"name": "app"}, "spec": {"replicas": 1, "template": {"metadata": {"labels": {"app": "a"}}, "spec": _POD}}}),
    of("kubernetes:core/v1:ConfigMap", "config", {"metadata": {"name": "c", "namespace": "bad"}, "data": {"api_key": "hunter2"}}),
    of("kubernetes:core/v1:Service", "service", {"metadata": {"name": "s", "namespace": "bad"}, "spec": {"type": "LoadBalancer", "externalIPs": ["203.0.113.7"]}}),
    of("kubernetes:networking.k8s.io/v1:Ingress", "ingress", {"metadata": {"name": "i", "namespace": "bad"}, "spec": {}}),
    of("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "role", {"rules": [{"apiGroups": ["*"], "resources": ["secrets"], "verbs": ["list", "escalate"]}]}),
    of("kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding", "binding", {"roleRef": {"name": "cluster-admin"}}),
    of("kubernetes:policy/v1beta1:PodDisruptionBudget", "old-api", {"metadata": {"name": "b", "namespace": "bad"}}),
]  # fmt: skip
_FOUND = """
files s3-pab CKV2_AWS_6 | files s3-encryption CKV_AWS_19 | files s3-tls-only FSBP S3.5 | files s3-versioning CKV_AWS_21
files s3-logging CKV_AWS_18 | files s3-lifecycle CKV2_AWS_61 | files s3-no-acl CKV_AWS_20 | files s3-force-destroy data loss
files-policy s3-public-policy CKV_AWS_70
db rds-encrypted CKV_AWS_16 | db rds-private CKV_AWS_17 | db rds-multi-az CKV_AWS_157 | db rds-backup CKV_AWS_133
db rds-delete-protect CKV_AWS_293 | db rds-final-snapshot data loss | db rds-logs CKV_AWS_129 | db rds-minor-upgrade CKV_AWS_226
db rds-password CWE-798 | db rds-admin-name FSBP RDS.25 | db rds-iam-auth CKV_AWS_161 | db rds-copy-tags CKV2_AWS_60
db rds-monitoring CKV_AWS_118 | db rds-insights CKV_AWS_353 | db rds-ca CKV_AWS_211 | db rds-tls CKV2_AWS_69
db support-ended end of support | db data-alarmed no alarm | db net-data-path FSBP EC2.18 | db cost-volume-type gp2
cache ec-encrypted-rest CKV_AWS_29 | cache ec-encrypted-transit CKV_AWS_30 | cache ec-auth CKV_AWS_31 | cache ec-failover CKV2_AWS_50
cache ec-backup CKV_AWS_134 | cache ec-subnet-group FSBP ElastiCache.7 | cache ec-minor-upgrade FSBP ElastiCache.2 | cache ec-kms CKV_AWS_191
vpc net-flow-log CKV2_AWS_11 | vpc net-default-sg CKV2_AWS_12 | subnet net-subnet-public-ip CKV_AWS_130
open-sg net-sg-open-ingress CKV_AWS_24 | open-sg net-sg-admin-ports FSBP EC2.13 | open-sg net-sg-description CKV_AWS_23
open-sg net-sg-egress-all CKV_AWS_382 | nacl net-nacl-open FSBP EC2.21
machine ec2-imds-tokens CKV_AWS_79 | machine ec2-imds-hops CKV_AWS_341 | machine ec2-disk-encrypted CKV_AWS_8
machine ec2-public-ip CKV_AWS_88 | machine cost-generation previous generation | volume ec2-volume-encrypted CKV_AWS_3 | volume cost-iops provisioned IOPS
cluster eks-endpoint-public CKV_AWS_38 | cluster eks-endpoint-private CIS EKS 5.4.2 | cluster eks-secrets-kms CKV_AWS_58
cluster eks-logs CKV_AWS_37 | cluster eks-auth-mode CIS EKS 5.5.1 | cluster eks-creator-admin CIS EKS 4.1.1 | cluster support-ended CKV_AWS_339
nodes eks-node-remote CKV_AWS_100
admin iam-no-star-admin CKV_AWS_62 | wide iam-no-service-star FSBP IAM.21 | wide iam-passrole CKV_AWS_286 | wide iam-kms-decrypt FSBP KMS.2
wide iam-wildcard CKV_AWS_355 | trusting iam-trust CKV_AWS_60 | any-branch iam-trust-oidc CKV_AWS_393 | attached iam-managed-admin CKV_AWS_274
user iam-no-users CKV_AWS_273
key kms-rotation CKV_AWS_7 | key kms-policy CKV_AWS_33 | key kms-window FSBP KMS.3 | secret sec-kms CKV_AWS_149 | secret sec-recovery data loss
secret sec-rotation CKV2_AWS_57 | log log-retention CKV_AWS_66 | log log-kms CKV_AWS_158
topic sns-kms CKV_AWS_26 | topic sns-policy CKV_AWS_169 | queue sqs-encrypted CKV_AWS_27 | queue sqs-policy CKV_AWS_168
home efs-encrypted CKV_AWS_42 | table ddb-pitr CKV_AWS_28 | images ecr-immutable CKV_AWS_51 | images ecr-scan CKV_AWS_163
vault bak-vault-kms CKV_AWS_166 | function lambda-dead-letter CKV_AWS_116 | function lambda-traced CKV_AWS_50 | function aws-own-key CKV_AWS_173
function lambda-runtime FSBP Lambda.2 | table ddb-key CKV_AWS_119
site cf-https CKV_AWS_34 | site cf-tls CKV_AWS_174 | site cf-origin-tls CKV2_AWS_72 | site cf-waf CKV_AWS_68 | site cf-oac CKV2_AWS_46
site cf-headers CKV2_AWS_32 | site cf-logging CKV_AWS_86
acl waf-managed CKV_AWS_192 | acl waf-logging CKV2_AWS_31 | acl waf-metrics FSBP WAF.12 | acl waf-region AWS
lb lb-headers CKV_AWS_131 | lb lb-logs CKV_AWS_91 | lb lb-delete-protect CKV_AWS_150 | http lb-https CKV_AWS_2 | tls lb-tls CKV_AWS_103
alarm alarm-action FSBP CloudWatch.15 | address cost-idle-ip FSBP EC2.12 | route apigw-auth CKV_AWS_309
pods k8s-privileged CKV_K8S_16 | pods k8s-escalation CKV_K8S_20 | pods k8s-root-user CKV_K8S_23 | pods k8s-non-root PSS restricted
pods k8s-seccomp CKV_K8S_31 | pods k8s-host-namespaces CKV_K8S_19 | pods k8s-host-path PSS baseline | pods k8s-host-port CKV_K8S_26
pods k8s-image CKV_K8S_14 | pods k8s-resources CKV_K8S_13 | pods k8s-liveness CKV_K8S_8 | pods k8s-readiness CKV_K8S_9
pods k8s-sa-token CKV_K8S_38 | pods k8s-default-ns CKV_K8S_21 | pods k8s-readonly-root CKV_K8S_22 | pods k8s-secret-literal CWE-798
pods k8s-capabilities CKV_K8S_37 | pods k8s-capabilities-add CKV_K8S_25 | pods k8s-sa-own CKV_K8S_41 | pods k8s-replicas kube-score
pods k8s-image-digest CKV_K8S_43 | pods k8s-cpu-limit CKV_K8S_11 | pods k8s-pull-policy CKV_K8S_15 | ns k8s-ns-pss-label PSS restricted | ns k8s-netpol-default CKV2_K8S_6
config k8s-secret-config CWE-798 | service k8s-service-public kube-score | service k8s-external-ips CVE-2020-8554
ingress k8s-ingress-tls CIS EKS 5.4.5 | role k8s-rbac-star CKV_K8S_49 | role k8s-rbac-secrets CIS EKS 4.1.2
role k8s-rbac-escalate CKV_K8S_158 | binding k8s-rbac-admin CIS EKS 4.1.1 | old-api k8s-api-version removed in 1.25
"""
FAULTS: list[Fault] = [
    Fault(resource, known_as, rule)
    for entry in " | ".join(_FOUND.strip().splitlines()).split(" | ")
    for resource, rule, known_as in [entry.split(" ", 2)]
]
SECRETS = ("hunter2", json.dumps("hunter2-in-clear").strip('"'))
