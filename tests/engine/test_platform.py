"""The platform itself, under the real engine: both stacks, their policies, and what breaks them."""

import json
from pathlib import Path
from typing import Any

import pytest
from platform_policies.kit.settings import CLOCK

from sandbox import warm

from . import edge
from .conftest import REPOSITORY, Sandbox, change

pytestmark = pytest.mark.engine

POLICIES = REPOSITORY / "policies"
# versions run out and exceptions end: that must stop a stack, and no test
TODAY = "2026-11-21"


@pytest.fixture(autouse=True)
def a_fixed_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CLOCK, TODAY)


def under_policies(sandbox: Sandbox, stack: str) -> list[str]:
    """Return the options that enforce every pack with the stack's levels."""
    return ["--policy-pack", str(POLICIES / "all"), "--policy-pack-config", str(POLICIES / f"levels.{stack}.json")]


# exceptions, what is off, and what nobody judges
SAID = ("exceptions: ", "off: ", "scan-coverage ")


def advice(said: str) -> list[str]:
    """Return the line that says each thing that a pack reported."""
    lines = said.splitlines()
    return [lines[at + 1].strip() for at, line in enumerate(lines) if line.strip().startswith(("- [mand", "- [advi"))]


def test_another_system_comes_up_on_the_same_components(tmp_path: Path) -> None:
    for file in (REPOSITORY / "tests" / "programs" / "orders").iterdir():
        if file.is_file():
            (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    orders = Sandbox(tmp_path)
    packs = under_policies(orders, "dev")
    orders("up", *packs)
    state = json.dumps(orders.state())
    assert len(orders.state()["resources"]) > 350
    assert "flowise" not in state.lower()
    assert orders.altered() == {}
    assert len((tmp_path / "__main__.py").read_text(encoding="utf-8").splitlines()) <= 90


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_a_stack_comes_up_clean_stays_and_goes_away(platform: Sandbox, stack: str) -> None:
    packs = under_policies(platform, stack)
    previewed = platform("preview", *packs, stack=stack).stdout
    said = platform("up", "--clock", *packs, stack=stack).stdout
    for told in (advice(previewed), advice(said)):
        assert told
        assert not [line for line in told if not line.startswith(SAID)]
    assert above_the_bound(said) <= 1.1  # no order that is not needed costs time
    made = len(platform.world(stack))
    assert made > 100
    state = platform.state(stack)
    edge.judge_waits(edge.waits(state))
    edge.judge_tls(state)
    edge.judge_firewall(state)
    judge_secrecy(platform, stack)
    found = json.loads(platform("roads", "--json", stack=stack).stdout)
    assert len(found["roads"]) > 40
    assert [each for each in found["roads"] if not each["open"]] + found["spare"] == []

    assert set(platform.changes(stack=stack)) == {"same"}
    assert len(platform.world(stack)) == made

    # a change that touches nearly everything passes the same laws
    change(platform, stack, "tags", {"Owner": "somebody-else", "CostCenter": "42"})
    change(platform, stack, "database.log_retention_days", 400)
    platform("up", *packs, stack=stack)
    assert len(platform.world(stack)) == made

    said = platform("destroy", "--unprotect", "--clock", stack=stack).stdout
    assert above_the_bound(said) <= 1.1
    assert platform.world(stack) == []


DATADOG = {"site": "datadoghq.eu", "api_key_secret_name": "flowise/datadog-api-key"}


@pytest.mark.parametrize(
    "monitoring",
    [
        {"traces": {"backend": "tempo"}, "datadog": DATADOG, "logs": {"loki_replicas": 3}},
        {"traces": {"backend": "xray"}},
        {"traces": {"backend": "datadog"}, "datadog": {**DATADOG, "replaces_logs": True}},
    ],
    ids=["everything", "x-ray", "datadog-alone"],
)
def test_every_way_to_keep_logs_and_traces_comes_up(platform: Sandbox, monitoring: dict[str, Any]) -> None:
    for key, value in monitoring.items():
        change(platform, "dev", f"monitoring.{key}", value)
    said = platform("up", *under_policies(platform, "dev")).stdout
    told = advice(said)
    assert not [line for line in told if not line.startswith(SAID)]
    assert set(platform.changes()) == {"same"}


def above_the_bound(said: str) -> float:
    (line,) = [line for line in said.splitlines() if line.startswith("no ordering can take less than")]
    return float(line.rpartition("ratio ")[2].rstrip(")"))


def judge_secrecy(platform: Sandbox, stack: str) -> None:
    """Fail where an output or the state shows a password."""
    outputs = json.loads(platform("outputs", "--json", stack=stack).stdout)
    exported = platform("export", stack=stack).stdout
    assert {"url", "cluster_name", "kubeconfig", "database_endpoint", "cache_endpoint"} <= outputs.keys()
    assert outputs["kubeconfig"] == "[secret]"
    in_clear = json.loads(platform("export", "--show-secrets", stack=stack).stdout)
    passwords = [
        item["outputs"]["result"]["plaintext"].strip('"')
        for item in in_clear["deployment"]["resources"]
        if item["type"] == "random:index/randomPassword:RandomPassword"
    ]
    assert passwords
    assert not [password for password in passwords if password in exported]


# a key, and a value that somebody might write
WRONG: dict[str, Any] = {
    "environment": "production",
    "network.cidr": "10.20.0.0/33",
    "network.zones": ["eu-west-1a", "us-east-1a"],
    "network.nat": "sometimes",
    "cluster.kubernetes_version": 1.3,
    "cluster.app_nodes.max_size": 0,
    "database.instance_class": "large",
    "cache.node_typ": "cache.t4g.small",
    "service.image": "flowiseai/flowise:latest",
    "monitoring.logs.retention_days": "a week",
}


# whether it fits the rest of its section is asked once the rest is right
ALONE = ("network.cidr", "network.zones")


@pytest.mark.parametrize(
    "keys", [*([key] for key in ALONE), [key for key in WRONG if key not in ALONE]], ids=[*ALONE, "all the others"]
)
def test_wrong_settings_are_refused_in_one_clear_message(platform: Sandbox, keys: list[str]) -> None:
    for key in keys:
        change(platform, "dev", key, WRONG[key])
    refused = platform("preview", status=1)
    said = refused.stdout + refused.stderr

    assert {key: said.count(f"flowise:{key}:") for key in keys} == dict.fromkeys(keys, 1)
    assert "Traceback" not in said
    assert platform.world() == []


def test_a_program_that_breaks_a_rule_is_refused_by_name(platform: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(warm.WARM)  # once without, as everybody else runs it
    source = (REPOSITORY / "__main__.py").read_text(encoding="utf-8")
    (platform.program / "__main__.py").unlink()
    (platform.program / "__main__.py").write_text(
        source
        + """
import pulumi_aws as aws
aws.ec2.SecurityGroup("open", vpc_id=vpc.vpc_id, tags=tags, opts=pulumi.ResourceOptions(parent=vpc),
    ingress=[{"protocol": "tcp", "from_port": 5432, "to_port": 5432, "cidr_blocks": ["0.0.0.0/0"]}])
""",
        encoding="utf-8",
    )
    refused = platform("preview", *under_policies(platform, "dev"), status=1)

    assert "net-sg-open-ingress" in refused.stdout
    assert "mandatory" in refused.stdout
