"""Pairs of the laws in `sandbox/laws/kms.py`."""

import pulumi_aws as aws

from .pair import Pair


def _key_window(days: int) -> None:
    aws.kms.Key("key", deletion_window_in_days=days)


PAIRS = [
    Pair("kms-key", "not from 7 to 30", _key_window, 1, 30),
]
