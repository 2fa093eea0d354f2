"""Generated settings, judged by validation alone: the engine's share is in tests/engine/test_soak.py."""

import copy
import json
import random
from collections import Counter
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, StringConstraints, ValidationError

from stack import StackSettings
from tools.soak import generator
from tools.soak.generator import TEXTS, draw, keys

SEEDS = range(600)


def verdict(seed: int) -> str:
    return "accepted" if generator.accepted(draw(seed)) else "refused"


def test_most_are_accepted_and_many_are_not() -> None:
    counts = Counter(map(verdict, SEEDS))
    assert counts["accepted"] > 0.5 * len(SEEDS)
    assert counts["refused"] > 0.2 * len(SEEDS)


def test_every_key_is_drawn() -> None:
    drawn = {path for seed in SEEDS for path in paths(draw(seed))}
    # what exists already is somebody else's: on the sandbox there is none
    assert {key for key in keys() if ".existing." not in key} - drawn == set()


def paths(value: object, prefix: str = "") -> set[str]:
    if isinstance(value, dict):
        return {prefix[:-1]} | {path for key, inner in value.items() for path in paths(inner, f"{prefix}{key}.")}
    return {prefix[:-1]}


def test_a_text_without_candidates_is_named() -> None:
    class Section(BaseModel):
        ticket: Annotated[str, StringConstraints(pattern="^[a-z]+-[0-9]+$")] | None = None

    with pytest.raises(LookupError, match=r"cache\.ticket is no number: give it candidates in TEXTS"):
        generator.value(random.Random(0), Section.model_fields["ticket"], "cache.ticket")


def test_the_same_seed_draws_the_same() -> None:
    assert draw(7) == draw(7) != draw(8)


@pytest.mark.parametrize("path", [path for path, (right, _) in TEXTS.items() if right])
def test_right_texts_are_accepted_and_wrong_ones_refused(path: str) -> None:
    right, wrong = TEXTS[path]
    assert [value for value in right if not accepted(path, value)] == []
    assert [value for value in wrong if accepted(path, value)] == []


# sections of the edge of which no key does alone
WHOLE = {
    "sign_in": {
        "issuer": "https://login.example.com",
        "authorization_endpoint": "https://login.example.com/authorize",
        "token_endpoint": "https://login.example.com/token",
        "user_info_endpoint": "https://login.example.com/userinfo",
        "client_id": "flowise",
        "client_secret_name": "flowise/sign-in",
    },
    "failover": {
        "load_balancer_arn": "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/x/0123456789abcdef",
        "load_balancer_dns_name": "internal-x-1.us-east-1.elb.amazonaws.com",
    },
}

SERVER = {
    "host": "orders.example.com",
    "username": "flowise",
    "secret_arn": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:flowise/login-AbCdEf",
    "cidrs": ["10.20.192.0/22"],
}
# what keys say nothing without, by how they begin
BESIDE: dict[str, dict[str, Any]] = {
    "backup.cost_anomaly_monitor_arn": {"cost_anomaly_usd": 50},
    "cache.existing.": {"existing": SERVER},
    "database.existing.": {"existing": {**SERVER, "name": "flowise"}},
    "database.restore.time": {"restore": {"source_instance": "flowise-prod-damaged"}},
    "image_cache.": {f"{each}_secret_name": "ecr-pullthroughcache/a" for each in ("docker_hub", "github")},
    "monitoring.datadog.": {"datadog": {"site": "datadoghq.eu", "api_key_secret_name": "t"}},
    "open_egress.": {"owner": "a", "reason": "b", "expires": "2027-02-28"},
    "open_to_all.": {"owner": "a", "reason": "b", "expires": "2027-02-28"},
    "pipeline.": {"repository": "acme/flowise"},
    "synthetic_check.": {"flow_id": "3f2c0a44-9a1e-4c55-8f5e-0d2f6b7a1c9d"},
}


def accepted(path: str, value: object) -> bool:
    zones = {"zones": [f"{value}a", f"{value}b"]} if path == "region" else {}
    existing = {
        "vpc_id": "vpc-0123456789abcdef0",
        "private_subnet_ids": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
        "data_subnet_ids": ["subnet-0123456789abcdef2", "subnet-0123456789abcdef3"],
    }
    network = {"cidr": "10.20.0.0/16", "zones": ["eu-west-1a", "eu-west-1b"], **zones}
    settings: dict[str, Any] = {
        "environment": "dev",
        "region": "eu-west-1",
        "network": {**network, "existing": existing} if ".existing." in path else network,
        "cluster": {"admin_principal_arns": ["arn:aws:iam::111122223333:role/deployer"]},
        "service": {"databricks": {"url": "https://dbc-1.cloud.databricks.com", "token_secret_name": "t"}},
        "edge": {"domain": {"name": "flowise.example.com", "hosted_zone_id": "Z0123456789ABCDEFGHIJ"}},
    }
    for section, whole in WHOLE.items():
        if path.startswith(f"edge.{section}."):
            settings["edge"][section] = dict(whole)
    if path.startswith("monitoring.notifications.smtp."):
        smtp = {"host": "a.example.com", "from_address": "a@example.com", "username": "a", "password_secret_name": "a"}
        settings["monitoring"] = {"notifications": {"smtp": smtp}}
    for beginning, beside in BESIDE.items():
        if path.startswith(beginning):
            settings[path.split(".", maxsplit=1)[0]] = copy.deepcopy(beside)
    if path.startswith("service.blue_green."):
        image = "flowiseai/flowise:3.1.4"
        settings["service"] |= {"mode": "queue"}
        settings["service"]["blue_green"] = {"active": "blue", "blue_image": image, "green_image": image}
    *sections, key = path.split(".")
    owner = settings
    for section in sections:
        owner = owner.setdefault(section, {})
    owner[key] = value
    try:
        StackSettings.model_validate_json(json.dumps(settings), strict=True)
    except ValidationError:
        return False
    return True
