"""What a month costs, of plans written by hand and of the program's own resources."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from sandbox import aws_data
from sandbox.workspace import SandboxError
from testing.program import run
from tools import prices
from tools.costs import STACKS, environment_of, estimate, page

NODES = "aws:eks/nodeGroup:NodeGroup"


def nodes(size: str) -> tuple[str, dict[str, Any]]:
    return NODES, {"instanceTypes": [size], "scalingConfig": {"desiredSize": 2}}


def test_a_size_without_a_price_is_named_and_left_out() -> None:
    database = ("aws:rds/instance:Instance", {"instanceClass": "db.x9g.large", "allocatedStorage": 100})
    cache = ("aws:elasticache/replicationGroup:ReplicationGroup", {"nodeType": "cache.x9g", "numCacheClusters": 2})
    host = ("aws:ec2/instance:Instance", {"instanceType": "x9g.nano"})
    told = estimate("prod", [nodes("m7g.large"), nodes("c9g.large"), database, cache, host])
    assert told.left_out == [
        "nodes: no price for c9g.large",
        "database: no price for db.x9g.large",
        "cache: no price for cache.x9g",
        "operators' host: no price for x9g.nano",
    ]
    assert told.costs["nodes"] == pytest.approx(2 * prices.INSTANCES["m7g.large"] * 730)
    assert "| nodes: no price for c9g.large: left out | |" in page({"prod": told})


@pytest.mark.parametrize(("stack", "gib"), [("dev", 45), ("prod", 260)])
def test_the_disks_that_charts_claim_are_counted_for_each_replica(stack: str, gib: int) -> None:
    releases = [
        (each.type, each.inputs) for each in run(stack).cloud.created if each.type == "kubernetes:helm.sh/v3:Release"
    ]
    assert estimate("dev", releases).costs["disks"] == pytest.approx(gib * prices.DISK_GIB_MONTH)


def test_a_volume_that_the_program_claims_itself_is_counted() -> None:
    claim = {"spec": {"resources": {"requests": {"storage": "20Gi"}}}}
    told = estimate("dev", [("kubernetes:core/v1:PersistentVolumeClaim", claim)])
    assert told.costs["disks"] == pytest.approx(20 * prices.DISK_GIB_MONTH)


def test_a_stack_is_priced_by_the_environment_that_its_file_names(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.rehearsal.yaml"
    file.write_text("config:\n  flowise:environment: staging\n")
    assert environment_of("rehearsal", tmp_path) == "staging"
    assert estimate("staging", []).usage.cloudwatch_series == 100
    assert [environment_of(stack) for stack in STACKS] == ["dev", "staging", "prod"]
    file.write_text("config:\n  flowise:environment: production\n")
    with pytest.raises(SandboxError, match="environment must be dev, staging, prod, got production"):
        environment_of("rehearsal", tmp_path)
    with pytest.raises(SandboxError, match=r"Pulumi\.none\.yaml does not exist"):
        environment_of("none", tmp_path)


def offered(kind: str) -> set[str]:
    """Return the sizes that AWS has, by its own lists."""
    if kind == "instances":
        return set(botocore.session.get_session().get_service_model("ec2").shape_for("InstanceType").enum)
    path = {
        "databases": "aws_rds_dbinstance/dbinstanceclass_enum",
        "caches": "aws_elasticache_cachecluster/cachenodetype_enum",
    }
    told = aws_data.read(f"schemas/extensions/{path[kind]}.json")[prices.REGION]
    return set(re.findall(r"(?:db|cache)\.\w+\.\w+", json.dumps(told)))


@pytest.mark.parametrize("kind", ["instances", "databases", "caches"])
def test_each_size_of_a_family_with_a_price_has_one_and_no_other_has(kind: str) -> None:
    table: Mapping[str, float] = getattr(prices, kind.upper())
    families = {size.rpartition(".")[0] for size in table}
    assert {size for size in offered(kind) if size.rpartition(".")[0] in families} == set(table)
