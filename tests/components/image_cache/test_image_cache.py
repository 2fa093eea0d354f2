import json
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s
import pytest

from components.image_cache import ImageCache, ImageCacheArgs, ImageCacheSettings
from testing.cloud import Cloud

SETTINGS = ImageCacheSettings(
    docker_hub_secret_name="ecr-pullthroughcache/docker-hub", github_secret_name="ecr-pullthroughcache/github"
)


def build(cloud: Cloud, *, prefix: str = "orders-prod", routes: bool = False) -> None:
    def program() -> None:
        args = ImageCacheArgs(settings=SETTINGS, prefix=prefix, region="eu-west-1")
        cache = ImageCache("images", args)
        pulumi.Output.json_dumps(cache.node_statements).apply(lambda said: STATEMENTS.append(json.loads(said)))
        if routes:
            cache.route_images()
            k8s.helm.v3.Release("chart", chart="oci://charts.example.com/tempo", values={})
            pod: Any = {"template": {"spec": {"containers": [{"name": "a", "image": "redis:8"}]}}}
            k8s.apps.v1.Deployment("pods", spec=pod)

    STATEMENTS.clear()
    cloud.build(program)


STATEMENTS: list[list[dict[str, object]]] = []


def test_it_builds_with_and_without_knowing_the_cloud(any_cloud: Cloud) -> None:
    build(any_cloud)
    assert len(any_cloud.of(aws.ecr.PullThroughCacheRule)) == 5


def test_a_rule_for_each_registry_with_a_login_where_ecr_wants_one(cloud: Cloud) -> None:
    build(cloud)
    rules = {each.inputs["ecrRepositoryPrefix"]: each.inputs for each in cloud.of(aws.ecr.PullThroughCacheRule)}
    assert {prefix: rule["upstreamRegistryUrl"] for prefix, rule in rules.items()} == {
        "orders-prod/docker": "registry-1.docker.io",
        "orders-prod/github": "ghcr.io",
        "orders-prod/k8s": "registry.k8s.io",
        "orders-prod/public": "public.ecr.aws",
        "orders-prod/quay": "quay.io",
    }
    with_login = {prefix: rule["credentialArn"] for prefix, rule in rules.items() if "credentialArn" in rule}
    assert with_login.keys() == {"orders-prod/docker", "orders-prod/github"}
    assert ":secret:ecr-pullthroughcache/docker-hub-" in with_login["orders-prod/docker"]
    assert ":secret:ecr-pullthroughcache/github-" in with_login["orders-prod/github"]


def test_repositories_are_encrypted_keep_versions_as_they_were_and_drop_old_ones(cloud: Cloud) -> None:
    build(cloud)
    made = cloud.only(aws.ecr.RepositoryCreationTemplate).inputs
    assert made["prefix"] == "orders-prod"
    assert made["appliedFors"] == ["PULL_THROUGH_CACHE"]
    assert made["encryptionConfigurations"] == [{"encryptionType": "AES256"}]
    assert made["imageTagMutability"] == "IMMUTABLE"
    untagged, tagged = (each["selection"] for each in json.loads(made["lifecyclePolicy"])["rules"])
    assert (untagged["tagStatus"], untagged["countNumber"]) == ("untagged", 30)
    assert (tagged["tagPatternList"], tagged["countType"], tagged["countNumber"]) == (["*"], "imageCountMoreThan", 20)


def test_nodes_may_have_images_fetched_into_the_stacks_repositories_alone(cloud: Cloud) -> None:
    build(cloud)
    ((statement,),) = STATEMENTS
    assert statement["Action"] == ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"]
    assert statement["Resource"] == ["arn:aws:ecr:eu-west-1:123456789012:repository/orders-prod/*"]


def test_images_of_pods_and_charts_that_come_later_are_from_the_account(cloud: Cloud) -> None:
    build(cloud, routes=True)
    (container,) = cloud.named("pods").inputs["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "123456789012.dkr.ecr.eu-west-1.amazonaws.com/orders-prod/docker/library/redis:8"
    values = cloud.named("chart").inputs["values"]
    assert values["tempo"]["registry"] == "123456789012.dkr.ecr.eu-west-1.amazonaws.com/orders-prod/docker"


def test_fails_when_project_and_stack_leave_no_room_for_a_prefix(cloud: Cloud) -> None:
    with pytest.raises(pulumi.RunError, match="at most 30 characters, got 40"):
        build(cloud, prefix="a-project-of-long-name-production")
