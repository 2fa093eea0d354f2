"""Pairs of the laws in `sandbox/laws/secrets_manager.py`."""

import pulumi_aws as aws

from .pair import Pair


def _window(days: int) -> None:
    aws.secretsmanager.Secret("secret", recovery_window_in_days=days)


def _secret_value(length: int) -> None:
    secret = aws.secretsmanager.Secret("secret")
    aws.secretsmanager.SecretVersion("version", secret_id=secret.id, secret_string="x" * length)


PAIRS = [
    Pair("secret-recovery-window", "between 7 and 30 days", _window, 3, 7),
    Pair("secret-value", "65536 is the most", _secret_value, 65537, 65536),
]
