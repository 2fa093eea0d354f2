"""The switches by which AWS itself protects a resource from being deleted."""

from collections.abc import Mapping
from typing import Any

# Pulumi type token -> the input that protects it.
SWITCHES: Mapping[str, str] = {
    "aws:cognito/userPool:UserPool": "deletionProtection",
    "aws:dynamodb/table:Table": "deletionProtectionEnabled",
    "aws:eks/cluster:Cluster": "deletionProtection",
    "aws:lb/loadBalancer:LoadBalancer": "enableDeletionProtection",
    "aws:rds/cluster:Cluster": "deletionProtection",
    "aws:rds/instance:Instance": "deletionProtection",
}


def is_protected(token: str, inputs: Mapping[str, Any]) -> bool:
    """Return whether a resource's switch is on, in any of its spellings."""
    return inputs.get(SWITCHES.get(token, "")) in (True, "true", "ACTIVE")
