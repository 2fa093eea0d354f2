"""Ways around rules: the same fault of AWS in another spelling, another place or another shape, and the rule that sees it."""

import base64
import gzip
import json
from dataclasses import dataclass
from typing import Any

from .cases.aws_grants import LOOSE, NOT_PRINCIPAL, PUBLIC, PUBLIC_STAR_ARN, ROOT
from .cases.aws_services import task
from .cases.case import document


@dataclass(frozen=True)
class Evasion:
    """A resource that hides a fault; `rule` is empty where no rule sees it, and `why` says why."""

    name: str
    rule: str
    type: str
    props: dict[str, Any]
    why: str = ""


_QUEUE, _POLICY, _ROLE = "aws:sqs/queuePolicy:QueuePolicy", "aws:iam/policy:Policy", "aws:iam/role:Role"
_KEY_POLICY, _GROUP = "aws:kms/keyPolicy:KeyPolicy", "aws:ec2/securityGroup:SecurityGroup"
_FUNCTION, _MACHINE, _TASK = (
    "aws:lambda/function:Function",
    "aws:ec2/instance:Instance",
    "aws:ecs/taskDefinition:TaskDefinition",
)
_SCRIPT = "#!/bin/sh\nexport DB_PASSWORD=hunter2hunter2\n"


def _grant(**statement: Any) -> dict[str, Any]:
    return {"policy": document(Sid="It", **statement)}


def _ingress(**rule: Any) -> dict[str, Any]:
    return {
        "description": "a",
        "ingress": [{"protocol": "tcp", "description": "a", "fromPort": 22.0, "toPort": 22.0, **rule}],
    }


def _function(**variables: str) -> dict[str, Any]:
    return {"runtime": "python3.13", "environment": {"variables": variables}}


EVASIONS: list[Evasion] = [
    *(Evasion(f"everybody, {name}", "policy-public", _KEY_POLICY, {"policy": text}) for name, text in LOOSE.items()),
    Evasion("everybody by what it is not", "sqs-policy", _QUEUE, {"policy": NOT_PRINCIPAL}),
    Evasion("roots of every account", "sqs-policy", _QUEUE, {"policy": PUBLIC_STAR_ARN}),
    Evasion("everybody in a list", "sqs-policy", _QUEUE, {"policy": document(Action="x:Get", Resource="*", Principal={"AWS": [ROOT["AWS"], "*"]})}),
    Evasion("a document as an object", "policy-public", _KEY_POLICY, {"policy": json.loads(PUBLIC)}),
    Evasion("one statement, no list", "policy-public", _KEY_POLICY, {"policy": json.dumps({"Version": "2012-10-17", "Statement": json.loads(PUBLIC)["Statement"][0]})}),
    Evasion("a document with escapes", "policy-public", _KEY_POLICY, {"policy": PUBLIC.replace('"*"', '"\\u002a"')}),
    Evasion("an administrator by stars", "iam-no-star-admin", _POLICY, _grant(Action="*:*", Resource="*")),
    Evasion("an administrator by an ARN of stars", "iam-no-star-admin", _POLICY, _grant(Action="*", Resource="arn:aws:*:*:*:*")),
    Evasion("an administrator by NotAction", "iam-not-action", _POLICY, _grant(NotAction="organizations:*", Resource="arn:aws:s3:::files/*")),
    Evasion("an administrator by NotResource", "iam-no-star-admin", _POLICY, _grant(Action="*", NotResource="arn:aws:s3:::none")),
    Evasion("a service in capitals", "iam-no-service-star", _POLICY, _grant(Action="S3:*", Resource="*")),
    Evasion("a service by its verbs", "iam-resource-star", _POLICY, _grant(Action=["s3:P*", "s3:D*"], Resource="*")),
    Evasion("PassRole by a pattern", "iam-passrole", _POLICY, _grant(Action="iam:P?ssRole", Resource="*")),
    Evasion("PassRole to every service", "iam-passrole", _POLICY, _grant(Action="iam:PassRole", Resource="arn:aws:iam::111122223333:role/a", Condition={"StringLike": {"iam:PassedToService": "*"}})),
    Evasion("PassRole of all roles by name", "iam-passrole", _POLICY, _grant(Action="iam:PassRole", Resource="arn:aws:iam::111122223333:role/*", Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}})),
    Evasion("escalation by a pattern", "iam-escalation", _POLICY, _grant(Action="iam:*tachRolePolicy", Resource="*")),
    Evasion("escalation by all users", "iam-escalation", _POLICY, _grant(Action="iam:CreateAccessKey", Resource="arn:aws:iam::*:user/*")),
    Evasion("escalation by a function", "iam-escalation", _POLICY, _grant(Action="lambda:Update*", Resource="arn:aws:lambda:*:*:function:*")),
    Evasion("all secrets by a pattern", "iam-data-star", _POLICY, _grant(Action="secretsmanager:Get*", Resource="arn:aws:secretsmanager:*:*:secret:*")),
    Evasion("all data by the bucket's star", "iam-data-star", _POLICY, _grant(Action="s3:Get*", Resource=["arn:aws:s3:::*", "arn:aws:s3:::*/*"])),
    Evasion("a policy inside a role", "iam-no-star-admin", _ROLE, {"inlinePolicies": [{"name": "a", "policy": document(Sid="It", Action="*", Resource="*")}]}),
    Evasion("trust of everybody by a loose condition", "iam-trust", _ROLE, {"assumeRolePolicy": document(Action="sts:AssumeRole", Principal={"AWS": "*"}, Condition={"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}})}),
    Evasion("halves of the internet", "net-sg-admin-ports", _GROUP, _ingress(cidrBlocks=["0.0.0.0/1", "128.0.0.0/1"])),
    Evasion("quarters of the internet", "net-sg-admin-ports", _GROUP, _ingress(cidrBlocks=["0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/2"])),
    Evasion("the internet of IPv6", "net-sg-admin-ports", _GROUP, _ingress(ipv6CidrBlocks=["::/0"])),
    Evasion("a range with SSH in it", "net-sg-admin-ports", _GROUP, _ingress(fromPort=20.0, toPort=30.0, cidrBlocks=["0.0.0.0/0"])),
    Evasion("every protocol", "net-sg-admin-ports", _GROUP, _ingress(protocol="-1", fromPort=0.0, toPort=0.0, cidrBlocks=["0.0.0.0/0"])),
    Evasion("a prefix list of halves", "net-prefix-list", "aws:ec2/managedPrefixList:ManagedPrefixList", {"entries": [{"cidr": "0.0.0.0/1"}, {"cidr": "128.0.0.0/1"}]}),
    Evasion("user data in base64", "aws-secret-literal", "aws:ec2/launchTemplate:LaunchTemplate", {"userData": base64.b64encode(_SCRIPT.encode()).decode()}),
    Evasion("user data packed", "aws-secret-literal", _MACHINE, {"userDataBase64": base64.b64encode(gzip.compress(_SCRIPT.encode(), mtime=0)).decode()}),
    Evasion("a password in a URL", "aws-secret-literal", _FUNCTION, _function(DATABASE="postgresql://app:hunter2hunter2@db:5432/app")),
    Evasion("a password in JSON in a variable", "aws-secret-literal", _FUNCTION, _function(CONFIG='{"db": {"password": "hunter2hunter2"}}')),
    Evasion("a password in camel case", "aws-secret-literal", _FUNCTION, _function(dbPassword="hunter2hunter2")),
    Evasion("a password under the name of a Secret that is there", "aws-secret-literal", _FUNCTION, _function(existing_secret_password="hunter2hunter2")),
    Evasion("a token in a command", "aws-secret-literal", _TASK, {"containerDefinitions": task(command=["run", "--token=" + "glpat-" + "a1B2c3D4e5F6g7H8i9J0"])}),
    Evasion("a secret under another name", "", _FUNCTION, _function(GREETING="hunter2hunter2"), "neither its form nor its name says that it is one"),
    Evasion("a secret cut in two", "", _FUNCTION, _function(A="hunter2", B="hunter2"), "neither half is one"),
    Evasion("privileged in capitals", "ecs-privileged", "aws:batch/jobDefinition:JobDefinition", {"containerProperties": '{"Image": "a:1", "Privileged": true}'}),
    Evasion("privileged as text", "ecs-privileged", _TASK, {"containerDefinitions": task(privileged="true")}),
    Evasion("root by its number", "ecs-root", _TASK, {"containerDefinitions": task(user="0:1000")}),
    Evasion("the machine by a capability", "ecs-capabilities", _TASK, {"containerDefinitions": task(linuxParameters={"capabilities": {"add": ["CAP_SYS_ADMIN"]}})}),
    Evasion("the machine by its files", "ecs-host-files", _TASK, {"containerDefinitions": task(), "volumes": [{"name": "a", "hostPath": "/run/docker.sock"}]}),
    Evasion("a bucket public by a grant", "s3-grants", "aws:s3/bucketAcl:BucketAcl", {"accessControlPolicy": {"grants": [{"grantee": {"type": "Group", "uri": "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"}}]}}),
    Evasion("an object public by its ACL", "s3-object-acl", "aws:s3/bucketObjectv2:BucketObjectv2", {"acl": "public-read"}),
    Evasion("an access point that opens", "aws-block-public", "aws:s3/accessPoint:AccessPoint", {"publicAccessBlockConfiguration": {"blockPublicPolicy": False}}),
    Evasion("a trail of reads alone", "trail-changes", "aws:cloudtrail/trail:Trail", {"eventSelectors": [{"readWriteType": "ReadOnly", "includeManagementEvents": True}]}),
    Evasion("a second way in beside IAM", "appsync-key", "aws:appsync/graphQLApi:GraphQLApi", {"authenticationType": "AWS_IAM", "additionalAuthenticationProviders": [{"authenticationType": "API_KEY"}]}),
    Evasion("a document made by a function", "", _KEY_POLICY, {"policy": "arn:aws:ssm:eu-west-1:111122223333:parameter/policy"}, "the document is not in the program: where it is unknown, scan-coverage tells of it"),
    Evasion("a server of one's own for data", "", _MACHINE, {"metadataOptions": {"httpTokens": "required", "httpPutResponseHopLimit": 1.0}, "rootBlockDevice": {"encrypted": True}, "userData": "#!/bin/sh\napt-get install -y redis\n"}, "what a machine installs is not read"),
]  # fmt: skip
