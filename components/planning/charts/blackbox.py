"""The exporter that asks other people's sites."""

from typing import Any

from .common import resources


def blackbox_values() -> dict[str, Any]:
    """Give the values of the exporter that asks other people's sites."""
    return {
        "fullnameOverride": "blackbox",
        "resources": resources("10m", "32Mi", "64Mi"),
        "config": {
            "modules": {
                "answers": {
                    "prober": "http",
                    "timeout": "5s",
                    # an answer that asks for the token is an answer; the token itself stays with Flowise
                    "http": {"valid_status_codes": [200, 401, 403], "fail_if_not_ssl": True},
                }
            }
        },
    }
