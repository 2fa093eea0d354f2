"""Faults of AWS as checkov, AWS FSBP and CIS know them, control by control, each beside a sound resource of its type.

They are the rows of the cases, and of each rule's own references those that no row names: then the rule's first case is
the fault. What is missed stands with the reason in `tools.policy_reference.MISSED`.
"""

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .cases import aws_grants, aws_services, aws_stores, reliability, security
from .cases.case import UNKNOWN, Case, Variation, varied
from .packs import rules

_CONTROL = re.compile(r"(CKV2?_AWS_\d+|FSBP [A-Za-z0-9]+\.\d+|CIS AWS [\d.]+)")
_CLOSED = {"httpTokens": "required", "httpPutResponseHopLimit": 1.0}
_KEY = {"enableKeyRotation": True}
# What is sound of a type beside what a case is about.
SOUND: Mapping[str, Mapping[str, Any]] = {
    "aws:ec2/securityGroup:SecurityGroup": {"description": "clients of the database"},
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {"description": "clients"},
    "aws:ec2/launchTemplate:LaunchTemplate": {"metadataOptions": _CLOSED, "blockDeviceMappings": [{"ebs": {"encrypted": "true"}}]},
    "aws:ec2/instance:Instance": {"metadataOptions": _CLOSED, "rootBlockDevice": {"encrypted": True}},
    "aws:ec2/launchConfiguration:LaunchConfiguration": {"metadataOptions": _CLOSED, "rootBlockDevice": {"encrypted": True}},
    "aws:ecr/repository:Repository": {"imageTagMutability": "IMMUTABLE", "imageScanningConfiguration": {"scanOnPush": True}},
    "aws:eks/cluster:Cluster": {
        "version": "1.35", "vpcConfig": {"endpointPublicAccess": False, "endpointPrivateAccess": True}, "encryptionConfig": {"resources": ["secrets"], "provider": {"keyArn": "arn"}},
        "enabledClusterLogTypes": ["api", "audit", "authenticator", "controllerManager", "scheduler"], "upgradePolicy": {"supportType": "STANDARD"},
        "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False},
    },
    "aws:eks/nodeGroup:NodeGroup": {"scalingConfig": {"minSize": 2.0, "maxSize": 4.0}},
    "aws:rds/instance:Instance": {"engine": "postgres", "storageEncrypted": True, "kmsKeyId": "arn", "manageMasterUserPassword": True, "backupRetentionPeriod": 14.0, "performanceInsightsKmsKeyId": "arn", "enabledCloudwatchLogsExports": ["postgresql", "upgrade"]},
    "aws:rds/cluster:Cluster": {"storageEncrypted": True, "kmsKeyId": "arn", "manageMasterUserPassword": True, "backupRetentionPeriod": 14.0, "enabledCloudwatchLogsExports": ["audit", "postgresql"]},
    "aws:elasticache/replicationGroup:ReplicationGroup": {"atRestEncryptionEnabled": True, "kmsKeyId": "arn", "transitEncryptionEnabled": True, "authToken": UNKNOWN, "subnetGroupName": "own", "snapshotRetentionLimit": 7.0},
    "aws:elasticache/cluster:Cluster": {"subnetGroupName": "own"},
    "aws:kms/key:Key": _KEY,
    "aws:secretsmanager/secret:Secret": {"kmsKeyId": "arn"},
    "aws:cloudwatch/logGroup:LogGroup": {"retentionInDays": 365.0, "kmsKeyId": "arn"},
    "aws:cloudfront/distribution:Distribution": {"defaultCacheBehavior": {"viewerProtocolPolicy": "https-only"}, "viewerCertificate": {"minimumProtocolVersion": "TLSv1.2_2021", "acmCertificateArn": "arn"}, "webAclId": "arn"},
    "aws:wafv2/webAcl:WebAcl": {
        "defaultAction": {"allow": {}}, "visibilityConfig": {"cloudwatchMetricsEnabled": True}, "scope": "REGIONAL",
        "rules": [
            *({"statement": {"managedRuleGroupStatement": {"name": name}}, "overrideAction": {"none": {}}, "visibilityConfig": {"cloudwatchMetricsEnabled": True}} for name in ("AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet")),
            {"statement": {"rateBasedStatement": {"limit": 1000}}, "action": {"block": {}}, "visibilityConfig": {"cloudwatchMetricsEnabled": True}},
        ],
    },
    "aws:lb/loadBalancer:LoadBalancer": {"dropInvalidHeaderFields": True, "accessLogs": {"bucket": "logs", "enabled": True}},
    "aws:opensearch/domain:Domain": {
        "encryptAtRest": {"enabled": True}, "nodeToNodeEncryption": {"enabled": True}, "vpcOptions": {"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]},
        "advancedSecurityOptions": {"enabled": True}, "logPublishingOptions": [{"logType": "AUDIT_LOGS", "enabled": True}],
    },
    "aws:glue/job:Job": {"securityConfiguration": "own"},
    "aws:apigateway/stage:Stage": {"accessLogSettings": {"destinationArn": "arn"}},
    "aws:sfn/stateMachine:StateMachine": {"loggingConfiguration": {"level": "ERROR"}},
    "aws:elasticbeanstalk/environment:Environment": {"settings": [{"namespace": "aws:elasticbeanstalk:managedactions", "name": "ManagedActionsEnabled", "value": "true"}]},
    "aws:cloudtrail/trail:Trail": {"isMultiRegionTrail": True, "enableLogFileValidation": True, "cloudWatchLogsGroupArn": "arn"},
    "aws:cloudsearch/domain:Domain": {"endpointOptions": {"enforceHttps": True, "tlsSecurityPolicy": "Policy-Min-TLS-1-2-2019-07"}},
    "aws:msk/cluster:Cluster": {"loggingInfo": {"brokerLogs": {"cloudwatchLogs": {"enabled": True}}}},
    "aws:redshift/cluster:Cluster": {"enhancedVpcRouting": True},
    "aws:mq/broker:Broker": {"autoMinorVersionUpgrade": True, "logs": {"general": True}, "engineType": "RabbitMQ"},
    "aws:docdb/cluster:Cluster": {"storageEncrypted": True, "enabledCloudwatchLogsExports": ["audit"]},
    "aws:ebs/snapshotCopy:SnapshotCopy": {"encrypted": True},
    "aws:efs/fileSystem:FileSystem": {"encrypted": True},
    "aws:kinesis/stream:Stream": {"encryptionType": "KMS"},
    "aws:sagemaker/notebookInstance:NotebookInstance": {"directInternetAccess": "Disabled", "subnetId": "subnet-1", "rootAccess": "Disabled", "instanceMetadataServiceConfiguration": {"minimumInstanceMetadataServiceVersion": "2"}},
    "aws:ebs/volume:Volume": {"encrypted": True},
    "aws:memorydb/cluster:Cluster": {"snapshotRetentionLimit": 7.0},
    "aws:dms/replicationInstance:ReplicationInstance": {"publiclyAccessible": False, "autoMinorVersionUpgrade": True},
    "aws:ec2/amiCopy:AmiCopy": {"encrypted": True},
    "aws:neptune/cluster:Cluster": {"storageEncrypted": True, "enableCloudwatchLogsExports": ["audit"], "iamDatabaseAuthenticationEnabled": True},
    "aws:dynamodb/table:Table": {"pointInTimeRecovery": {"enabled": True}},
    "aws:transfer/server:Server": {"securityPolicyName": "TransferSecurityPolicy-2024-01"},
    "aws:efs/accessPoint:AccessPoint": {"rootDirectory": {"path": "/app"}, "posixUser": {"uid": 1000.0}},
    "aws:athena/workgroup:Workgroup": {"configuration": {"resultConfiguration": {"encryptionConfiguration": {"encryptionOption": "SSE_KMS"}}}},
    "aws:qldb/ledger:Ledger": {"permissionsMode": "STANDARD"},
    "aws:backup/vault:Vault": {"kmsKeyArn": "arn"},
}  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """A control, the rule that should find its fault, and the resource with it and without."""

    control: str
    pack: str
    rule: str
    case: Case
    variation: Variation

    def resource(self, *, sound: bool) -> tuple[str, dict[str, Any], Mapping[str, Any]]:
        """Return the type, the properties and the rule's parameters; the faulty or the sound sibling."""
        good = merged(SOUND.get(self.case.type, {}), self.case.good)
        around = self.case.around
        whole = Case(self.case.type, good, self.case.refused, self.case.passed, around)
        props, around = varied(whole, {} if sound else self.variation)
        return self.case.type, props, around.get("parameters", {})


def merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return both, one inside of the other."""
    found = copy.deepcopy(dict(under))
    for key, value in over.items():
        held = found.get(key)
        found[key] = merged(held, value) if isinstance(held, dict) and isinstance(value, dict) else copy.deepcopy(value)
    return found


def faults() -> Iterator[Fault]:
    """Yield every fault once: by control and rule."""
    seen: set[tuple[str, str]] = set()
    rows = [("security", one) for one in (*aws_grants.ROWS, *aws_services.ROWS, *aws_stores.ROWS)]
    for pack, row in [*rows, *(("reliability", one) for one in aws_stores.KINDS_OF_DATA)]:
        for number, control in enumerate(row.controls):
            seen.add((control, row.rule))
            yield Fault(control, pack, row.rule, row.case, row.case.refused[number % len(row.case.refused)])
    named = {control for control, _ in seen}
    for pack, every in (("security", security.CASES), ("reliability", reliability.CASES)):
        for rule in rules(pack).values():
            case = next(one for name, one in every.items() if name.split("/")[0] == rule.id)
            for control in _CONTROL.findall(rule.refs):
                if control not in named and case.type.startswith("aws:") and {} not in case.refused:
                    named.add(control)
                    yield Fault(control, pack, rule.id, case, case.refused[0])
