import ast
import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pulumi_aws as aws
import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data
from pydantic import ValidationError

from components.pipeline_access.component import PipelineAccess, PipelineAccessArgs, bind_roles
from components.pipeline_access.deploy_actions import ACTIONS
from components.pipeline_access.permissions import DOCUMENTS
from components.pipeline_access.settings import PipelineSettings
from components.pipeline_access.statements import NO_RESOURCE
from sandbox import aws_data
from sandbox import policy_documents as iam
from testing.cloud import Cloud
from testing.program import run_changed
from tests.policies.packs import Server
from tests.samples import TAGS
from tools.shapes import SHAPES, made

ROOT = Path(__file__).parents[3]
PROVIDER = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
IAM_LIMIT = 6144
ACCOUNT = "123456789012"
OWN = {"Project": "flowise", "Environment": "prod"}
# made by hand, or by the pipeline's own part, which the pipeline must not touch
NOT_DEPLOYED = {"iam/openIdConnectProvider", "iam/policy"}


def build(cloud: Cloud, *, binds: bool = False, **settings: Any) -> None:
    args = PipelineAccessArgs(
        settings=PipelineSettings(**{"repository": "acme/flowise", **settings}),
        project="flowise",
        stack="prod",
        hosted_zone_id="Z0123456789ABCDEFGHIJ",
        tags={**TAGS, **OWN},
    )

    def program() -> None:
        access = PipelineAccess("pipeline", args)
        if binds:
            bind_roles(access.boundary_arn)
            aws.iam.Role("other", assume_role_policy="{}")

    cloud.build(program)


def statements(cloud: Cloud, name: str) -> dict[str, dict[str, Any]]:
    return {each["Sid"]: each for each in json.loads(cloud.named(name).inputs["policy"])["Statement"]}


def trust(cloud: Cloud, name: str) -> dict[str, Any]:
    (statement,) = json.loads(cloud.named(name).inputs["assumeRolePolicy"])["Statement"]
    found: dict[str, Any] = statement
    return found


def attached(cloud: Cloud, role: str) -> set[str]:
    return {
        each.name.removeprefix(f"pipeline-{role}-")
        for each in cloud.of(aws.iam.RolePolicyAttachment)
        if each.name.startswith(f"pipeline-{role}-")
    }


def test_it_builds_with_and_without_knowing_the_cloud(any_cloud: Cloud) -> None:
    build(any_cloud)
    assert len(any_cloud.of(aws.iam.Role)) == 2


def test_tokens_of_one_repository_open_each_role_in_its_environment_and_on_main_alone(cloud: Cloud) -> None:
    build(cloud)
    provider = cloud.only(aws.iam.OpenIdConnectProvider).inputs
    assert (provider["url"], provider["clientIdLists"]) == (
        "https://token.actions.githubusercontent.com",
        ["sts.amazonaws.com"],
    )
    for role, subject in {
        "plan": "repo:acme/flowise:environment:drift-prod",
        "deploy": "repo:acme/flowise:environment:prod",
    }.items():
        said = trust(cloud, f"pipeline-{role}")
        assert said["Action"] == ["sts:AssumeRoleWithWebIdentity"]
        assert said["Condition"] == {
            "StringEquals": {
                "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                "token.actions.githubusercontent.com:sub": subject,
                "token.actions.githubusercontent.com:ref": "refs/heads/main",
            }
        }


@pytest.mark.parametrize("environment", ["ranking-prod", "a.b_c"])
def test_a_system_s_roles_are_opened_in_environments_of_its_own(environment: str, cloud: Cloud) -> None:
    build(cloud, environment=environment)
    for role, begins in (("plan", "drift-"), ("deploy", "")):
        (said,) = trust(cloud, f"pipeline-{role}")["Condition"].values()
        subject = f"repo:acme/flowise:environment:{begins}{environment}"
        assert said["token.actions.githubusercontent.com:sub"] == subject


@pytest.mark.parametrize("environment", ["*", "prod:ref:x", "a b", ""])
def test_no_environment_is_another_claim_or_all_of_them(environment: str) -> None:
    with pytest.raises(ValidationError):
        PipelineSettings(repository="acme/flowise", environment=environment)


def test_a_provider_that_the_account_has_is_used(cloud: Cloud) -> None:
    build(cloud, existing_provider_arn=PROVIDER)
    assert cloud.of(aws.iam.OpenIdConnectProvider) == []
    assert trust(cloud, "pipeline-deploy")["Principal"] == {"Federated": PROVIDER}


def test_who_plans_reads_no_value(cloud: Cloud) -> None:
    build(cloud)
    assert attached(cloud, "plan") == {"reads", "keeps-secrets"}
    denied = statements(cloud, "pipeline-keeps-secrets")
    assert {each["Effect"] for each in denied.values()} == {"Deny"}
    for sid, action in {
        "NoValues": "secretsmanager:GetSecretValue",
        "NoObjects": "s3:GetObject*",
        "NoDecryption": "kms:Decrypt",
        "NoContents": "logs:FilterLogEvents",
    }.items():
        assert action in denied[sid]["Action"]
        assert denied[sid]["Resource"] == ["*"]
    assert denied["NoParameters"]["NotResource"] == ["arn:aws:ssm:*::parameter/aws/service/*"]


def test_who_deploys_puts_metrics_of_deployments_alone(cloud: Cloud) -> None:
    build(cloud)
    told = statements(cloud, "pipeline-operations")["TellsHowItWent"]
    assert told["Action"] == ["cloudwatch:PutMetricData"]
    assert told["Condition"] == {"StringEquals": {"cloudwatch:namespace": "Platform/Deployments"}}
    assert "--namespace Platform/Deployments " in (ROOT / ".ci" / "deploy").read_text()


def test_who_deploys_calls_back_what_was_parked(cloud: Cloud) -> None:
    build(cloud)
    alarms = statements(cloud, "pipeline-operations")["AlarmsTellAgain"]
    database = statements(cloud, "pipeline-data")["DatabaseStartsAgain"]
    assert (alarms["Action"], database["Action"]) == (["cloudwatch:EnableAlarmActions"], ["rds:StartDBInstance"])
    assert "*" not in (*alarms["Resource"], *database["Resource"])
    rest = {
        each
        for name in ("cluster", "network")
        for one in statements(cloud, f"pipeline-{name}").values()
        for each in one["Action"]
    }
    assert {"eks:UpdateNodegroupConfig", "ec2:StartInstances"} <= rest


def test_the_state_alone_is_spared(cloud: Cloud) -> None:
    build(cloud, state_bucket="acme-state", state_key_arn=KEY)
    said = statements(cloud, "pipeline-keeps-secrets")
    objects = [
        "arn:aws:s3:::acme-state/*.pulumi/stacks/flowise/prod.*",
        "arn:aws:s3:::acme-state/*.pulumi/history/flowise/prod/*",
        "arn:aws:s3:::acme-state/*.pulumi/backups/flowise/prod/*",
        "arn:aws:s3:::acme-state/*.pulumi/locks/*/flowise/prod/*",
    ]
    assert said["NoObjects"]["NotResource"] == [*objects, "arn:aws:s3:::acme-state/*.pulumi/meta.yaml"]
    assert said["NoDecryption"]["NotResource"] == [KEY]
    assert said["ReadsTheStatesSecrets"]["Resource"] == [KEY]
    written = statements(cloud, "pipeline-data")
    assert written["KeepsTheState"]["Resource"] == objects
    assert written["LocksTheState"]["Resource"] == [KEY]


def test_the_boundary_holds_for_both_and_for_every_role_made_after_them(cloud: Cloud) -> None:
    build(cloud, binds=True)
    boundary = "arn:aws:iam::123456789012:policy/flowise-prod-pipeline-boundary"
    assert cloud.named("pipeline-boundary").inputs["name"] == "flowise-prod-pipeline-boundary"
    for role in ("pipeline-plan", "pipeline-deploy", "other"):
        assert cloud.named(role).inputs["permissionsBoundary"].endswith(":policy/flowise-prod-pipeline-boundary")
    said = statements(cloud, "pipeline-boundary")
    made = said["NoRoleBeyondTheBoundary"]
    assert made["Condition"] == {"StringNotEquals": {"iam:PermissionsBoundary": boundary}}
    assert {"iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"} <= set(made["Action"])


def arn(service: str, rest: str) -> str:
    where = "" if service == "iam" else "eu-west-1"
    return f"arn:aws:{service}:{where}:{ACCOUNT}:{rest}"


def tagged(prefix: str = "aws:ResourceTag", **tags: str) -> dict[str, Any]:
    return {f"{prefix}/{key}": value for key, value in tags.items()}


BOUNDARY = arn("iam", "policy/flowise-prod-pipeline-boundary")
OTHER_BOUNDARY = arn("iam", "policy/flowise-dev-pipeline-boundary")
MACHINE = arn("ec2", "instance/i-0123456789abcdef0")
TEMPLATE = arn("ec2", "launch-template/lt-0123456789abcdef0")
OPERATOR = tagged("ssm:resourceTag", Name="flowise-prod-operator", **OWN)
SHELL = arn("ssm", "document/SSM-SessionManagerRunShell")
FORWARD = "arn:aws:ssm:eu-west-1::document/AWS-StartPortForwardingSessionToRemoteHost"
CHECKED = {"ssm:SessionDocumentAccessCheck": "true"}
STATE = "arn:aws:s3:::acme-state/.pulumi"
BOUND = {"iam:PermissionsBoundary": BOUNDARY}
# a vault, and what the program says of its lock
VAULT, LOCKED = arn("backup", "backup-vault:flowise-prod-vault"), {"backup:MinRetentionDays": "7"}
ADMINISTRATOR = [{"Statement": [{"Effect": "Allow", "Action": ["*"], "Resource": ["*"]}]}]
# What ends at the boundary, whatever a role's policies allow: action, resource, and what the request says besides.
ESCAPES: list[tuple[str, str, dict[str, Any]]] = [
    # policies: its own, the other stack's, anybody's
    *(
        (f"iam:{action}", policy, {})
        for action in ("CreatePolicyVersion", "SetDefaultPolicyVersion", "DeletePolicyVersion", "DeletePolicy")
        for policy in (BOUNDARY, OTHER_BOUNDARY, arn("iam", "policy/administrators"))
    ),
    ("iam:CreatePolicy", arn("iam", "policy/flowise-prod-mine"), {}),
    # who somebody is
    ("iam:CreateUser", arn("iam", "user/ada"), {}),
    ("iam:CreateUser", arn("iam", "user/flowise-prod-ada"), {}),
    ("iam:CreateAccessKey", arn("iam", "user/ada"), {}),
    ("iam:UpdateLoginProfile", arn("iam", "user/ada"), {}),
    ("iam:AddUserToGroup", arn("iam", "group/administrators"), {}),
    ("iam:DeactivateMFADevice", arn("iam", "user/ada"), {}),
    ("iam:DeleteVirtualMFADevice", arn("iam", "mfa/ada"), {}),
    ("iam:UploadSigningCertificate", arn("iam", "user/ada"), {}),
    ("iam:UpdateAccountPasswordPolicy", "*", {}),
    ("iam:CreateSAMLProvider", arn("iam", "saml-provider/acme"), {}),
    ("iam:UpdateSAMLProvider", arn("iam", "saml-provider/acme"), {}),
    ("iam:CreateOpenIDConnectProvider", arn("iam", "oidc-provider/evil.example.com"), {}),
    ("iam:AddClientIDToOpenIDConnectProvider", PROVIDER, {}),
    ("iam:UpdateOpenIDConnectProviderThumbprint", PROVIDER, {}),
    ("sso:CreateAccountAssignment", "arn:aws:sso:::instance/ssoins-1", {}),
    ("sso-directory:CreateUser", "*", {}),
    ("identitystore:CreateGroupMembership", "*", {}),
    ("rolesanywhere:CreateTrustAnchor", "*", {}),
    ("cognito-identity:SetIdentityPoolRoles", "*", {}),
    ("organizations:LeaveOrganization", "*", {}),
    ("account:CloseAccount", "*", {}),
    ("sts:AssumeRoot", "arn:aws:iam::210987654321:root", {}),
    ("sts:GetFederationToken", arn("sts", "federated-user/ada"), {}),
    # roles
    ("sts:AssumeRole", arn("iam", "role/administrator"), {}),
    ("sts:AssumeRole", "arn:aws:iam::210987654321:role/flowise-prod-app", {}),
    ("iam:PassRole", arn("iam", "role/administrator"), {}),
    ("iam:PassRole", arn("iam", "role/flowise-production-app"), {}),
    ("iam:PassRole", arn("iam", "role/flowise-prod-pipeline-deploy"), {}),
    ("iam:UpdateAssumeRolePolicy", arn("iam", "role/administrator"), {}),
    ("iam:UpdateAssumeRolePolicy", arn("iam", "role/flowise-prod-pipeline-plan"), {}),
    ("iam:AttachRolePolicy", arn("iam", "role/flowise-prod-pipeline-deploy"), BOUND),
    ("iam:DeleteRolePermissionsBoundary", arn("iam", "role/flowise-prod-pipeline-deploy"), BOUND),
    ("iam:DeleteRolePermissionsBoundary", arn("iam", "role/flowise-prod-app-1a2b3c"), BOUND),
    ("iam:CreateRole", arn("iam", "role/flowise-prod-app-1a2b3c"), {}),
    ("iam:CreateRole", arn("iam", "role/flowise-prod-app-1a2b3c"), {"iam:PermissionsBoundary": OTHER_BOUNDARY}),
    ("iam:PutRolePolicy", arn("iam", "role/flowise-prod-old"), {}),
    # backups: a lock that is gone, or that holds for less than a week
    ("backup:DeleteBackupVaultLockConfiguration", VAULT, {}),
    *(("backup:PutBackupVaultLockConfiguration", VAULT, says) for says in ({"backup:MinRetentionDays": "1"}, {})),
    ("iam:AddRoleToInstanceProfile", arn("iam", "instance-profile/somebodys"), {}),
    # code under a role of somebody else
    ("lambda:UpdateFunctionCode", arn("lambda", "function:billing"), {}),
    ("lambda:UpdateFunctionCode", arn("lambda", "function:cwsyn-flowise-dev-answers-1"), {}),
    ("lambda:AddPermission", arn("lambda", "function:billing"), {}),
    ("synthetics:UpdateCanary", arn("synthetics", "canary:billing"), {}),
    ("ssm:SendCommand", MACHINE, tagged(**OWN)),
    ("ssm:StartAutomationExecution", "*", {}),
    ("ssm:CreateAssociation", MACHINE, {}),
    ("ssm:AddTagsToResource", arn("ssm", "managed-instance/mi-0123"), {}),
    ("ecs:ExecuteCommand", arn("ecs", "task/billing/0123"), {}),
    ("ecs:RunTask", arn("ecs", "task-definition/billing:1"), {}),
    ("codebuild:StartBuild", arn("codebuild", "project/billing"), {}),
    ("cloudformation:UpdateStack", arn("cloudformation", "stack/billing/0123"), {}),
    ("glue:UpdateJob", arn("glue", "job/billing"), {}),
    ("states:UpdateStateMachine", arn("states", "stateMachine:billing"), {}),
    ("sagemaker:CreatePresignedNotebookInstanceUrl", arn("sagemaker", "notebook-instance/ada"), {}),
    ("ec2-instance-connect:SendSSHPublicKey", MACHINE, tagged(**OWN)),
    ("ecr:PutImage", arn("ecr", "repository/billing"), {}),
    ("eks:CreateAccessEntry", arn("eks", "cluster/billing"), {}),
    ("eks:AssociateAccessPolicy", arn("eks", "access-entry/flowise-production/role/1/ada/2"), {}),
    *(
        (f"ec2:{action}", what, whose)
        for whose in ({}, tagged(Project="billing", Environment="prod"), tagged(Project="flowise", Environment="dev"))
        for action, what in (
            ("ModifyInstanceAttribute", MACHINE),
            ("CreateReplaceRootVolumeTask", MACHINE),
            ("DetachVolume", MACHINE),
            ("CreateLaunchTemplateVersion", TEMPLATE),
            ("ModifyLaunchTemplate", TEMPLATE),
        )
    ),
    # a machine that was tagged so as to look like its own, whatever the case of the key
    *(
        (f"ec2:{verb}Tags", what, {"aws:TagKeys": ["Name", key]})
        for verb in ("Create", "Delete")
        for what in (MACHINE, TEMPLATE)
        for key in ("Project", "Environment", "project")
    ),
    # sessions: on other machines, on a machine with its name alone, and a shell
    ("ssm:StartSession", MACHINE, CHECKED),
    ("ssm:StartSession", MACHINE, {**tagged("ssm:resourceTag", Name="flowise-prod-operator"), **CHECKED}),
    ("ssm:StartSession", MACHINE, {**OPERATOR, "ssm:resourceTag/Environment": "dev", **CHECKED}),
    ("ssm:StartSession", MACHINE, {**OPERATOR, "ssm:SessionDocumentAccessCheck": "false"}),
    ("ssm:StartSession", arn("ssm", "managed-instance/mi-0123"), {**OPERATOR, **CHECKED}),
    ("ssm:StartSession", arn("ecs", "task/billing/0123"), CHECKED),
    ("ssm:StartSession", SHELL, CHECKED),
    ("ssm:StartSession", "arn:aws:ssm:eu-west-1::document/AWS-StartInteractiveCommand", CHECKED),
    # the other stack in the same account
    *(
        (action, "*", tagged(Project="flowise", Environment="dev"))
        for action in ("kms:Decrypt", "kms:TagResource", "secretsmanager:GetSecretValue", "ec2:CreateSnapshot")
    ),
    ("ec2:CreateTags", arn("ec2", "vpc/vpc-0123"), tagged(Project="flowise", Environment="dev")),
    *(
        (f"s3:{verb}Object", f"{STATE}/stacks/flowise/{stack}.json", {})
        for verb in ("Get", "Put")
        for stack in ("dev", "production")
    ),
    ("s3:PutObject", f"{STATE}/meta.yaml", {}),
    ("s3:PutBucketPolicy", "arn:aws:s3:::acme-state", {}),
]
# What the boundary must not end: it is what makes, changes, deletes and runs the stack.
NEEDED: list[tuple[str, str, dict[str, Any]]] = [
    ("backup:PutBackupVaultLockConfiguration", VAULT, LOCKED),
    *(
        (f"iam:{action}", arn("iam", f"role/{role}"), BOUND)
        for role in ("flowise-prod-app-1a2b3c", "flowise-prod/secret-readers/flowise-prod-db-4d5e6f")
        for action in (
            "CreateRole",
            "PutRolePolicy",
            "AttachRolePolicy",
            "UpdateAssumeRolePolicy",
            "TagRole",
            "DeleteRole",
        )
    ),
    ("iam:PassRole", arn("iam", "role/flowise-prod-cluster-1a2b3c"), {"iam:PassedToService": "eks.amazonaws.com"}),
    (
        "iam:CreateServiceLinkedRole",
        arn("iam", "role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS"),
        {},
    ),
    ("iam:AddRoleToInstanceProfile", arn("iam", "instance-profile/flowise-prod-node-1a2b3c"), {}),
    ("iam:GetRole", arn("iam", "role/flowise-prod-pipeline-deploy"), {}),
    ("iam:GetPolicyVersion", BOUNDARY, {}),
    ("sts:AssumeRole", arn("iam", "role/flowise-prod/secret-readers/flowise-prod-db-4d5e6f"), {}),
    ("eks:CreateCluster", arn("eks", "cluster/flowise-prod"), {}),
    ("eks:UpdateNodegroupConfig", arn("eks", "nodegroup/flowise-prod/system/0123"), tagged(**OWN)),
    ("ec2:RunInstances", MACHINE, {}),
    *(
        ("ec2:CreateTags", what, {"aws:TagKeys": ["Project", "Environment"], "ec2:CreateAction": made})
        for what, made in ((MACHINE, "RunInstances"), (MACHINE, "CreateFleet"), (TEMPLATE, "CreateLaunchTemplate"))
    ),
    # Karpenter names its nodes later; the provider tags a VPC's default group when it takes it over
    ("ec2:CreateTags", MACHINE, {"aws:TagKeys": ["Name", "karpenter.sh/nodeclaim"], **tagged(**OWN)}),
    ("ec2:CreateTags", arn("ec2", "security-group/sg-0123"), {"aws:TagKeys": ["Project", "Environment"]}),
    ("ec2:ModifyInstanceAttribute", MACHINE, tagged(**OWN)),
    ("ec2:CreateLaunchTemplateVersion", TEMPLATE, tagged(**OWN)),
    ("ec2:AttachVolume", MACHINE, tagged(**OWN)),
    ("ec2:AttachVolume", arn("ec2", "volume/vol-0123"), {}),
    ("ssm:StartSession", MACHINE, {**OPERATOR, **CHECKED}),
    ("ssm:StartSession", FORWARD, CHECKED),
    ("lambda:CreateFunction", arn("lambda", "function:cwsyn-flowise-prod-answers-0123"), {}),
    ("kms:Decrypt", KEY, tagged(Project="flowise", Environment="shared")),
    ("ecr:BatchGetImage", arn("ecr", "repository/flowise"), tagged(Project="flowise", Environment="shared")),
    ("s3:PutObject", f"{STATE}/stacks/flowise/prod.json", {}),
    ("s3:DeleteObject", f"{STATE}/locks/organization/flowise/prod/0123.json", {}),
    ("s3:GetObject", f"{STATE}/meta.yaml", {}),
    ("s3:ListBucket", "arn:aws:s3:::acme-state", {}),
    ("s3:PutObject", "arn:aws:s3:::flowise-prod-app-files-0123/flow.json", {}),
]


def bounded(cloud: Cloud) -> Any:
    build(cloud, state_bucket="acme-state", state_key_arn=KEY)
    return json.loads(cloud.named("pipeline-boundary").inputs["policy"])


def test_nothing_leads_out_of_the_boundary_and_what_is_needed_lies_within(cloud: Cloud) -> None:
    boundary = bounded(cloud)
    judged = {
        wanted: [each for each in table if iam.allowed(*each, policies=ADMINISTRATOR, boundary=boundary) != wanted]
        for wanted, table in ((False, ESCAPES), (True, NEEDED))
    }
    assert judged == {False: [], True: []}


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_the_packs_take_the_boundary_with_exceptions_that_it_needs(cloud: Cloud, stack: str) -> None:
    bounded(cloud)
    props = {"policy": cloud.named("pipeline-boundary").inputs["policy"]}
    levels = json.loads((ROOT / "policies" / f"levels.{stack}.json").read_text())["rules"]
    found = Server("security", {**levels, "exceptions": []}).judge(
        "aws:iam/policy:Policy", props, name="pipeline-boundary"
    )
    excepted = {each["rule"] for each in levels["exceptions"] if each["resource"].endswith("::pipeline-boundary")}
    assert {each.rule for each in found if each.level == "mandatory"} == excepted


def test_every_action_on_identities_but_reading_ends_at_names(cloud: Cloud) -> None:
    boundary = bounded(cloud)
    actions = aws_data.read("AdditionalSpecs/Policies.json")["iam"]["Actions"]
    writes = {name for name in actions if not name.startswith(("get", "list"))}
    assert len(writes) > 100
    for resource in ("*", arn("iam", "user/ada"), OTHER_BOUNDARY, arn("iam", "role/administrator"), PROVIDER):
        assert not [
            w for w in writes if iam.allowed(f"iam:{w}", resource, {}, policies=ADMINISTRATOR, boundary=boundary)
        ]
    # and on a role of the pipeline's own nothing changes it
    own = {name for name in writes if "role" in (actions[name].get("Resources") or ())}
    assert {"attachrolepolicy", "passrole", "updateassumerolepolicy"} <= own
    harmless = {name for name in own if name.startswith(("generate", "simulate"))}
    role = arn("iam", "role/flowise-prod-pipeline-deploy")
    assert not [
        o for o in own - harmless if iam.allowed(f"iam:{o}", role, BOUND, policies=ADMINISTRATOR, boundary=boundary)
    ]


def sample(pattern: str) -> str:
    """Return a resource of a pattern."""
    return pattern if pattern == "*" else pattern.replace("*", "a")


def test_all_that_deploying_is_allowed_lies_within_the_boundary(cloud: Cloud) -> None:
    boundary = bounded(cloud)
    for topic in DOCUMENTS:
        policy = json.loads(cloud.named(f"pipeline-{topic}").inputs["policy"])
        for said in policy["Statement"]:
            keys = {**BOUND, **LOCKED, **said_keys(said)}
            ended = [
                (action, resource)
                for action in said["Action"]
                for resource in said["Resource"]
                if not iam.allowed(action, sample(resource), keys, policies=[policy], boundary=boundary)
                # machines that bear no tags yet are none of its own
                and not (action in MACHINE_WRITES and "ec2" in resource)
            ]
            assert ended == [], said["Sid"]


MACHINE_WRITES = {"ec2:CreateLaunchTemplateVersion", "ec2:ModifyInstanceAttribute", "ec2:ModifyLaunchTemplate"}


def said_keys(said: dict[str, Any]) -> dict[str, Any]:
    """Return what a request says where a statement's conditions hold."""
    keys: dict[str, Any] = {}
    for tests in said.get("Condition", {}).values():
        for key, wanted in tests.items():
            keys[key] = wanted if isinstance(wanted, str) else wanted[0]
    return {key: sample(value) for key, value in keys.items()}


# What AWS's policies for backups allow beside what is backed up here: volumes, buckets and databases.
NOT_BACKED_UP = {
    *("backup-gateway", "cloudformation", "ds", "dsql", "dynamodb", "elasticfilesystem", "fsx", "redshift"),
    *("redshift-serverless", "ssm-sap", "storagegateway", "timestream"),
}
# and what else AWS's policies allow that nobody asks for: clusters and machines are restored by nobody, nothing is in a
# tree of groups of ours
NOT_NEEDED = {
    *("ssm:CancelCommand", "ssm:SendCommand", "autoscaling:UpdateAutoScalingGroup"),
    *(f"eks:{verb}AccessPolicy" for verb in ("Associate", "Disassociate")),
    *(f"eks:Create{what}" for what in ("AccessEntry", "Addon", "Cluster", "FargateProfile", "Nodegroup")),
    *("eks:CreatePodIdentityAssociation", "eks:TagResource"),
}


# between them they have every role that the program makes
@pytest.mark.parametrize("shape", ["prod-with-a-pipeline", "dev-with-traces-and-datadog"])
def test_what_roles_are_granted_lies_within_the_boundary(shape: str) -> None:
    """Each statement of each role's own policies, and each action of AWS's, on machines of the stack."""
    given = SHAPES[shape]
    changes = {**given.changes, "flowise:pipeline": {"repository": "acme/flowise"}}
    has_one = changes == given.changes
    cloud = (made(shape) if has_one else run_changed(given.stack, Cloud(answers=given.answers), changes)).cloud
    boundary = json.loads(cloud.named("pipeline-boundary").inputs["policy"])
    environment = changes.get("flowise:environment", given.stack)
    own = {"Project": "flowise", "Environment": environment}
    tags = {**tagged(**own), **tagged("ssm:resourceTag", **own)}
    policies = [json.loads(each.inputs["policy"]) for each in cloud.of(aws.iam.RolePolicy)]
    assert len(policies) > 5
    ended = {
        (action, resource)
        for policy in policies
        for said in policy["Statement"]
        for action in said["Action"]
        # the mocks name roles without what autonaming puts before
        for resource in (each.replace(":role/role-", f":role/flowise-{given.stack}-role-") for each in said["Resource"])
        if not iam.allowed(action, resource, {**tags, **said_keys(said)}, policies=ADMINISTRATOR, boundary=boundary)
    }
    assert ended == set()
    managed = json.loads(aws_managed_policies_data)
    names = {each.inputs["policyArn"].rpartition("/")[2] for each in cloud.of(aws.iam.RolePolicyAttachment)}
    granted = {
        action
        for name in names & managed.keys() - {"ReadOnlyAccess"}
        for said in managed[name]["Document"]["Statement"]
        for action in ([said["Action"]] if isinstance(said["Action"], str) else said["Action"])
        if action.partition(":")[0] not in NOT_BACKED_UP
    }
    assert len(granted) > 50
    role = arn("iam", f"role/flowise-{given.stack}-app")
    ended_of_aws = {
        action
        for action in granted - NOT_NEEDED
        if not iam.allowed(
            action, role if action.startswith("iam:") else "*", tags, policies=ADMINISTRATOR, boundary=boundary
        )
    }
    assert ended_of_aws == set()


def test_roles_are_handed_to_named_services_and_only_the_stacks_own(cloud: Cloud) -> None:
    build(cloud)
    passes = statements(cloud, "pipeline-cluster")["HandsRolesToServices"]
    assert all("role/flowise-prod" in each for each in passes["Resource"])
    assert "eks.amazonaws.com" in passes["Condition"]["StringEquals"]["iam:PassedToService"]


def test_no_action_is_a_pattern_and_every_document_fits(cloud: Cloud) -> None:
    build(cloud, state_bucket="acme-state", state_key_arn=KEY)
    assert attached(cloud, "deploy") == {"reads", *DOCUMENTS}
    for topic in ("boundary", "keeps-secrets"):
        assert len("".join(cloud.named(f"pipeline-{topic}").inputs["policy"].split())) <= IAM_LIMIT
    for topic in DOCUMENTS:
        text = cloud.named(f"pipeline-{topic}").inputs["policy"]
        assert len("".join(text.split())) <= IAM_LIMIT
        for said in statements(cloud, f"pipeline-{topic}").values():
            assert not any("*" in action for action in said["Action"])
            assert said["Resource"] != ["*"] or said["Sid"] in {"HasNoResourceYet", "TellsHowItWent"}


def used_types() -> Iterator[str]:
    for path in (ROOT / "components").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                found = re.fullmatch(r"aws\.(\w+)\.([A-Z]\w*?)", ast.unparse(node.func))
                if found and not found[2].endswith("Args"):
                    yield f"{found[1]}/{found[2][0].lower()}{found[2][1:]}"


def test_every_type_of_the_program_can_be_deployed_and_no_other() -> None:
    assert set(used_types()) - NOT_DEPLOYED == set(ACTIONS)


def test_every_action_is_one_that_aws_has_and_goes_into_a_document() -> None:
    known = aws_data.read("AdditionalSpecs/Policies.json")
    actions = {action for each in ACTIONS.values() for action in each}
    assert len(actions) > 200
    unknown = [a for a in actions if a.partition(":")[2].lower() not in known[a.partition(":")[0]]["Actions"]]
    assert unknown == []
    services = {action.partition(":")[0] for action in actions}
    assert services == {service for each in DOCUMENTS.values() for service in each}


# What the Service Authorization Reference lists for an action and the program does not make or touch.
UNUSED = {
    "appconfig": {"experimentdefinition", "experimentrun", "extension", "extensionassociation"},
    "ec2": {"elastic-inference", "group", "license-configuration", "snapshot"},
    "eks": {"capability", "dashboard", "eks-anywhere-subscription", "fargateprofile", "identityproviderconfig"},
    "elasticache": {
        *("globalreplicationgroup", "reserved-instance", "securitygroup", "serverlesscache"),
        "serverlesscachesnapshot",
    },
    "events": {"event-bus", "event-busv2", "event-sourcev2", "subscriber"},
    "lambda": {"code signing config"},
    "rds": {
        *("cev", "cluster", "cluster-auto-backup", "cluster-endpoint", "cluster-pg", "cluster-snapshot"),
        *("global-cluster", "integration", "proxy-endpoint", "ri", "secgrp", "shardgrp"),
        *("snapshot-tenant-database", "tenant-database"),
    },
    "s3": {"accesspointobject"},
    "synthetics": {"group"},
}
# Ids that services make; whatever else bears a name of ours. Sources: the API references' own examples.
MADE_UP = {
    ("eks", "cluster"): "flowise-prod",
    **{("eks", kind): "flowise-prod/thing/0123" for kind in ("access-entry", "addon", "nodegroup")},
    ("eks", "podidentityassociation"): "flowise-prod/a-0123456789abcdef0",
    ("rds", "auto-backup"): "ab-0123456789abcdef",
    ("rds", "deployment"): "bgd-0123456789abcdef",
    ("rds", "proxy"): "prx-0123456789abcdef0",
    ("rds", "target-group"): "prx-tg-0123456789abcdef0",
    ("lambda", "function"): "cwsyn-flowise-prod-check-canary-1a2b3c4d-0123",
    ("lambda", "layer"): "cwsyn-flowise-prod-check-canary-1a2b3c4d-0123",
    ("route53", "hostedzone"): "Z0123456789ABCDEFGHIJ",
    ("route53", "healthcheck"): "01234567-89ab-cdef-0123-456789abcdef",
}


def test_whatever_an_action_is_about_can_be_named_in_its_statement(cloud: Cloud) -> None:
    build(cloud)
    known = aws_data.read("AdditionalSpecs/Policies.json")
    allowed = [said for topic in DOCUMENTS for said in statements(cloud, f"pipeline-{topic}").values()]
    missing = set()
    for action in {action for each in ACTIONS.values() for action in each}:
        service, _, name = action.partition(":")
        where = {pattern for said in allowed if action in said["Action"] for pattern in said["Resource"]}
        kinds = known[service]["Actions"][name.lower()].get("Resources", [])
        if not kinds and "*" not in where:
            missing.add(f"{action} is about nothing, and is allowed on {sorted(where)} alone")
        for kind in set(kinds) - UNUSED.get(service, set()):
            named = MADE_UP.get((service, kind), "flowise-prod-thing-1a2b3c4d")
            for form in known[service]["Resources"].get(kind, {}).get("ARNFormats", []):
                arn = form.replace(".*", named)
                for part, value in (("Partition", "aws"), ("Region", "eu-west-1"), ("Account", "123456789012")):
                    arn = arn.replace(f"${{{part}}}", value)
                if not any(fnmatchcase(arn, pattern) for pattern in where):
                    missing.add(f"{action} on {arn}")
    assert missing == set()


def test_only_what_is_about_nothing_is_allowed_everywhere() -> None:
    known = aws_data.read("AdditionalSpecs/Policies.json")
    actions = {action for each in ACTIONS.values() for action in each}
    about = {a: known[a.partition(":")[0]]["Actions"][a.partition(":")[2].lower()].get("Resources") for a in actions}
    assert {action for action, kinds in about.items() if not kinds} == NO_RESOURCE


def test_rds_may_keep_the_masters_password_and_no_other_secret_is_reached_by_that(cloud: Cloud) -> None:
    build(cloud)
    said = statements(cloud, "pipeline-data")["LetsRdsKeepAPassword"]
    assert said["Resource"] == ["arn:aws:secretsmanager:*:123456789012:secret:rds!*"]
    assert "secretsmanager:CreateSecret" in said["Action"]
    assert "secretsmanager:GetSecretValue" not in said["Action"]


def test_private_names_of_endpoints_and_what_services_leave_behind_are_not_forgotten() -> None:
    assert "route53:AssociateVPCWithHostedZone" in ACTIONS["ec2/vpcEndpoint"]
    for kind in ("ec2/securityGroup", "ec2/subnet"):
        assert {"ec2:DetachNetworkInterface", "ec2:DeleteNetworkInterface"} <= set(ACTIONS[kind])
