"""What an account has before its first stack."""

import json
from typing import Any

import pulumi_aws as aws
import pytest

from testing.cloud import Cloud
from testing.program import ROOT, run, run_changed

FOLDER = ROOT / "bootstrap"


def made(**changes: Any) -> Cloud:
    return run_changed("account", Cloud(), {f"bootstrap:{key}": value for key, value in changes.items()}, FOLDER).cloud


@pytest.fixture(scope="module")
def cloud() -> Cloud:
    return run("account", folder=FOLDER).cloud


def trust(cloud: Cloud, role: str) -> dict[str, Any]:
    (said,) = json.loads(cloud.named(role).inputs["assumeRolePolicy"])["Statement"]
    found: dict[str, Any] = said
    return found


def test_state_is_kept_in_versions_under_its_own_key_and_who_reads_it_is_logged(cloud: Cloud) -> None:
    rule = cloud.named("state-encryption").inputs["rules"][0]["applyServerSideEncryptionByDefault"]
    assert rule["sseAlgorithm"] == "aws:kms"
    assert rule["kmsMasterKeyId"] == run("account", folder=FOLDER).exports["state_key_arn"][0]
    assert cloud.named("state-versions").inputs["versioningConfiguration"] == {"status": "Enabled"}
    kept = cloud.named("access-logs-kept-policy").inputs["bucket"]
    assert cloud.named("state-access-log").inputs["targetBucket"] == kept


def test_nothing_of_it_is_deleted_unasked(cloud: Cloud) -> None:
    held = [each for each in cloud.created if each.custom and not each.type.startswith("pulumi:")]
    assert [each.name for each in held if not each.protect] == []


def test_images_are_pushed_by_workflows_of_main_alone_and_to_these_repositories(cloud: Cloud) -> None:
    said = trust(cloud, "images-pushes")
    assert said["Condition"] == {
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": "repo:acme/platform:ref:refs/heads/main",
        }
    }
    assert said["Principal"] == {"Federated": run("account", folder=FOLDER).exports["github_provider_arn"][0]}
    logs_in, pushes = json.loads(cloud.named("images-pushes-policy").inputs["policy"])["Statement"]
    assert logs_in["Action"] == ["ecr:GetAuthorizationToken"]
    assert [each.rpartition("/")[2] for each in pushes["Resource"]] == ["flowise", "platform-tools"]


def test_a_tag_never_moves_and_what_bears_one_never_goes(cloud: Cloud) -> None:
    for each in cloud.of(aws.ecr.Repository):
        assert each.inputs["imageTagMutability"] == "IMMUTABLE"
        assert each.inputs["imageScanningConfiguration"] == {"scanOnPush": True}
    (rule,) = json.loads(cloud.named("images-flowise-expiry").inputs["policy"])["rules"]
    assert rule["selection"]["tagStatus"] == "untagged"


def test_other_accounts_pull_and_push_nothing() -> None:
    policy = json.loads(made(pulling_accounts=["444455556666"]).named("images-flowise-pulls").inputs["policy"])
    (said,) = policy["Statement"]
    assert said["Principal"] == {"AWS": ["arn:aws:iam::444455556666:root"]}
    assert [each for each in said["Action"] if "Put" in each or "Upload" in each] == []


def test_a_provider_that_the_account_has_is_used() -> None:
    theirs = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
    cloud = made(existing_provider_arn=theirs)
    assert cloud.of(aws.iam.OpenIdConnectProvider) == []
    assert trust(cloud, "images-pushes")["Principal"] == {"Federated": theirs}


def test_its_outputs_are_what_stacks_and_workflows_ask_for() -> None:
    exports = run("account", folder=FOLDER).exports
    assert exports["backend_url"][0].startswith("s3://")
    assert exports["secrets_provider"][0].startswith("awskms:///arn:aws:kms:")
    assert set(exports["image_repositories"][0]) == {"flowise", "platform-tools"}
