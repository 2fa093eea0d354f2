import ast
import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pulumi_aws as aws
import pytest

from components.parts.pipeline_access import PipelineAccess, PipelineAccessArgs, bind_roles
from components.planning.deploy_actions import ACTIONS
from components.planning.pipeline_permissions import DOCUMENTS
from components.settings import PipelineSettings
from sandbox import aws_data
from tests.cloud import Cloud
from tests.samples import TAGS

ROOT = Path(__file__).parents[2]
PROVIDER = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
IAM_LIMIT = 6144
# made by hand, or by the pipeline's own part, which the pipeline must not touch
NOT_DEPLOYED = {"iam/openIdConnectProvider", "iam/policy"}


def build(cloud: Cloud, *, binds: bool = False, **settings: Any) -> None:
    args = PipelineAccessArgs(
        settings=PipelineSettings(**{"repository": "acme/flowise", **settings}),
        stack="prod",
        stack_name="flowise-prod",
        tags=TAGS,
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


def test_tokens_of_one_repository_open_each_role_in_named_contexts_alone(cloud: Cloud) -> None:
    build(cloud)
    provider = cloud.only(aws.iam.OpenIdConnectProvider).inputs
    assert (provider["url"], provider["clientIdLists"]) == (
        "https://token.actions.githubusercontent.com",
        ["sts.amazonaws.com"],
    )
    for role, subjects in {
        "plan": ["repo:acme/flowise:pull_request", "repo:acme/flowise:ref:refs/heads/main"],
        "deploy": ["repo:acme/flowise:environment:prod"],
    }.items():
        said = trust(cloud, f"pipeline-{role}")
        assert said["Action"] == ["sts:AssumeRoleWithWebIdentity"]
        assert said["Condition"] == {
            "StringEquals": {
                "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                "token.actions.githubusercontent.com:sub": subjects,
            }
        }


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
    }.items():
        assert action in denied[sid]["Action"]
        assert denied[sid]["Resource"] == ["*"]
    assert denied["NoParameters"]["NotResource"] == ["arn:aws:ssm:*::parameter/aws/service/*"]


def test_who_deploys_puts_metrics_of_deployments_alone(cloud: Cloud) -> None:
    build(cloud)
    told = statements(cloud, "pipeline-operations")["TellsHowItWent"]
    assert told["Action"] == ["cloudwatch:PutMetricData"]
    assert told["Condition"] == {"StringEquals": {"cloudwatch:namespace": "Flowise/Deployments"}}
    assert "--namespace Flowise/Deployments " in (ROOT / ".ci" / "deploy").read_text()


def test_the_state_alone_is_spared(cloud: Cloud) -> None:
    build(cloud, state_bucket="acme-state", state_key_arn=KEY)
    said = statements(cloud, "pipeline-keeps-secrets")
    assert said["NoObjects"]["NotResource"] == ["arn:aws:s3:::acme-state/*"]
    assert said["NoDecryption"]["NotResource"] == [KEY]
    assert said["ReadsTheStatesSecrets"]["Resource"] == [KEY]
    written = statements(cloud, "pipeline-data")
    assert written["KeepsTheState"]["Resource"] == ["arn:aws:s3:::acme-state/*"]
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


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:CreateUser", "arn:aws:iam::123456789012:user/ada"),
        ("iam:CreateAccessKey", "arn:aws:iam::123456789012:user/ada"),
        ("organizations:LeaveOrganization", "*"),
        ("account:CloseAccount", "*"),
        ("iam:DeleteRolePermissionsBoundary", "arn:aws:iam::123456789012:role/flowise-prod-pipeline-deploy"),
        ("iam:CreatePolicyVersion", "arn:aws:iam::123456789012:policy/flowise-prod-pipeline-boundary"),
        ("iam:UpdateAssumeRolePolicy", "arn:aws:iam::123456789012:role/flowise-prod-pipeline-plan"),
        ("iam:UpdateAssumeRolePolicy", "arn:aws:iam::123456789012:role/administrator"),
        ("sts:AssumeRole", "arn:aws:iam::123456789012:role/administrator"),
        ("iam:UpdateOpenIDConnectProviderThumbprint", PROVIDER),
    ],
)
def test_nothing_leads_out_of_the_boundary(cloud: Cloud, action: str, resource: str) -> None:
    build(cloud)
    denied = [
        said
        for said in statements(cloud, "pipeline-boundary").values()
        if said["Effect"] == "Deny"
        and "Condition" not in said
        and any(fnmatchcase(action, each) for each in said["Action"])
        and applies(said, resource)
    ]
    assert denied


def applies(said: dict[str, Any], resource: str) -> bool:
    if "NotResource" in said:
        return not any(fnmatchcase(resource, each) for each in said["NotResource"])
    return any(fnmatchcase(resource, each) for each in said["Resource"])


def test_roles_are_handed_to_named_services_and_only_the_stacks_own(cloud: Cloud) -> None:
    build(cloud)
    passes = statements(cloud, "pipeline-cluster")["HandsRolesToServices"]
    assert all("role/flowise-prod" in each for each in passes["Resource"])
    assert "eks.amazonaws.com" in passes["Condition"]["StringEquals"]["iam:PassedToService"]


def test_no_action_is_a_pattern_and_every_document_fits(cloud: Cloud) -> None:
    build(cloud, state_bucket="acme-state", state_key_arn=KEY)
    assert attached(cloud, "deploy") == {"reads", *DOCUMENTS}
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
