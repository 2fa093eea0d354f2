"""The exporter that asks sites as their users do."""

from typing import Any

from ...shared.chart_values import UNPRIVILEGED, resources
from ..scrape_configs import ANSWERS, BLACKBOX, SERVES

# the chart's own
USER = 1000


def blackbox_values() -> dict[str, Any]:
    """Return the values of prometheus-blackbox-exporter."""
    return {
        "fullnameOverride": BLACKBOX,
        "resources": resources("10m", "32Mi", "64Mi"),
        # the chart leaves the profile out, and the namespace's Pod Security standard refuses pods without it
        "podSecurityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
        "securityContext": {**UNPRIVILEGED, "runAsUser": USER, "runAsGroup": USER},
        "config": {
            "modules": {
                # an answer that asks for a token is an answer; the token itself stays with who uses it
                ANSWERS: _https([200, 401, 403]),
                SERVES: _https([200]),
            }
        },
    }


def _https(codes: list[int]) -> dict[str, Any]:
    return {
        "prober": "http",
        "timeout": "5s",
        "http": {
            "valid_status_codes": codes,
            "fail_if_not_ssl": True,
            "follow_redirects": False,
            # nodes have addresses of this family alone
            "preferred_ip_protocol": "ip4",
            "ip_protocol_fallback": False,
        },
    }
