"""What deploying each type of AWS resource takes, beside reading.

Actions are those of each service's API that the provider's create, update and delete call, and those that these depend
on (Service Authorization Reference, dependent actions). A type that the program uses and that has no row here is one
that the pipeline could not deploy.
"""

from collections.abc import Mapping

_INGRESS = ("ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress")
_EGRESS = ("ec2:AuthorizeSecurityGroupEgress", "ec2:RevokeSecurityGroupEgress")
_RULES = ("ec2:ModifySecurityGroupRules", "ec2:UpdateSecurityGroupRuleDescriptionsEgress")
_ROUTES = ("ec2:CreateRoute", "ec2:DeleteRoute", "ec2:ReplaceRoute")
_ACL = ("ec2:CreateNetworkAclEntry", "ec2:DeleteNetworkAclEntry", "ec2:ReplaceNetworkAclAssociation")
# what a service left behind in our subnets and groups, and the provider takes away before them
_LEFT_BEHIND = ("ec2:DetachNetworkInterface", "ec2:DeleteNetworkInterface")
_DELIVERIES = ("logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:UpdateLogDelivery")


def _three(service: str, thing: str, *more: str) -> tuple[str, ...]:
    """Create, update and delete by the names that most services give them."""
    return (*(f"{service}:{verb}{thing}" for verb in ("Create", "Update", "Delete")), *(f"{service}:{m}" for m in more))


ACTIONS: Mapping[str, tuple[str, ...]] = {
    "acm/certificate": tuple(
        f"acm:{verb}Certificate" for verb in ("Request", "Delete", "AddTagsTo", "RemoveTagsFrom")
    ),
    "acm/certificateValidation": (),  # it waits
    "appconfig/application": _three("appconfig", "Application", "TagResource", "UntagResource"),
    "appconfig/configurationProfile": _three("appconfig", "ConfigurationProfile"),
    # an earlier deployment is left as it is
    "appconfig/deployment": ("appconfig:StartDeployment",),
    "appconfig/deploymentStrategy": _three("appconfig", "DeploymentStrategy"),
    "appconfig/environment": _three("appconfig", "Environment"),
    "appconfig/hostedConfigurationVersion": (
        "appconfig:CreateHostedConfigurationVersion",
        "appconfig:DeleteHostedConfigurationVersion",
    ),
    "backup/plan": _three("backup", "BackupPlan", "TagResource", "UntagResource"),
    "backup/restoreTestingPlan": _three("backup", "RestoreTestingPlan"),
    "backup/restoreTestingSelection": _three("backup", "RestoreTestingSelection"),
    "backup/selection": ("backup:CreateBackupSelection", "backup:DeleteBackupSelection"),
    "backup/vault": ("backup:CreateBackupVault", "backup:DeleteBackupVault", "backup-storage:MountCapsule"),
    # what takes a lock off is a person's to do
    "backup/vaultLockConfiguration": ("backup:PutBackupVaultLockConfiguration",),
    "budgets/budget": ("budgets:ModifyBudget", "budgets:TagResource", "budgets:UntagResource"),
    "cloudfront/cachePolicy": _three("cloudfront", "CachePolicy"),
    # who deploys publishes the front end, too (tools/front_end.py)
    "cloudfront/distribution": _three(
        *("cloudfront", "Distribution", "TagResource", "UntagResource", "CreateInvalidation")
    ),
    "cloudfront/function": _three("cloudfront", "Function", "PublishFunction"),
    "cloudfront/keyValueStore": _three("cloudfront", "KeyValueStore"),
    "cloudfront/originAccessControl": _three("cloudfront", "OriginAccessControl"),
    "cloudfront/responseHeadersPolicy": _three("cloudfront", "ResponseHeadersPolicy"),
    "cloudfront/vpcOrigin": _three("cloudfront", "VpcOrigin"),
    "cloudwatch/eventRule": tuple(
        f"events:{name}"
        for name in ("PutRule", "DeleteRule", "EnableRule", "DisableRule", "TagResource", "UntagResource")
    ),
    "cloudwatch/eventTarget": ("events:PutTargets", "events:RemoveTargets"),
    "cloudwatch/logDelivery": ("logs:CreateDelivery", "logs:DeleteDelivery", "logs:UpdateDeliveryConfiguration"),
    "cloudwatch/logDeliveryDestination": ("logs:PutDeliveryDestination", "logs:DeleteDeliveryDestination"),
    "cloudwatch/logDeliverySource": (
        "logs:PutDeliverySource",
        "logs:DeleteDeliverySource",
        "cloudfront:AllowVendedLogDeliveryForResource",
    ),
    "cloudwatch/logGroup": tuple(
        f"logs:{name}"
        for name in (
            *("CreateLogGroup", "DeleteLogGroup", "PutRetentionPolicy", "DeleteRetentionPolicy", "AssociateKmsKey"),
            *("TagResource", "UntagResource"),
        )
    ),
    "cloudwatch/metricAlarm": tuple(
        f"cloudwatch:{name}" for name in ("PutMetricAlarm", "DeleteAlarms", "TagResource", "UntagResource")
    ),
    "costexplorer/anomalyMonitor": _three("ce", "AnomalyMonitor", "TagResource", "UntagResource"),
    "costexplorer/anomalySubscription": _three("ce", "AnomalySubscription", "TagResource", "UntagResource"),
    "ec2/defaultNetworkAcl": _ACL,
    "ec2/defaultRouteTable": _ROUTES,
    "ec2/defaultSecurityGroup": (*_INGRESS, *_EGRESS),
    "ec2/eip": ("ec2:AllocateAddress", "ec2:ReleaseAddress", "ec2:DisassociateAddress"),
    "ec2/flowLog": ("ec2:CreateFlowLogs", "ec2:DeleteFlowLogs", *_DELIVERIES),
    "ec2/instance": tuple(
        f"ec2:{name}"
        for name in ("RunInstances", "StopInstances", "StartInstances", "TerminateInstances", "ModifyInstanceAttribute")
    ),
    "ec2/internetGateway": tuple(f"ec2:{verb}InternetGateway" for verb in ("Create", "Delete", "Attach", "Detach")),
    "ec2/launchTemplate": tuple(
        f"ec2:{name}"
        for name in (
            *("CreateLaunchTemplate", "CreateLaunchTemplateVersion"),
            *("ModifyLaunchTemplate", "DeleteLaunchTemplate"),
        )
    ),
    "ec2/natGateway": ("ec2:CreateNatGateway", "ec2:DeleteNatGateway"),
    "ec2/networkAcl": ("ec2:CreateNetworkAcl", "ec2:DeleteNetworkAcl", *_ACL),
    "ec2/route": _ROUTES,
    "ec2/routeTable": ("ec2:CreateRouteTable", "ec2:DeleteRouteTable", *_ROUTES),
    "ec2/routeTableAssociation": tuple(
        f"ec2:{name}" for name in ("AssociateRouteTable", "DisassociateRouteTable", "ReplaceRouteTableAssociation")
    ),
    "ec2/securityGroup": ("ec2:CreateSecurityGroup", "ec2:DeleteSecurityGroup", *_INGRESS, *_EGRESS, *_LEFT_BEHIND),
    "ec2/subnet": ("ec2:CreateSubnet", "ec2:DeleteSubnet", "ec2:ModifySubnetAttribute", *_LEFT_BEHIND),
    "ec2/vpc": ("ec2:CreateVpc", "ec2:DeleteVpc", "ec2:ModifyVpcAttribute", "ec2:CreateTags", "ec2:DeleteTags"),
    # private DNS is a hosted zone of AWS's, which the caller brings into the VPC
    "ec2/vpcEndpoint": (
        *("ec2:CreateVpcEndpoint", "ec2:ModifyVpcEndpoint", "ec2:DeleteVpcEndpoints"),
        "route53:AssociateVPCWithHostedZone",
    ),
    "ec2/vpcIpv4CidrBlockAssociation": ("ec2:AssociateVpcCidrBlock", "ec2:DisassociateVpcCidrBlock"),
    "ecr/pullThroughCacheRule": _three("ecr", "PullThroughCacheRule"),
    "ecr/repositoryCreationTemplate": _three("ecr", "RepositoryCreationTemplate"),
    "eks/accessEntry": _three("eks", "AccessEntry"),
    "eks/accessPolicyAssociation": ("eks:AssociateAccessPolicy", "eks:DisassociateAccessPolicy"),
    "eks/addon": _three("eks", "Addon"),
    "eks/cluster": (
        *("eks:CreateCluster", "eks:DeleteCluster", "eks:UpdateClusterConfig", "eks:UpdateClusterVersion"),
        *("eks:TagResource", "eks:UntagResource"),
    ),
    # with a launch template of one's own, EKS tries RunInstances as the caller
    "eks/nodeGroup": (
        *("eks:CreateNodegroup", "eks:DeleteNodegroup", "eks:UpdateNodegroupConfig", "eks:UpdateNodegroupVersion"),
        "ec2:RunInstances",
    ),
    "eks/podIdentityAssociation": _three("eks", "PodIdentityAssociation"),
    "elasticache/parameterGroup": tuple(
        f"elasticache:{verb}CacheParameterGroup" for verb in ("Create", "Modify", "Reset", "Delete")
    ),
    "elasticache/replicationGroup": tuple(
        f"elasticache:{name}"
        for name in (
            *("CreateReplicationGroup", "ModifyReplicationGroup", "DeleteReplicationGroup", "CreateSnapshot"),
            *("IncreaseReplicaCount", "DecreaseReplicaCount", "AddTagsToResource", "RemoveTagsFromResource"),
        )
    ),
    "elasticache/subnetGroup": tuple(
        f"elasticache:{verb}CacheSubnetGroup" for verb in ("Create", "Modify", "Delete")
    ),
    "elasticache/user": tuple(f"elasticache:{verb}User" for verb in ("Create", "Modify", "Delete")),
    "elasticache/userGroup": tuple(f"elasticache:{verb}UserGroup" for verb in ("Create", "Modify", "Delete")),
    "guardduty/detector": _three("guardduty", "Detector", "TagResource"),
    "guardduty/detectorFeature": ("guardduty:UpdateDetector",),
    "iam/instanceProfile": tuple(
        f"iam:{name}"
        for name in (
            *("CreateInstanceProfile", "DeleteInstanceProfile", "TagInstanceProfile", "UntagInstanceProfile"),
            *("AddRoleToInstanceProfile", "RemoveRoleFromInstanceProfile"),
        )
    ),
    "iam/role": tuple(
        f"iam:{name}"
        for name in (
            *("CreateRole", "DeleteRole", "UpdateRole", "UpdateAssumeRolePolicy", "UpdateRoleDescription"),
            *("PutRolePermissionsBoundary", "TagRole", "UntagRole"),
        )
    ),
    "iam/rolePolicy": ("iam:PutRolePolicy", "iam:DeleteRolePolicy"),
    "iam/rolePolicyAttachment": ("iam:AttachRolePolicy", "iam:DetachRolePolicy"),
    "kms/alias": _three("kms", "Alias"),
    "kms/key": tuple(
        f"kms:{name}"
        for name in (
            *("CreateKey", "EnableKeyRotation", "PutKeyPolicy", "ScheduleKeyDeletion", "UpdateKeyDescription"),
            # for the services that encrypt on behalf of who makes their resources
            *("CreateGrant", "Decrypt", "DescribeKey", "GenerateDataKey", "TagResource", "UntagResource"),
        )
    ),
    "lb/listener": tuple(f"elasticloadbalancing:{verb}Listener" for verb in ("Create", "Modify", "Delete")),
    "lb/listenerRule": (
        *(f"elasticloadbalancing:{verb}Rule" for verb in ("Create", "Modify", "Delete")),
        "elasticloadbalancing:SetRulePriorities",
    ),
    "lb/loadBalancer": tuple(
        f"elasticloadbalancing:{name}"
        for name in (
            *("CreateLoadBalancer", "DeleteLoadBalancer", "ModifyLoadBalancerAttributes", "SetSecurityGroups"),
            *("SetSubnets", "AddTags", "RemoveTags"),
        )
    ),
    "lb/targetGroup": (
        *(f"elasticloadbalancing:{verb}TargetGroup" for verb in ("Create", "Modify", "Delete")),
        "elasticloadbalancing:ModifyTargetGroupAttributes",
    ),
    "rds/eventSubscription": tuple(f"rds:{verb}EventSubscription" for verb in ("Create", "Modify", "Delete")),
    "rds/instance": tuple(
        f"rds:{name}"
        for name in (
            *("CreateDBInstance", "ModifyDBInstance", "DeleteDBInstance", "RebootDBInstance", "CreateDBSnapshot"),
            *("RestoreDBInstanceFromDBSnapshot", "RestoreDBInstanceToPointInTime", "AddTagsToResource"),
            *("CreateBlueGreenDeployment", "SwitchoverBlueGreenDeployment", "DeleteBlueGreenDeployment"),
            *("CreateDBInstanceReadReplica", "PromoteReadReplica", "RemoveTagsFromResource"),
        )
    ),
    "rds/instanceAutomatedBackupsReplication": (
        "rds:StartDBInstanceAutomatedBackupsReplication",
        "rds:StopDBInstanceAutomatedBackupsReplication",
    ),
    "rds/parameterGroup": tuple(f"rds:{verb}DBParameterGroup" for verb in ("Create", "Modify", "Reset", "Delete")),
    "rds/proxy": tuple(f"rds:{verb}DBProxy" for verb in ("Create", "Modify", "Delete")),
    "rds/proxyDefaultTargetGroup": ("rds:ModifyDBProxyTargetGroup",),
    "rds/proxyTarget": ("rds:RegisterDBProxyTargets", "rds:DeregisterDBProxyTargets"),
    "rds/subnetGroup": tuple(f"rds:{verb}DBSubnetGroup" for verb in ("Create", "Modify", "Delete")),
    "route53/healthCheck": _three("route53", "HealthCheck", "ChangeTagsForResource"),
    "route53/record": ("route53:ChangeResourceRecordSets",),
    "route53/resolverFirewallConfig": ("route53resolver:UpdateFirewallConfig",),
    "route53/resolverFirewallDomainList": (
        *("route53resolver:CreateFirewallDomainList", "route53resolver:DeleteFirewallDomainList"),
        *("route53resolver:UpdateFirewallDomains", "route53resolver:TagResource", "route53resolver:UntagResource"),
    ),
    "route53/resolverFirewallRule": _three("route53resolver", "FirewallRule"),
    "route53/resolverFirewallRuleGroup": (
        "route53resolver:CreateFirewallRuleGroup",
        "route53resolver:DeleteFirewallRuleGroup",
    ),
    "route53/resolverFirewallRuleGroupAssociation": (
        "route53resolver:AssociateFirewallRuleGroup",
        "route53resolver:DisassociateFirewallRuleGroup",
        "route53resolver:UpdateFirewallRuleGroupAssociation",
    ),
    "s3/bucket": ("s3:CreateBucket", "s3:DeleteBucket", "s3:PutBucketTagging"),
    "s3/bucketLifecycleConfiguration": ("s3:PutLifecycleConfiguration",),
    "s3/bucketLogging": ("s3:PutBucketLogging",),
    "s3/bucketObjectv2": ("s3:PutObject", "s3:PutObjectTagging", "s3:DeleteObject", "s3:DeleteObjectVersion"),
    "s3/bucketOwnershipControls": ("s3:PutBucketOwnershipControls",),
    "s3/bucketPolicy": ("s3:PutBucketPolicy", "s3:DeleteBucketPolicy"),
    "s3/bucketPublicAccessBlock": ("s3:PutBucketPublicAccessBlock",),
    "s3/bucketServerSideEncryptionConfiguration": ("s3:PutEncryptionConfiguration",),
    "s3/bucketVersioning": ("s3:PutBucketVersioning",),
    "secretsmanager/secret": (
        *_three("secretsmanager", "Secret", "TagResource", "UntagResource", "RestoreSecret"),
        *("secretsmanager:ReplicateSecretToRegions", "secretsmanager:RemoveRegionsFromReplication"),
    ),
    "secretsmanager/secretVersion": (
        *("secretsmanager:PutSecretValue", "secretsmanager:GetSecretValue"),
        "secretsmanager:UpdateSecretVersionStage",
    ),
    "shield/protection": ("shield:CreateProtection", "shield:DeleteProtection", "shield:TagResource"),
    "sns/topic": tuple(
        f"sns:{name}" for name in ("CreateTopic", "DeleteTopic", "SetTopicAttributes", "TagResource", "UntagResource")
    ),
    "sns/topicPolicy": ("sns:SetTopicAttributes",),
    "sns/topicSubscription": ("sns:Subscribe", "sns:Unsubscribe", "sns:SetSubscriptionAttributes"),
    # a canary's function and layer are made with the rights of who makes the canary (CloudWatch user guide,
    # CloudWatch_Synthetics_Canaries_Roles)
    "synthetics/canary": (
        *_three("synthetics", "Canary", "StartCanary", "StopCanary", "TagResource", "UntagResource"),
        *("lambda:CreateFunction", "lambda:DeleteFunction", "lambda:AddPermission", "lambda:PublishVersion"),
        *("lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration", "lambda:TagResource"),
        *("lambda:PublishLayerVersion", "lambda:DeleteLayerVersion"),
    ),
    "sqs/queue": tuple(
        f"sqs:{name}" for name in ("CreateQueue", "DeleteQueue", "SetQueueAttributes", "TagQueue", "UntagQueue")
    ),
    "sqs/queuePolicy": ("sqs:SetQueueAttributes",),
    "vpc/securityGroupEgressRule": (*_EGRESS, *_RULES),
    "vpc/securityGroupIngressRule": (*_INGRESS, "ec2:ModifySecurityGroupRules"),
    "wafv2/ipSet": _three("wafv2", "IPSet"),
    "wafv2/webAcl": _three("wafv2", "WebACL", "TagResource", "UntagResource"),
    "wafv2/webAclLoggingConfiguration": (
        *("wafv2:PutLoggingConfiguration", "wafv2:DeleteLoggingConfiguration", "logs:PutResourcePolicy"),
        *_DELIVERIES,
    ),
}  # fmt: skip
