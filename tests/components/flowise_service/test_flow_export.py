"""The daily export of flows: what runs, as whom, and what it may."""

import json
from typing import Any

import pulumi_aws as aws
import pulumi_kubernetes as k8s
import pytest

from components.flowise_service.flow_export import FILES
from components.flowise_service.scripts import scripts
from testing.cloud import Cloud
from tests.components.flowise_service.test_flowise_service import COLOURS, QUEUE, build

EXPORT = {"flow_export": {"daily_at": "04:15", "keep_days": 30, "secret_variables": ["pin"]}}


def policies(cloud: Cloud) -> dict[str, Any]:
    return {each.name: each.inputs["spec"] for each in cloud.of(k8s.networking.v1.NetworkPolicy)}


def test_it_runs_every_day_once_as_itself_on_flowises_image(cloud: Cloud) -> None:
    build(cloud, **EXPORT)
    spec = cloud.named("app-flows-job").inputs["spec"]
    assert (spec["schedule"], spec["timeZone"], spec["concurrencyPolicy"]) == ("15 4 * * *", "Etc/UTC", "Forbid")
    pod = spec["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["serviceAccountName"] == "flow-export"
    (container,) = pod["containers"]
    assert container["image"] == "flowiseai/flowise:3.1.4"
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    environment = {each["name"]: each["value"] for each in container["env"]}
    assert environment["SECRET_VARIABLES"] == "pin"
    assert environment["PREFIX"] == "flows/"
    assert "API_KEY" not in str(environment)


def test_it_may_put_objects_under_its_prefix_and_nothing_else(cloud: Cloud) -> None:
    build(cloud, **EXPORT)
    (policy,) = [each for each in cloud.of(aws.iam.RolePolicy) if each.name == "app-flows-role-policy"]
    statements = json.loads(policy.inputs["policy"])["Statement"]
    assert [each["Action"] for each in statements] == [["s3:PutObject"], ["kms:GenerateDataKey"]]
    assert statements[0]["Resource"][0].endswith("/flows/*")


def test_it_reaches_a_server_and_aws_but_neither_database_nor_cache(cloud: Cloud) -> None:
    build(cloud, **EXPORT, **QUEUE)
    found = policies(cloud)
    out = {"matchLabels": {"app.kubernetes.io/component": "flow-export"}}
    assert found["app-flow-export-http"]["podSelector"] == out
    assert {"podSelector": out} in found["app-http"]["ingress"][0]["from"]
    for closed in ("database", "cache"):
        (barred,) = found[f"app-{closed}"]["podSelector"]["matchExpressions"]
        assert "flow-export" in barred["values"]
    (barred,) = found["app-https"]["podSelector"]["matchExpressions"]
    assert barred["values"] == ["queue-exporter"]


def test_of_two_releases_the_served_one_is_asked(cloud: Cloud) -> None:
    build(cloud, **EXPORT, **QUEUE, blue_green=COLOURS)
    container = cloud.named("app-flows-job").inputs["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]
    (url,) = [each["value"] for each in container["env"] if each["name"] == "FLOWISE_URL"]
    assert "app-green-service" in url


def test_old_exports_go_and_the_setup_gives_the_key(cloud: Cloud) -> None:
    build(cloud, **EXPORT)
    rules = cloud.named("app-storage-lifecycle").inputs["rules"]
    assert {each["filter"]["prefix"]: each["expiration"]["days"] for each in rules if "expiration" in each} == {
        "logs/": 90,
        "flows/": 30,
    }
    (kept,) = json.loads(cloud.named("app-flow-export-version").inputs["secretString"])
    assert kept == "flow_export_api_key"


@pytest.mark.parametrize("settings", [{}, QUEUE], ids=["main", "queue"])
def test_without_the_setting_there_is_nothing_of_it(cloud: Cloud, settings: dict[str, Any]) -> None:
    build(cloud, **settings)
    assert [each.urn for each in cloud.created if each.name.startswith(("app-flows", "app-flow-"))] == []


def test_a_change_of_its_scripts_restarts_nothing_of_flowise() -> None:
    assert sorted(set(scripts()) & {path.name for path in FILES}) == []
