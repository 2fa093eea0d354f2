"""Changes that people fear: none of them replaces or deletes what holds data."""

import json
from typing import Any

import pytest

from sandbox import stateful

from .conftest import Sandbox, change

pytestmark = pytest.mark.engine

# what is feared, the settings that make it happen, and a resource with an input that it has then
FEARED: dict[str, tuple[dict[str, Any], str, dict[str, Any]]] = {
    # two of prod's three stand (conftest.py)
    "a zone added": (
        {"network.zones": ["eu-west-1a", "eu-west-1b", "eu-west-1c"]},
        "vpc-private-c",
        {"availabilityZone": "eu-west-1c"},
    ),
    "a range for a new tier": ({"network.pod_cidr": "100.64.0.0/16"}, "vpc-pods", {"cidrBlock": "100.64.0.0/16"}),
    "a minor version of the cluster": ({"cluster.kubernetes_version": "1.36"}, "cluster-cluster", {"version": "1.36"}),
    "the type of nodes": (
        {"cluster.app_nodes.instance_types": ["m7g.2xlarge"]},
        "cluster-app-group",
        {"instanceTypes": ["m7g.2xlarge"]},
    ),
    "class and storage of the database": (
        {"database.instance_class": "db.r7g.xlarge", "database.storage_gib": 200},
        "db-instance",
        {"instanceClass": "db.r7g.xlarge", "allocatedStorage": 200},
    ),
    "the node type of the cache": (
        {"cache.node_type": "cache.r7g.large"},
        "cache-group",
        {"nodeType": "cache.r7g.large"},
    ),
    "a tag on everything": (
        {"tags": {"Owner": "somebody-else", "CostCenter": "42"}},
        "db-instance",
        {"tags": {"Owner": "somebody-else", "CostCenter": "42"}},
    ),
}


def holds_data(urn: str) -> bool:
    return stateful.holds_data(urn.split("::")[2].rpartition("$")[2])


def known(value: Any, wanted: Any) -> Any:
    """Return a value, without the keys that nobody asks for."""
    return {key: value.get(key) for key in wanted} if isinstance(wanted, dict) else value


def test_none_of_them_replaces_what_holds_data(prod: Sandbox) -> None:
    kept = {item["urn"]: item["id"] for item in prod.state("prod")["resources"] if holds_data(item["urn"])}
    assert len(kept) > 10

    for settings, _, _ in FEARED.values():
        for key, value in settings.items():
            change(prod, "prod", key, value)
    # no protection holds the login's version, nor a key that is made anew where it is wanted again
    change(prod, "prod", "service.owner_email", "another@example.com")
    change(prod, "prod", "service.flow_export", None)
    gone = {urn for urn in kept if urn.endswith(("::app-flow-export-secret", "::app-flow-export-key"))}
    kept = {urn: each for urn, each in kept.items() if urn not in gone}
    planned = prod.steps("prod")
    lost = {urn: ops for urn, ops in planned.items() if holds_data(urn) and not ops <= {"same", "update", "create"}}
    assert len(gone) == 2
    assert lost == {urn: {"delete"} for urn in gone}
    prod("up", stack="prod")

    resources = prod.state("prod")["resources"]
    assert kept.items() <= {item["urn"]: item["id"] for item in resources if holds_data(item["urn"])}.items()
    inputs = {item["urn"].rpartition("::")[2]: item.get("inputs", {}) for item in resources}
    assert "another@example.com" in json.dumps(inputs["app-setup-job"])
    for feared, (_, name, wanted) in FEARED.items():
        assert wanted == {key: known(inputs[name][key], value) for key, value in wanted.items()}, feared

    # the one that cannot be had: what stands does not follow into another VPC
    change(prod, "prod", "network.cidr", "10.50.0.0/16")
    refused = prod("preview", stack="prod", status=1).stdout
    assert "stands in vpc-" in refused
    assert "and not in the one that takes its place" in refused


def test_a_password_changes_while_what_runs_with_the_old_one_goes_on(prod: Sandbox) -> None:
    change(prod, "prod", "database.password_generation", 2)
    change(prod, "prod", "cache.password_generation", 2)
    changed = prod.altered("prod")
    # the login in use keeps its password; the other gets one, inside the database too, and the pods change over to it
    assert "replace" in changed["db-login-b-password"]
    assert "replace" in changed["setup-job"]
    assert "db-login-a-password" not in changed
    assert "cache-password-a" not in changed
    assert changed["cache-user"] == {"update"}
    assert {"app-server-pods", "app-worker-pods", "app-environment"} <= changed.keys()
    assert "db-instance" not in changed
    assert "cache-group" not in changed

    prod("up", stack="prod")
    state = {item["urn"].rpartition("::")[2]: item for item in prod.state("prod")["resources"]}
    assert state["app-environment"]["inputs"]["data"]["DATABASE_USER"] == "flowise_b"
    assert set(prod.changes(stack="prod")) == {"same"}
