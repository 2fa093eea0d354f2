"""Settings to test with: the least that is accepted, and changes to it."""

from datetime import date, timedelta
from typing import Any

import pulumi

from components.shared.network_policies import NetworkRanges
from components.shared.references import AlarmTarget, ClusterRef, NetworkRef, Placement, SecretAccess
from stack import StackSettings

IMAGE = f"111122223333.dkr.ecr.eu-west-1.amazonaws.com/flowise:3.1.4@sha256:{'0123456789abcdef' * 4}"
RANGES = NetworkRanges(
    vpc=["10.20.0.0/16"],
    balancer=["10.20.160.0/22"],
    data=["10.20.192.0/22"],
    intra=["10.20.224.0/22"],
    services="172.20.0.0/16",
)
# what components hand one another, of a system called orders
NETWORK = NetworkRef(
    vpc_id="vpc-1",
    region="eu-west-1",
    private_subnet_ids=["subnet-a", "subnet-b"],
    balancer_subnet_ids=["subnet-l", "subnet-m"],
    data_subnet_ids=["subnet-d", "subnet-e"],
    control_plane_subnet_ids=["subnet-i", "subnet-j"],
    ranges=RANGES,
)
CLUSTER = ClusterRef(name="orders-test", arn="arn:c", endpoint="https://api", security_group_id="sg-1")
ALARMS = AlarmTarget(
    arn="arn:aws:sns:eu-west-1:123456789012:alarms", key_arn="arn:aws:kms:eu-west-1:123456789012:key/alarms"
)
SECRETS = SecretAccess(
    operator_role_arn="arn:aws:iam::123456789012:role/operator", role_path="/orders-test/secret-readers/"
)
SIGN_IN = {
    "issuer": "https://login.example.com",
    "authorization_endpoint": "https://login.example.com/authorize",
    "token_endpoint": "https://login.example.com/token",
    "user_info_endpoint": "https://login.example.com/userinfo",
    "client_id": "flowise",
    "client_secret_name": "flowise/sign-in",
}
DEV: dict[str, Any] = {
    "environment": "dev",
    "region": "eu-west-1",
    "tags": {"Owner": "tests"},
    "network": {"cidr": "10.20.0.0/16", "zones": ["eu-west-1a", "eu-west-1b"]},
    "cluster": {"admin_principal_arns": ["arn:aws:iam::111122223333:role/deployer"]},
}
PROD: dict[str, Any] = {
    **DEV,
    "environment": "prod",
    "network": {"cidr": "10.30.0.0/16", "zones": ["eu-west-1a", "eu-west-1b", "eu-west-1c"], "nat": "per_zone"},
    "cluster": {**DEV["cluster"], "system_nodes": {"min_size": 2}, "app_nodes": {"min_size": 2}},
    "database": {"multi_az": True},
    "cache": {"replicas": 1, "snapshot_retention_days": 7},
    "service": {"image": IMAGE, "mode": "queue", "replicas_min": 2, "replicas_max": 4},
    "backup": {"retention_days": 35, "copy_region": "eu-central-1", "restore_tests": True},
    "monitoring": {
        "prometheus_replicas": 2,
        "alertmanager_replicas": 2,
        "alarm_emails": ["platform@example.com"],
    },
    "edge": {
        "domain": {"name": "flowise.example.com", "hosted_zone_id": "Z0123456789ABCDEFGHIJ"},
        "outside_health_check": True,
    },
    "open_egress": {
        "owner": "tests",
        "reason": "an embedded chat serves everybody",
        "expires": str(date.today() + timedelta(days=90)),
    },
    "open_to_all": {
        "owner": "tests",
        "reason": "an embedded chat serves everybody",
        "expires": str(date.today() + timedelta(days=90)),
    },
}


def changed(base: dict[str, Any], **sections: Any) -> dict[str, Any]:
    """Return a copy in which keys of sections differ: `changed(DEV, network={"nat": "per_zone"})`."""
    result = dict(base)
    for key, value in sections.items():
        result[key] = {**result.get(key, {}), **value} if isinstance(value, dict) else value
    return result


def stack(base: dict[str, Any] = DEV, **sections: Any) -> StackSettings:
    """Return the settings of a stack."""
    return StackSettings.model_validate(changed(base, **sections))


TAGS = stack().all_tags("orders")


def placement(*, protect_data: bool = True) -> Placement:
    """Return what a component of orders finds in the cluster; called where a program runs, for it makes a resource."""
    return Placement(
        network=NETWORK,
        cluster=CLUSTER,
        controllers=pulumi.ComponentResource("test:index:Controllers", "controllers"),
        secret_access=SECRETS,
        alarms=ALARMS,
        access_log_bucket="access-logs",
        protect_data=protect_data,
        tags=TAGS,
    )
