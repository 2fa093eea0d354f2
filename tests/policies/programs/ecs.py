"""A web service on ECS and Fargate, that does things well: behind a load balancer, over a database, in a VPC of its own."""

import json

from tests.policies.cases.case import document
from tests.policies.cases.stacks import of
from tests.policies.packs import Resource

_ACCOUNT = "111122223333"
_TAGS = {"tags": {"Project": "shop"}}
_OPENS_NOTHING = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
_LOG_KEY = document(Action="kms:*", Resource="*", Principal={"AWS": f"arn:aws:iam::{_ACCOUNT}:root"})
_TASK_TRUST = document(
    Action="sts:AssumeRole",
    Principal={"Service": "ecs-tasks.amazonaws.com"},
    Condition={"StringEquals": {"aws:SourceAccount": _ACCOUNT}},
)
_PULLS = json.dumps({
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "LogsIn", "Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
        {"Sid": "Pulls", "Effect": "Allow", "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], "Resource": f"arn:aws:ecr:eu-west-1:{_ACCOUNT}:repository/shop"},
        {"Sid": "Logs", "Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": f"arn:aws:logs:eu-west-1:{_ACCOUNT}:log-group:/ecs/shop:*"},
        {"Sid": "ReadsItsPassword", "Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": f"arn:aws:secretsmanager:eu-west-1:{_ACCOUNT}:secret:shop/db-*"},
    ],
})  # fmt: skip
_WORKS = json.dumps({
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "KeepsFiles", "Effect": "Allow", "Action": ["s3:GetObject*", "s3:PutObject"], "Resource": "arn:aws:s3:::shop-files/*"},
        {"Sid": "Traces", "Effect": "Allow", "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSampling*"], "Resource": "*"},
        {"Sid": "SessionsByHand", "Effect": "Allow", "Action": ["ssmmessages:CreateControlChannel", "ssmmessages:OpenControlChannel"], "Resource": "*"},
    ],
})  # fmt: skip
_CONTAINERS = json.dumps([{
    "name": "web", "image": f"{_ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/shop:1.14.2", "essential": True, "user": "1000", "readonlyRootFilesystem": True,
    "environment": [{"name": "STAGE", "value": "production"}, {"name": "DB_HOST", "value": "db.shop.internal"}, {"name": "TOKEN_LIFETIME", "value": "3600"}, {"name": "DB_SECRET", "value": "shop/db-login"}],
    "secrets": [{"name": "DB_PASSWORD", "valueFrom": f"arn:aws:secretsmanager:eu-west-1:{_ACCOUNT}:secret:shop/db-abc:password::"}],
    "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/shop", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "web"}},
    "portMappings": [{"containerPort": 8080}], "linuxParameters": {"capabilities": {"drop": ["ALL"]}, "initProcessEnabled": True},
}])  # fmt: skip
_ALARMED = {
    "alarmActions": ["arn:aws:sns:eu-west-1:111122223333:ops"],
    "comparisonOperator": "GreaterThanThreshold",
    "evaluationPeriods": 3,
    "namespace": "AWS/RDS",
    "period": 60,
    "statistic": "Average",
    "threshold": 80,
}
RESOURCES: list[Resource] = [
    of("aws:ec2/vpc:Vpc", "vpc", {"cidrBlock": "10.20.0.0/16", "enableDnsHostnames": True, **_TAGS}),
    of("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "closed", _TAGS, vpcId="vpc"),
    of("aws:ec2/flowLog:FlowLog", "flows", {"trafficType": "ALL", "logDestinationType": "cloud-watch-logs", **_TAGS}, vpcId="vpc", iamRoleArn="flow-role", logDestination="flow-logs"),
    of("aws:cloudwatch/logGroup:LogGroup", "flow-logs", {"retentionInDays": 90, **_TAGS}, kmsKeyId="key"),
    of("aws:iam/role:Role", "flow-role", {"assumeRolePolicy": document(Action="sts:AssumeRole", Principal={"Service": "vpc-flow-logs.amazonaws.com"}), **_TAGS}),
    *(of("aws:ec2/subnet:Subnet", f"public-{zone}", {"cidrBlock": f"10.20.{n}.0/24", "availabilityZone": f"eu-west-1{zone}", **_TAGS}, vpcId="vpc") for n, zone in enumerate("ab")),
    *(of("aws:ec2/subnet:Subnet", f"private-{zone}", {"cidrBlock": f"10.20.1{n}.0/24", "availabilityZone": f"eu-west-1{zone}", **_TAGS}, vpcId="vpc") for n, zone in enumerate("ab")),
    of("aws:ec2/internetGateway:InternetGateway", "igw", _TAGS, vpcId="vpc"),
    of("aws:ec2/routeTable:RouteTable", "public-routes", _TAGS, vpcId="vpc"),
    of("aws:ec2/route:Route", "out", {"destinationCidrBlock": "0.0.0.0/0"}, routeTableId="public-routes", gatewayId="igw"),
    *(of("aws:ec2/routeTableAssociation:RouteTableAssociation", f"public-{zone}-routes", {}, routeTableId="public-routes", subnetId=f"public-{zone}") for zone in "ab"),
    of("aws:ec2/securityGroup:SecurityGroup", "lb-sg", {"description": "The load balancer: the internet, over HTTPS", "ingress": [
        {"description": "HTTPS", "protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": ["0.0.0.0/0"]}, {"description": "redirected", "protocol": "tcp", "fromPort": 80, "toPort": 80, "cidrBlocks": ["0.0.0.0/0"]},
    ], **_TAGS}, vpcId="vpc"),
    of("aws:ec2/securityGroup:SecurityGroup", "web-sg", {"description": "The tasks", **_TAGS}, vpcId="vpc"),
    of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "web-from-lb", {"description": "the load balancer", "ipProtocol": "tcp", "fromPort": 8080, "toPort": 8080, **_TAGS}, securityGroupId="web-sg", referencedSecurityGroupId="lb-sg"),
    of("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "web-out", {"description": "AWS and partners over TLS", "ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "cidrIpv4": "0.0.0.0/0", **_TAGS}, securityGroupId="web-sg"),
    of("aws:ec2/securityGroup:SecurityGroup", "db-sg", {"description": "The database", **_TAGS}, vpcId="vpc"),
    of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "db-from-web", {"description": "the tasks", "ipProtocol": "tcp", "fromPort": 5432, "toPort": 5432, **_TAGS}, securityGroupId="db-sg", referencedSecurityGroupId="web-sg"),
    of("aws:kms/key:Key", "key", {"enableKeyRotation": True, "policy": _LOG_KEY, "deletionWindowInDays": 30, **_TAGS}),
    of("aws:ecr/repository:Repository", "images", {"imageTagMutability": "IMMUTABLE", "imageScanningConfiguration": {"scanOnPush": True}, "encryptionConfigurations": [{"encryptionType": "KMS"}], **_TAGS}),
    of("aws:s3/bucket:Bucket", "lb-logs", _TAGS),
    of("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "lb-logs-closed", dict.fromkeys(_OPENS_NOTHING, True), bucket="lb-logs"),
    of("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", "lb-logs-sse", {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]}, bucket="lb-logs"),
    of("aws:s3/bucketVersioning:BucketVersioning", "lb-logs-versions", {"versioningConfiguration": {"status": "Enabled"}}, bucket="lb-logs"),
    of("aws:s3/bucketPolicy:BucketPolicy", "lb-logs-policy", {"policy": json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {"Effect": "Allow", "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::shop-lb-logs/*"},
    ]})}, bucket="lb-logs"),
    of("aws:lb/loadBalancer:LoadBalancer", "lb", {"internal": False, "loadBalancerType": "application", "dropInvalidHeaderFields": True, "enableDeletionProtection": True, "accessLogs": {"bucket": "shop-lb-logs", "enabled": True}, **_TAGS}, securityGroups="lb-sg", subnets=["public-a", "public-b"]),
    of("aws:acm/certificate:Certificate", "certificate", {"domainName": "shop.example.com", "validationMethod": "DNS", **_TAGS}),
    of("aws:lb/targetGroup:TargetGroup", "tasks", {"port": 8080, "protocol": "HTTP", "targetType": "ip", "healthCheck": {"path": "/healthz"}, **_TAGS}, vpcId="vpc"),
    of("aws:lb/listener:Listener", "https", {"port": 443, "protocol": "HTTPS", "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06", "defaultActions": [{"type": "forward"}], **_TAGS}, loadBalancerArn="lb", certificateArn="certificate"),
    of("aws:lb/listener:Listener", "http", {"port": 80, "protocol": "HTTP", "defaultActions": [{"type": "redirect", "redirect": {"protocol": "HTTPS", "port": "443", "statusCode": "HTTP_301"}}], **_TAGS}, loadBalancerArn="lb"),
    of("aws:wafv2/webAcl:WebAcl", "acl", {
        "scope": "REGIONAL", "defaultAction": {"allow": {}}, "visibilityConfig": {"cloudwatchMetricsEnabled": True, "metricName": "shop", "sampledRequestsEnabled": True},
        "rules": [
            *({"name": name, "priority": n, "statement": {"managedRuleGroupStatement": {"name": name, "vendorName": "AWS"}}, "overrideAction": {"none": {}}, "visibilityConfig": {"cloudwatchMetricsEnabled": True, "metricName": name, "sampledRequestsEnabled": True}} for n, name in enumerate(("AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"))),
            {"name": "rate", "priority": 9, "statement": {"rateBasedStatement": {"limit": 2000, "aggregateKeyType": "IP"}}, "action": {"block": {}}, "visibilityConfig": {"cloudwatchMetricsEnabled": True, "metricName": "rate", "sampledRequestsEnabled": True}},
        ], **_TAGS,
    }),
    of("aws:wafv2/webAclAssociation:WebAclAssociation", "acl-of-lb", {}, resourceArn="lb", webAclArn="acl"),
    of("aws:cloudwatch/logGroup:LogGroup", "waf-logs", {"name": "aws-waf-logs-shop", "retentionInDays": 90, **_TAGS}, kmsKeyId="key"),
    of("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", "acl-logs", {}, resourceArn="acl", logDestinationConfigs="waf-logs"),
    of("aws:ecs/cluster:Cluster", "cluster", {"settings": [{"name": "containerInsights", "value": "enhanced"}], **_TAGS}),
    of("aws:iam/role:Role", "execution", {"assumeRolePolicy": _TASK_TRUST, **_TAGS}),
    of("aws:iam/rolePolicy:RolePolicy", "execution-policy", {"policy": _PULLS}, role="execution"),
    of("aws:iam/role:Role", "task", {"assumeRolePolicy": _TASK_TRUST, **_TAGS}),
    of("aws:iam/rolePolicy:RolePolicy", "task-policy", {"policy": _WORKS}, role="task"),
    of("aws:cloudwatch/logGroup:LogGroup", "logs", {"name": "/ecs/shop", "retentionInDays": 90, **_TAGS}, kmsKeyId="key"),
    of("aws:ecs/taskDefinition:TaskDefinition", "definition", {"family": "shop", "cpu": "512", "memory": "1024", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "containerDefinitions": _CONTAINERS, "runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"}, **_TAGS}, executionRoleArn="execution", taskRoleArn="task"),
    of("aws:ecs/service:Service", "service", {"desiredCount": 3, "launchType": "FARGATE", "networkConfiguration": {"subnets": ["subnet-1", "subnet-2"], "securityGroups": ["sg-1"], "assignPublicIp": False}, "deploymentCircuitBreaker": {"enable": True, "rollback": True}, **_TAGS}, cluster="cluster", taskDefinition="definition"),
    of("aws:rds/subnetGroup:SubnetGroup", "db-subnets", _TAGS, subnetIds=["private-a", "private-b"]),
    of("aws:rds/parameterGroup:ParameterGroup", "db-parameters", {"family": "postgres17", "parameters": [{"name": "rds.force_ssl", "value": "1"}], **_TAGS}),
    of("aws:rds/instance:Instance", "db", {
        "engine": "postgres", "engineVersion": "17.5", "instanceClass": "db.m7g.large", "allocatedStorage": 100, "storageType": "gp3", "storageEncrypted": True, "multiAz": True, "manageMasterUserPassword": True, "username": "keeper",
        "backupRetentionPeriod": 14, "deletionProtection": True, "skipFinalSnapshot": False, "finalSnapshotIdentifier": "shop-last", "enabledCloudwatchLogsExports": ["postgresql", "upgrade"], "performanceInsightsEnabled": True, "copyTagsToSnapshot": True, **_TAGS,
    }, dbSubnetGroupName="db-subnets", vpcSecurityGroupIds="db-sg", parameterGroupName="db-parameters", kmsKeyId="key", performanceInsightsKmsKeyId="key"),
    of("aws:cloudwatch/metricAlarm:MetricAlarm", "db-busy", {"metricName": "CPUUtilization", **_ALARMED, **_TAGS}, dimensions="db"),
]  # fmt: skip
PROTECTED = {"db", "key", "lb-logs"}
